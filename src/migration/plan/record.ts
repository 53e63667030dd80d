/**
 * What was done, read from the record of a migration, and the way back from there. Pure: the record is believed, and what it leaves open is
 * taken so that the way back puts it right.
 */
import type { Action } from "../model/action.js";
import type { ActionRecord, MigrationRecord } from "../model/record.js";
import { type MigrationSpec, STAGES, type StageNumber } from "../model/spec.js";
import { actionOf } from "./actions.js";
import { after, beginningOf, begun, leadingSide, moved, otherSide, type Platform } from "./platform.js";
import { type StepBack, stepsBack } from "./way-back.js";

/**
 * From where the migration stands to the end of stage `to`, 0 for before it. Whether a hand-over that did not end has moved leadership, the
 * newest observation of the record tells by `leader-side`; without one made after it was begun it counts as not moved.
 * Throws DiagnosticError `migration-no-way-back` when the masters have no safe path, or the archive is missing.
 */
export function planWayBack(spec: MigrationSpec, record: MigrationRecord, to: number): readonly Action[] {
  const current = standOf(record);
  const steps = [
    ...unfinishedStops(record),
    ...stepsBack(spec, platformOf(spec, record), endOf(spec, record, to)),
  ];
  const turn = turnsOf(record) + 1;
  return steps.map(({ step, undoes }, at) =>
    actionOf(spec, step, {
      stage: stageBetween(undoes, to, current),
      number: `back${turn}.${String(at + 1).padStart(2, "0")}`,
    }),
  );
}

/** The platform as the record says that it is. */
export function platformOf(spec: MigrationSpec, record: MigrationRecord): Platform {
  return inOrder(record).reduce(
    (platform, entry) => {
      const { step } = entry.action;
      if (entry.status === "done") return after(platform, step);
      return step.kind === "hand-over" && hasMoved(record, entry)
        ? moved(platform, step)
        : begun(platform, step);
    },
    beginningIn(spec, record),
  );
}

/** The platform at the end of a stage, when all went as planned. */
export function endOf(spec: MigrationSpec, record: MigrationRecord, stage: number): Platform {
  return record.plan.stages
    .filter(({ number }) => number <= stage)
    .flatMap(({ actions }) => actions)
    .reduce((platform, { step }) => after(platform, step), beginningIn(spec, record));
}

/** What the plan says of the beginning: who led, and whether B's ensemble was there. */
function beginningIn(spec: MigrationSpec, record: MigrationRecord): Platform {
  const steps = record.plan.stages.flatMap(({ actions }) => actions.map(({ step }) => step));
  const handOver = steps.find((step) => step.kind === "hand-over");
  const deployed = steps.some((step) => step.kind === "deploy-ensemble" && step.side === "b");
  const leader = handOver?.kind === "hand-over" ? handOver.leader : undefined;
  return beginningOf(spec, { leader: leader ?? null, ensembleB: !deployed });
}

/** As they were begun, whatever stage they belong to. */
function inOrder(record: MigrationRecord): readonly ActionRecord[] {
  const all = [...record.past, ...record.stages].flatMap(({ actions }) =>
    // What is known to have changed nothing is as if it had not been begun.
    actions.filter(({ status }) => status !== "not-done"),
  );
  return all
    .map((entry, at) => ({ entry, at }))
    .sort((x, y) => x.entry.begunMs - y.entry.begunMs || x.at - y.at)
    .map(({ entry }) => entry);
}

/** Leadership is on the other side, as observed after the hand-over was begun. */
function hasMoved({ measurements }: MigrationRecord, { action, begunMs }: ActionRecord): boolean {
  if (action.step.kind !== "hand-over") return false;
  const seen = measurements.find(({ name, atMs }) => name === "leader-side" && atMs >= begunMs);
  return seen?.result.kind === "known" && seen.result.value === otherSide(action.step.from);
}

/** A master that was being stopped for good may still run, or may have lost its log: it is stopped before anything else. */
function unfinishedStops(record: MigrationRecord): readonly StepBack[] {
  const entries = inOrder(record);
  return entries.flatMap(({ action, status }, at) => {
    const { step, stage } = action;
    if (step.kind !== "stop-master" || status === "done") return [];
    const settled = entries
      .slice(at + 1)
      .some((later) => later.status === "done" && namesMaster(later, step.server));
    return settled ? [] : [{ undoes: stage, step }];
  });
}

function namesMaster({ action: { step } }: ActionRecord, server: string): boolean {
  return "server" in step && step.server === server;
}

/** The furthest stage that anything was done in. */
function standOf(record: MigrationRecord): StageNumber {
  const begunStages = record.stages.filter(({ actions }) => actions.length > 0).map(({ number }) => number);
  return STAGES.findLast((stage) => begunStages.includes(stage)) ?? 1;
}

/** Within what is undone, so that the record of an earlier stage stays as it was. */
function stageBetween(undoes: StageNumber, to: number, current: StageNumber): StageNumber {
  const stages = STAGES.filter((stage) => stage > to && stage <= current);
  return stages.findLast((stage) => stage <= undoes) ?? stages[0] ?? current;
}

/** How many ways back the record holds already. */
function turnsOf(record: MigrationRecord): number {
  const begunOnes = [...record.past, ...record.stages].flatMap(({ actions }) =>
    actions.map(({ action }) => action),
  );
  const numbers = [...begunOnes, ...(record.wayBack?.actions ?? [])].flatMap(
    ({ id }) => /^back(\d+)\./.exec(id)?.[1] ?? [],
  );
  return Math.max(0, ...numbers.map(Number));
}

/** Which side leads as far as the record says; for status and checks. */
export function sideThatLeads(spec: MigrationSpec, record: MigrationRecord) {
  return leadingSide(platformOf(spec, record));
}
