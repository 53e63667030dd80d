/**
 * Lets the state follow a migration: after each stage, forwards or backwards, what was deployed and moved is read and recorded as an apply
 * would have, and what was torn down is forgotten. It changes nothing on the platform; what cannot be read stays as it is recorded.
 */
import type { ProviderContext, ReadResult } from "../../providers/provider.js";
import { emptyState } from "../../state/edit.js";
import type { State } from "../../state/model.js";
import { openBackend } from "../../state/open.js";
import { createLockOwner } from "../../state/owner.js";
import type { DesiredResource } from "../config/desired.js";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { ferryVersion } from "../install/root.js";
import { startedWith } from "../migration/actions/changed-spec.js";
import type { Role } from "../migration/actions/servers.js";
import type { MigrationRecord } from "../migration/model/record.js";
import { STAGES } from "../migration/model/spec.js";
import { aftermathOf, recordStage, type SeenResource } from "../migration/recorded/state-edits.js";
import type { ProjectSecrets } from "../secrets/resolver.js";
import type { JsonObject } from "../value/json.js";
import type { Declared } from "./migrate-declared.js";

export interface RecordPlatform {
  readonly record: MigrationRecord;
  readonly declared: Declared;
  readonly secrets: ProjectSecrets;
}

const LOCK_WAIT_MS = 30_000;
const READ_MS = 30_000;

/** Rejects with DiagnosticError: the state is locked, or something could not be read. */
export async function recordPlatform(work: RecordPlatform): Promise<void> {
  const { declared, record } = work;
  const touched = touchedBy(record);
  const resources = declared.resources.filter(({ address }) => touched.has(address));
  if (resources.length === 0) return;
  const { settings } = declared;
  const { root, encryptionKey } = settings;
  const backend = await openBackend(settings.state, { root, secrets: work.secrets, encryptionKey });
  try {
    const lock = await backend.lock({ owner: createLockOwner("migrate"), timeoutMs: LOCK_WAIT_MS });
    try {
      const state = (await backend.read()) ?? emptyState(declared.lineage, ferryVersion());
      const readings = await Promise.all(resources.map((resource) => look(work, state, resource)));
      const seen = readings.filter((one) => "resource" in one);
      const gone = readings.flatMap((one) => ("gone" in one ? [one.gone] : []));
      if (seen.length + gone.length > 0) {
        await backend.write(recordStage(seen, gone, new Date().toISOString())(state), lock);
      }
      const unread = readings.flatMap((one) => ("unread" in one ? [one.unread] : []));
      if (unread.length > 0) throw notRecorded(record, unread);
    } finally {
      await lock.release();
    }
  } finally {
    await backend.close();
  }
}

/** What stages up to here have changed; after a way back also what it has changed back. Value: whether it is on B's ZooKeeper now. */
function touchedBy({ spec, stage, past }: MigrationRecord): ReadonlyMap<string, boolean> {
  const touched = new Map<string, boolean>();
  const furthest = Math.max(stage, ...past.map(({ number }) => number));
  for (const number of STAGES.filter((each) => each <= furthest)) {
    const { deployed, moved, removed } = aftermathOf(spec, number);
    for (const address of [...deployed, ...removed]) if (!touched.has(address)) touched.set(address, false);
    for (const address of moved) touched.set(address, number <= stage);
  }
  return touched;
}

type Look = SeenResource | { readonly gone: string } | { readonly unread: string };

async function look(work: RecordPlatform, state: State, resource: DesiredResource): Promise<Look> {
  const { address, kind } = resource;
  const handler = work.declared.registry.handler(kind);
  const spec = specNow(work, resource);
  if (handler === undefined || spec === null) return { unread: address };
  const known = state.resources[address];
  const request = { address, desired: spec, recorded: spec, identity: known?.identity ?? null };
  const reading = await handler.read(request, contextOf(work)).catch((error: unknown): ReadResult => {
    if (error instanceof DiagnosticError) return { status: "unreadable", diagnostics: error.diagnostics };
    throw error;
  });
  switch (reading.status) {
    case "present":
      return { resource, provider: handler.provider, spec, reading };
    case "absent":
      return { gone: address };
    case "unreadable":
      return { unread: address };
  }
}

/** As its servers were started last. */
function specNow(
  { declared, record }: RecordPlatform,
  { address, kind }: DesiredResource,
): JsonObject | null {
  const spec = declared.views.spec(address);
  const role = ROLES[kind];
  const isMoved = touchedBy(record).get(address) === true;
  if (!isMoved || role === undefined) return spec;
  return startedWith(record.spec, { role, spec, home: "a" }, { zookeeper: "b" });
}

/** Kinds whose servers a migration restarts onto the other ZooKeeper. */
const ROLES: Readonly<Record<string, Role>> = {
  MesosMasters: "master",
  MesosAgents: "agent",
  MarathonInstance: "framework",
  MesosFramework: "framework",
};

function contextOf({ declared, secrets }: RecordPlatform): ProviderContext {
  const { settings, views, lineage } = declared;
  return {
    projectRoot: settings.root,
    lineage,
    secrets: secrets.withSalt(lineage),
    signal: AbortSignal.timeout(READ_MS),
    now: Date.now,
    resource: (address) => views.resource(address),
  };
}

function notRecorded({ name, stage }: MigrationRecord, addresses: readonly string[]): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("migration-not-recorded", `${name}: the state does not know what stage ${stage} left`, {
      detail: `These could not be read: ${addresses.join(", ")}. The migration is not touched by that.`,
      remedy:
        "It is tried again at the end of the next stage; after the migration, `ferry apply --refresh-only` does it.",
    }),
  ]);
}
