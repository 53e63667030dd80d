/** Writes and removes the records of a Sync. It never touches what is synchronised, nor an engine at work. */
import { DiagnosticError, errorDiagnostic, warningDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { createControlRoot } from "../../../src/sync/control/control-acl.js";
import { type ControlPaths, controlPaths } from "../../../src/sync/control/layout.js";
import { feelPulse } from "../../../src/sync/control/pulse.js";
import { readStatus } from "../../../src/sync/control/read-records.js";
import { removeRecords } from "../../../src/sync/control/remove-records.js";
import type { DeclaredRecord } from "../../../src/sync/declared/declaration.js";
import type { Json, JsonObject } from "../../../src/value/json.js";
import type { ZooKeeperClient } from "../../../src/zookeeper/types.js";
import { isZooKeeperError } from "../../../src/zookeeper/zookeeper-error.js";
import type { ApplyResult, Progress, ProviderContext } from "../../provider.js";
import type { Connections } from "../znode/access.js";
import { clientOf, nameOf } from "./sides.js";

export interface SyncSubject {
  readonly address: string;
  readonly spec: JsonObject;
  readonly identity: Json;
}

/** Safe to repeat: what is there already is written over, which an earlier try may have left. */
export async function writeDeclaration(
  client: ZooKeeperClient,
  paths: ControlPaths,
  record: DeclaredRecord,
  action: "create" | "update",
  report: (progress: Progress) => void,
): Promise<void> {
  const data = Buffer.from(JSON.stringify(record, null, 2));
  report({ message: `write ${paths.declared}` });
  if (action === "update") {
    try {
      await client.setData(paths.declared, data);
      return;
    } catch (error) {
      if (!isZooKeeperError(error, "NO_NODE")) throw error;
    }
  }
  await createControlRoot(client, paths);
  await client.createParents(paths.declared);
  try {
    await client.create(paths.declared, data);
  } catch (error) {
    if (!isZooKeeperError(error, "NODE_EXISTS")) throw error;
    await client.setData(paths.declared, data);
  }
}

/** Removes the records of both sides. Rejects with DiagnosticError `sync-engine-active` while an engine is at work. */
export async function deleteSync(
  connections: Connections,
  subject: SyncSubject,
  context: ProviderContext,
  report: (progress: Progress) => void,
): Promise<ApplyResult> {
  const paths = controlPaths(nameOf(subject.address));
  const target = (await clientOf(connections, "target", subject, context)).client;
  await refuseActive(target, paths, subject.address, context);
  const diagnostics = await removeFromSource(connections, subject, paths, context, report);
  report({ message: `delete ${paths.root} on the target` });
  await removeRecords(target, paths);
  return { status: "deleted", diagnostics };
}

async function refuseActive(
  client: ZooKeeperClient,
  paths: ControlPaths,
  address: string,
  context: ProviderContext,
): Promise<void> {
  const pulse = await feelPulse(client, paths, context.now, context.signal);
  if (pulse.kind !== "beating") return;
  const engine = (await readStatus(client, paths))?.engine;
  const who = engine === undefined ? "an engine" : `the engine on ${engine.host} (process ${engine.pid})`;
  throw new DiagnosticError([
    errorDiagnostic("sync-engine-active", `${address} is not deleted: ${who} is active`, {
      address,
      detail: "Its records are untouched, and it goes on.",
      remedy: "End every `ferry sync run` of it first (Ctrl-C), then apply again.",
    }),
  ]);
}

/** A source that cannot be reached keeps nobody from ending the synchronisation, unless records of the way back are there. */
async function removeFromSource(
  connections: Connections,
  subject: SyncSubject,
  paths: ControlPaths,
  context: ProviderContext,
  report: (progress: Progress) => void,
) {
  try {
    const { client } = await clientOf(connections, "source", subject, context);
    if ((await client.exists(paths.root)) === null) return [];
    report({ message: `delete ${paths.root} on the source` });
    await removeRecords(client, paths);
    return [];
  } catch (error) {
    const mayBeLeft = subject.spec["direction"] !== "bidirectional" && isOutOfReach(error);
    if (!mayBeLeft) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return [
      warningDiagnostic(
        "sync-records-left",
        `${subject.address}: the source could not be looked at: ${why}`,
        {
          address: subject.address,
          detail: `If it was ever bidirectional, ${paths.root} is left there. It does no harm.`,
          remedy: "Delete it there when the source is back.",
        },
      ),
    ];
  }
}

function isOutOfReach(error: unknown): boolean {
  return error instanceof DiagnosticError || isZooKeeperError(error, "UNREACHABLE", "NO_AUTH", "AUTH_FAILED");
}
