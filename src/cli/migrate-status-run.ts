/** Carries out `ferry migrate status` and `ferry migrate list`: what the record says, and whether an engine is at work. Changes nothing. */
import { isOver } from "../migration/model/standing.js";
import { type GuidanceInput, guidanceOf } from "../render/migration/guidance.js";
import { migrationStatusJson, migrationSummaryJson } from "../render/migration/status-json.js";
import { renderMigrationStatus } from "../render/migration/status-text.js";
import { moment } from "../render/sync/words.js";
import { safeText } from "../render/values.js";
import type { ConfigurationRequest } from "./command.js";
import { listenForInterrupts } from "./interrupts.js";
import { findMigration, type Migrations, openMigrations } from "./migrate-store.js";
import { viewOf, watchMigration } from "./migrate-view.js";
import { type Reply, reply } from "./reply.js";
import type { Terminal } from "./terminal.js";

export interface MigrateStatusRequest {
  readonly configuration: ConfigurationRequest;
  readonly wanted: string | null;
  readonly watch: boolean;
  readonly detailed: boolean;
  readonly detailedExitCode: boolean;
  /** The plan it was begun with, too. */
  readonly plan: boolean;
  readonly onSecrets: (redact: (text: string) => string) => void;
}

/** Opens the memory of migrations for `work`, closes it afterwards. */
export async function withMigrations<T>(
  request: Pick<MigrateStatusRequest, "configuration" | "onSecrets">,
  terminal: Terminal,
  work: (migrations: Migrations, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const migrations = await openMigrations(request.configuration, interrupts.stop);
    request.onSecrets((text) => migrations.secrets.redact(text));
    try {
      return await work(migrations, interrupts.stop);
    } finally {
      await migrations.store.close();
    }
  } finally {
    interrupts.dispose();
  }
}

export function runMigrateStatus(request: MigrateStatusRequest, terminal: Terminal): Promise<Reply> {
  return withMigrations(request, terminal, async ({ store }, signal) => {
    const record = await findMigration(store, request.wanted);
    if (request.watch) {
      await watchMigration(store, record, terminal, { signal, isOver: (view) => isOver(view.record) });
    }
    const view = await viewOf(store, record);
    const text = await statusText(view, request, terminal);
    const needsSomebody = request.detailedExitCode && waitsForSomebody(view);
    return { ...reply(text, migrationStatusJson(view)), exitCode: needsSomebody ? 2 : 0 };
  });
}

async function statusText(
  view: GuidanceInput,
  { detailed, plan }: MigrateStatusRequest,
  { colour, columns }: Terminal,
): Promise<string> {
  const status = renderMigrationStatus({ ...view, colour: colour.out, detailed });
  if (!plan) return status;
  const { renderMigrationPlan } = await import("../render/migration/plan-text.js");
  return `${renderMigrationPlan(view.record.plan, { colour: colour.out, width: columns })}\n${status}`;
}

/** Nothing goes on before a person does something. */
function waitsForSomebody({ record, holder }: GuidanceInput): boolean {
  if (isOver(record)) return false;
  return holder === null || ["paused", "failed", "waiting-for-approval"].includes(record.status);
}

export function runMigrateList(
  request: Pick<MigrateStatusRequest, "configuration" | "onSecrets">,
  terminal: Terminal,
): Promise<Reply> {
  return withMigrations(request, terminal, async ({ store }) => {
    const records = await store.list();
    const views = await Promise.all(records.map((record) => viewOf(store, record)));
    const text = records.length === 0 ? "No migration was begun yet." : views.map(listLine).join("\n");
    return reply(text, { migrations: records.map(migrationSummaryJson) });
  });
}

function listLine(view: GuidanceInput): string {
  const { id, status, stage, createdMs } = view.record;
  const where = stage === 0 ? "" : `, stage ${stage}`;
  const { waitsFor } = guidanceOf(view);
  return safeText(`${id}  ${status}${where}  made ${moment(createdMs)}  ${waitsFor}`.trimEnd());
}
