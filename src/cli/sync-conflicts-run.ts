/** Carries out `ferry sync conflicts`: lists and shows the records on the target, and writes a person's decision. */
import { createLockOwner } from "../../state/owner.js";
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggestion.js";
import { renderConflict, renderConflictList } from "../render/sync/conflict-text.js";
import { encodeRecord } from "../sync/apply/checkpoint.js";
import { controlPaths } from "../sync/control/layout.js";
import { childrenOf, type Held, readConflicts, readRecord } from "../sync/control/read-records.js";
import type { ConflictRecord } from "../sync/control/records.js";
import type { Json } from "../value/json.js";
import type { ZooKeeperClient } from "../zookeeper/types.js";
import { isZooKeeperError } from "../zookeeper/zookeeper-error.js";
import { listenForInterrupts } from "./interrupts.js";
import { type Reply, reply } from "./reply.js";
import { type DeclaredSync, type SyncRequest, selectSync } from "./sync-selection.js";
import { sideName } from "./sync-status-run.js";
import { withTarget } from "./sync-target.js";
import type { Terminal } from "./terminal.js";

export type ConflictAction =
  | { readonly kind: "list"; readonly heldOnly: boolean }
  | { readonly kind: "show"; readonly id: string }
  | { readonly kind: "resolve"; readonly id: string; readonly winner: "a" | "b" };

export async function runSyncConflicts(
  request: SyncRequest,
  action: ConflictAction,
  terminal: Terminal,
): Promise<Reply> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const { sync, diagnostics } = await selectSync(request);
    const answer = await withTarget(sync, interrupts.stop, (client) => carryOut(sync, action, client));
    return { ...answer, diagnostics: [...diagnostics, ...answer.diagnostics] };
  } finally {
    interrupts.dispose();
  }
}

async function carryOut(sync: DeclaredSync, action: ConflictAction, client: ZooKeeperClient): Promise<Reply> {
  if (action.kind === "list") return list(sync, action.heldOnly, client);
  if (action.kind === "show") {
    const { record } = await find(sync, action.id, client);
    const names = { a: sideName(sync, "source"), b: sideName(sync, "target") };
    return reply(renderConflict(record, names), { conflict: json(record) });
  }
  return resolve(sync, action.id, action.winner, client);
}

async function list(sync: DeclaredSync, heldOnly: boolean, client: ZooKeeperClient): Promise<Reply> {
  const all = await readConflicts(client, controlPaths(sync.name));
  const conflicts = heldOnly ? all.filter(({ resolution }) => resolution === null) : all;
  return reply(renderConflictList(conflicts), { conflicts: conflicts.map(json) });
}

/** Writes the decision; engines find it there. */
async function resolve(
  sync: DeclaredSync,
  id: string,
  winner: "a" | "b",
  client: ZooKeeperClient,
): Promise<Reply> {
  const { record, stat } = await find(sync, id, client);
  if (record.resolution !== null) throw refused(alreadyResolved(sync, record));
  const decided: ConflictRecord = {
    ...record,
    resolution: { winner, by: createLockOwner("sync").who, atMs: Date.now() },
  };
  const path = `${controlPaths(sync.name).conflicts}/${id}`;
  try {
    await client.setData(path, encodeRecord(decided), stat.version);
  } catch (error) {
    // Decided by somebody else, or gone, between our reading and our writing: look again and say so.
    if (isZooKeeperError(error, "BAD_VERSION", "NO_NODE")) return resolve(sync, id, winner, client);
    throw error;
  }
  const name = sideName(sync, winner === "a" ? "source" : "target");
  const text = `${record.path}: side ${winner} (${name}) wins. The engine brings the other side level with it.`;
  return reply(text, { conflict: json(decided) });
}

async function find(
  sync: DeclaredSync,
  id: string,
  client: ZooKeeperClient,
): Promise<Held<ConflictRecord> & { readonly record: ConflictRecord }> {
  const { conflicts } = controlPaths(sync.name);
  // What is no name of a znode cannot be one of ours; asked for it would be an error of the server.
  const held = /^[\w-]+$/.test(id) ? await readRecord<ConflictRecord>(client, `${conflicts}/${id}`) : null;
  if (held !== null && held.record !== null) return { ...held, record: held.record };
  const near = nearest(id, [...(await childrenOf(client, conflicts))]);
  throw refused(
    errorDiagnostic("sync-unknown-conflict", `${sync.address} has no conflict ${id} on record`, {
      address: sync.address,
      remedy:
        near === undefined
          ? `\`ferry sync conflicts list ${sync.name}\` lists those that are kept.`
          : `Did you mean ${near}?`,
    }),
  );
}

function alreadyResolved({ address }: DeclaredSync, { id, path, resolution }: ConflictRecord): Diagnostic {
  const by = resolution === null ? "" : ` by ${resolution.by}: side ${resolution.winner} won`;
  return errorDiagnostic("sync-conflict-resolved", `the conflict ${id} is resolved already${by}`, {
    address,
    detail: `${path} is not held any more, and nothing was changed.`,
    remedy: "To have the other value, write it on the side that is written by applications.",
  });
}

function refused(diagnostic: Diagnostic): DiagnosticError {
  return new DiagnosticError([diagnostic]);
}

function json(record: ConflictRecord): Json {
  return record as unknown as Json;
}
