/** Opens what is remembered of migrations, and finds the one that is meant. Looks at no server of the platform. */
import { resolve } from "node:path";
import { createLockOwner } from "../../state/owner.js";
import type { ProjectSettings } from "../config/desired.js";
import { loadProject } from "../config/load.js";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggestion.js";
import type { AuditSink } from "../migration/audit/event.js";
import { auditFile, openAuditLog } from "../migration/audit/log.js";
import type { MigrationStore } from "../migration/model/ports.js";
import type { MigrationRecord } from "../migration/model/record.js";
import { openMigrationStore } from "../migration/store/open.js";
import { createSecretResolver, type ProjectSecrets } from "../secrets/resolver.js";
import type { ConfigurationRequest } from "./command.js";

export interface Migrations {
  readonly store: MigrationStore;
  readonly audit: AuditSink;
  readonly settings: ProjectSettings;
  readonly secrets: ProjectSecrets;
}

/** Rejects with DiagnosticError. The caller closes the store. */
export async function openMigrations(
  request: ConfigurationRequest,
  signal: AbortSignal,
): Promise<Migrations> {
  const loaded = await loadProject(request);
  if (loaded.value === undefined) throw new DiagnosticError(loaded.diagnostics);
  return migrationsOf(loaded.value, request, signal);
}

export async function migrationsOf(
  settings: ProjectSettings,
  request: Pick<ConfigurationRequest, "env">,
  signal: AbortSignal,
): Promise<Migrations> {
  const { root, state } = settings;
  const secrets = createSecretResolver({ root, env: request.env, salt: "" });
  const store = await openMigrationStore(state, { root, secrets, signal });
  return { store, audit: openAuditLog(auditFolder(settings)), settings, secrets };
}

/** Beside the state where that is on this machine; every machine keeps its own, also where the state is in ZooKeeper. */
export function auditFolder({ root, state }: ProjectSettings): string {
  return resolve(root, state.kind === "local" ? state.path : ".ferry", "audit");
}

export function auditPath(settings: ProjectSettings): string {
  return auditFile(auditFolder(settings));
}

/** `ann@ops1`, as approvals and the audit log name people. */
export function whoAsks(): string {
  return createLockOwner("migrate").who;
}

/** `ann@ops1, process 4242`, as an engine is called. */
export function whoCarriesOut(): string {
  return `${whoAsks()}, process ${process.pid}`;
}

/** The migration of that id or name; without one, the only one that is not over, or the only one there is. */
export async function findMigration(store: MigrationStore, wanted: string | null): Promise<MigrationRecord> {
  const records = await store.list();
  if (wanted !== null) {
    const name = wanted.replace(/^Migration\//, "");
    const found = records.find(({ id }) => id === name) ?? records.find((record) => record.name === name);
    if (found !== undefined) return found;
    throw unknown(name, records, store.location);
  }
  const open = records.filter(({ status }) => status !== "done" && status !== "archived");
  const candidates = open.length > 0 ? open : records;
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  throw several(candidates, store.location);
}

function unknown(wanted: string, records: readonly MigrationRecord[], location: string): DiagnosticError {
  const near = nearest(wanted, [...records.map(({ name }) => name), ...records.map(({ id }) => id)]);
  const names = [...new Set(records.map(({ name }) => name))].join(", ");
  return new DiagnosticError([
    errorDiagnostic("migration-not-found", `there is no migration ${wanted} in ${location}`, {
      detail: records.length === 0 ? "None was begun yet." : `There are: ${names}.`,
      remedy:
        near === undefined
          ? "`ferry migrate list` shows all that were begun; `ferry migrate start NAME` begins one."
          : `Did you mean ${near}?`,
    }),
  ]);
}

function several(records: readonly MigrationRecord[], location: string): DiagnosticError {
  const [summary, detail] =
    records.length === 0
      ? [`there is no migration in ${location}`, "None was begun yet."]
      : [
          `there are ${records.length} migrations, and one is wanted`,
          `They are ${records.map(({ id }) => id).join(", ")}.`,
        ];
  return new DiagnosticError([
    errorDiagnostic("usage-migration", summary, {
      detail,
      remedy:
        records.length === 0
          ? "`ferry migrate start NAME` begins one."
          : "Give the name or the id of one of them.",
    }),
  ]);
}
