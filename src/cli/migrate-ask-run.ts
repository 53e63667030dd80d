/**
 * Carries out what people ask of a migration: approve, advance, pause, resume, roll back. It writes the wish into the store and sees
 * whether an engine takes it up; it does nothing to the platform.
 */
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import type { AuditEvent } from "../migration/audit/event.js";
import { problemWith } from "../migration/engine/requests.js";
import { unresolvedAction } from "../migration/engine/standing.js";
import type { Input, MigrationStore } from "../migration/model/ports.js";
import type { MigrationRecord } from "../migration/model/record.js";
import { STAGES, type StageNumber } from "../migration/model/spec.js";
import { isOver } from "../migration/model/standing.js";
import { migrationStatusJson } from "../render/migration/status-json.js";
import type { ConfigurationRequest } from "./command.js";
import { withMigrations } from "./migrate-status-run.js";
import { findMigration, type Migrations, whoAsks } from "./migrate-store.js";
import { pause, viewOf } from "./migrate-view.js";
import { type Reply, reply } from "./reply.js";
import type { Terminal } from "./terminal.js";

export interface MigrateAskRequest {
  readonly configuration: ConfigurationRequest;
  readonly wanted: string | null;
  readonly ask: Ask;
  readonly onSecrets: (redact: (text: string) => string) => void;
}

export type Ask =
  /** `planDigest`: what was seen; null: the plan as it is. */
  | { readonly kind: "approve"; readonly stage: StageNumber | null; readonly planDigest: string | null }
  /** Approves, and resumes what is paused. */
  | { readonly kind: "advance"; readonly stage: StageNumber | null }
  | { readonly kind: "pause" }
  /** `happened`: the answer to the question whether an action has happened; null: none is given. */
  | { readonly kind: "resume"; readonly happened: boolean | null }
  | { readonly kind: "roll-back"; readonly to: 0 | StageNumber; readonly reason: string };

const LOOK_MS = 100;
const TAKE_UP_MS = 3_000;

export function runMigrateAsk(request: MigrateAskRequest, terminal: Terminal): Promise<Reply> {
  return withMigrations(request, terminal, async (migrations, signal) => {
    const { store } = migrations;
    const record = await findMigration(store, request.wanted);
    const inputs = inputsOf(request.ask, record, { who: whoAsks(), atMs: Date.now() });
    for (const input of inputs) {
      const problem = problemWith(record, input, Date.now());
      if (problem !== null) throw new DiagnosticError([problem]);
    }
    for (const input of inputs) await put(migrations, record, input);
    const isTakenUp = await takenUp(store, record, inputs, signal);
    const view = await viewOf(store, record);
    const text = `${inputs.map(wordsOf).join(" ")} ${takenText(isTakenUp, view.holder, view.record)}`;
    return reply(text, { takenUp: isTakenUp, ...(migrationStatusJson(view) as object) });
  });
}

interface Asker {
  readonly who: string;
  readonly atMs: number;
}

function inputsOf(ask: Ask, record: MigrationRecord, asker: Asker): readonly Input[] {
  switch (ask.kind) {
    case "approve": {
      const { digest } = record.plan;
      return [
        {
          kind: "approve",
          stage: stageOf(ask.stage, record),
          planDigest: ask.planDigest ?? digest,
          ...asker,
        },
      ];
    }
    case "advance":
      return advanceInputs(ask.stage, record, asker);
    case "pause":
      return [{ kind: "pause", ...asker }];
    case "resume":
      return [resumeInput(ask.happened, record, asker)];
    case "roll-back":
      return [{ kind: "roll-back", to: ask.to, reason: ask.reason, ...asker }];
  }
}

function advanceInputs(wanted: StageNumber | null, record: MigrationRecord, asker: Asker): readonly Input[] {
  const stage = stageOf(wanted, record);
  const planDigest = record.plan.digest;
  const isBegun = !["pending", "waiting-for-approval"].includes(statusOf(record, stage));
  const isStopped = record.status === "paused" || record.status === "failed";
  const approval: Input = { kind: "approve", stage, planDigest, ...asker };
  const inputs: readonly Input[] = [
    ...(isBegun && isStopped ? [] : [approval]),
    ...(isStopped ? [{ kind: "resume", ...asker } as const] : []),
  ];
  return inputs;
}

function statusOf(record: MigrationRecord, stage: StageNumber): string {
  return record.stages.find(({ number }) => number === stage)?.status ?? "pending";
}

/** The one given; else the one that waits, or comes next. */
function stageOf(wanted: StageNumber | null, record: MigrationRecord): StageNumber {
  if (wanted !== null) return wanted;
  const next = STAGES.find((number) => statusOf(record, number) !== "done");
  if (next !== undefined) return next;
  throw new DiagnosticError([
    errorDiagnostic("migration-refused", `${record.name}: all stages are done`, {
      remedy: "There is nothing to approve.",
    }),
  ]);
}

function resumeInput(happened: boolean | null, record: MigrationRecord, asker: Asker): Input {
  if (happened === null) return { kind: "resume", ...asker };
  const open = unresolvedAction(record);
  if (open !== null) return { kind: "settle", action: open.action.id, happened, ...asker };
  throw new DiagnosticError([
    errorDiagnostic("migration-refused", `${record.name}: nobody asks whether anything has happened`, {
      detail: "Nothing was changed.",
      remedy: `\`ferry migrate resume ${record.name}\` goes on.`,
    }),
  ]);
}

/** The log is told by whoever asks, too: it names them even if no engine ever takes it up. */
async function put({ store, audit }: Migrations, record: MigrationRecord, input: Input): Promise<void> {
  const event: AuditEvent = {
    kind: input.kind === "approve" ? "approved" : "request",
    actor: input.who,
    migration: record.id,
    revision: record.revision,
    subject: input.kind === "approve" ? `stage ${input.stage}` : input.kind,
    before: { status: record.status, stage: record.stage },
    after: { ...input },
    text: `${input.who}: ${wordsOf(input)}`,
  };
  await audit.append([event], input.atMs);
  await store.request(record.id, input);
}

function wordsOf(input: Input): string {
  switch (input.kind) {
    case "approve":
      return `Stage ${input.stage} is approved, for plan ${input.planDigest}.`;
    case "pause":
      return "A pause is asked for.";
    case "resume":
      return "It is asked to go on.";
    case "settle":
      return `${input.action} is said to have ${input.happened ? "" : "not "}happened.`;
    case "roll-back":
      return `A roll-back ${input.to === 0 ? "to before stage 1" : `to the end of stage ${input.to}`} is asked for.`;
  }
}

/** Whether an engine has taken everything up, within a moment. */
async function takenUp(
  store: MigrationStore,
  { id, revision }: MigrationRecord,
  inputs: readonly Input[],
  signal: AbortSignal,
): Promise<boolean> {
  const until = performance.now() + TAKE_UP_MS;
  while (performance.now() < until && !signal.aborted) {
    if ((await store.holder(id)) === null) return false;
    const record = await store.read(id);
    const isAnswered =
      record !== null && record.revision > revision && !inputs.some((one) => isOpen(record, one));
    if (isAnswered) return true;
    await pause(LOOK_MS, signal);
  }
  return false;
}

function isOpen({ request }: MigrationRecord, input: Input): boolean {
  return request !== null && request.kind === input.kind && request.atMs === input.atMs;
}

function takenText(isTakenUp: boolean, holder: string | null, record: MigrationRecord): string {
  if (holder !== null) {
    return isTakenUp
      ? `The engine has taken it up: ${record.status}.`
      : `The engine (${holder}) takes it up after what it does now.`;
  }
  const over = isOver(record) ? "" : " No engine is at work.";
  return `It is kept.${over} \`ferry migrate start ${record.name}\` takes it up.`;
}
