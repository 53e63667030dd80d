/** Carries out `ferry migrate validate`: looks at the platform and judges what must hold after a stage. Changes nothing. */
import { systemClock } from "../migration/engine/clock.js";
import { criteriaAfter } from "../migration/engine/decide.js";
import { isPassed } from "../migration/engine/gates.js";
import { stageUnderWay } from "../migration/engine/position.js";
import { criteriaEvaluator } from "../migration/gates/evaluate.js";
import { limitText } from "../migration/gates/judge.js";
import type { Observation } from "../migration/model/observation.js";
import type { Criterion } from "../migration/model/plan.js";
import type { Observer } from "../migration/model/ports.js";
import type { CriterionRecord, MigrationRecord } from "../migration/model/record.js";
import type { MigrationSpec, StageNumber } from "../migration/model/spec.js";
import { safeText } from "../render/values.js";
import { listenForInterrupts } from "./interrupts.js";
import { findMigration } from "./migrate-store.js";
import type { MigrateRequest, OpenWorld } from "./migrate-world.js";
import type { Reply } from "./reply.js";
import type { Terminal } from "./terminal.js";

export interface MigrateValidateRequest extends MigrateRequest {
  /** Null: the last one that is done. */
  readonly stage: 0 | StageNumber | null;
  /** Milliseconds beyond the time that criteria must hold. */
  readonly timeoutMs: number;
}

export async function runMigrateValidate(
  request: MigrateValidateRequest,
  terminal: Terminal,
  open: OpenWorld,
): Promise<Reply> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const world = await open(request, interrupts.stop);
    try {
      const record = await findMigration(world.store, request.wanted);
      const stage = request.stage ?? lastDone(record);
      const criteria = criteriaAfter(record, stage);
      const { runner, observer } = await world.hands(record.spec, (text) =>
        terminal.note(world.redact(text)),
      );
      try {
        const values = await judged(record.spec, criteria, observer, request.timeoutMs, interrupts.stop);
        return validateReply(record, stage, criteria, values);
      } finally {
        await Promise.allSettled([runner.close(), observer.close()]);
      }
    } finally {
      await world.close();
    }
  } finally {
    interrupts.dispose();
  }
}

/** Whose end the platform is at: of the stage under way, the one before it. */
function lastDone(record: MigrationRecord): 0 | StageNumber {
  const { stage } = record;
  if (stage === 0 || stageUnderWay(record) === null) return stage;
  return (stage - 1) as 0 | StageNumber;
}

/** Until all are met, or for as long as they must hold and the timeout. */
async function judged(
  { observeEverySeconds, limits }: MigrationSpec,
  criteria: readonly Criterion[],
  observer: Observer,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<readonly CriterionRecord[]> {
  const evaluate = criteriaEvaluator(limits.observationSeconds);
  const holdMs = Math.max(0, ...criteria.map(({ holdSeconds }) => holdSeconds)) * 1_000;
  const end = Date.now() + holdMs + timeoutMs;
  const history: Observation[] = [];
  for (;;) {
    history.push(await observer.observe(signal));
    signal.throwIfAborted();
    const values = evaluate(criteria, history, Date.now());
    if (isPassed(criteria, values) || Date.now() >= end) return values;
    await systemClock.sleep(observeEverySeconds * 1_000, signal);
  }
}

function validateReply(
  record: MigrationRecord,
  stage: number,
  criteria: readonly Criterion[],
  values: readonly CriterionRecord[],
): Reply {
  const passed = isPassed(criteria, values);
  const byId = new Map(values.map((value) => [value.id, value]));
  const where = stage === 0 ? "before stage 1" : `at the end of stage ${stage}`;
  const lines = criteria.map((criterion) => lineOf(criterion, byId.get(criterion.id)));
  const summary = passed ? `All that must hold ${where} holds.` : `Not all that must hold ${where} holds.`;
  return {
    exitCode: passed ? 0 : 2,
    diagnostics: [],
    text: () => [`${safeText(record.name)}: ${summary}`, ...lines].join("\n"),
    data: {
      id: record.id,
      stage,
      passed,
      criteria: criteria.map(({ id, text }) => {
        const value = byId.get(id);
        return { id, text, met: value?.met ?? false, value: value?.value ?? "not measured yet" };
      }),
    },
  };
}

function lineOf(criterion: Criterion, value: CriterionRecord | undefined): string {
  const word = value?.met === true ? "met    " : "not met";
  return safeText(
    `  ${word}  ${criterion.text}: ${value?.value ?? "not measured yet"} (${limitText(criterion)})`,
  );
}
