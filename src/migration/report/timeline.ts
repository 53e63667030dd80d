/** What happened in a migration, one moment after the other. Pure. */
import type { ActionRecord, MigrationRecord, StageRecord } from "../model/record.js";

export interface Moment {
  readonly atMs: number;
  readonly text: string;
}

/** Oldest first. */
export function timelineOf(record: MigrationRecord): readonly Moment[] {
  const titles = new Map(record.plan.stages.map(({ number, title }) => [number, title]));
  const stages = [...record.past, ...record.stages];
  const moments = [
    { atMs: record.createdMs, text: "Migration made" },
    ...record.approvals.map(({ atMs, who, stage }) => ({ atMs, text: `${who} approved stage ${stage}` })),
    ...stages.flatMap((stage) => stageMoments(stage, titles.get(stage.number) ?? "")),
    ...stages.flatMap(({ actions }) => actions.flatMap(actionMoments)),
  ];
  return moments
    .map((moment, at) => ({ moment, at }))
    .sort((a, b) => a.moment.atMs - b.moment.atMs || a.at - b.at)
    .map(({ moment }) => moment);
}

function stageMoments({ number, status, begunMs, endedMs }: StageRecord, title: string): readonly Moment[] {
  const begun = begunMs === null ? [] : [{ atMs: begunMs, text: `Stage ${number} begins: ${title}` }];
  if (endedMs === null) return begun;
  const how = status === "rolled-back" ? "is rolled back" : "is done";
  return [...begun, { atMs: endedMs, text: `Stage ${number} ${how}` }];
}

function actionMoments({ action, status, endedMs, outcome, attempts }: ActionRecord): readonly Moment[] {
  if (endedMs === null) return [];
  const again = attempts > 1 ? ` (begun ${attempts} times)` : "";
  switch (status) {
    case "done":
      return [{ atMs: endedMs, text: `${action.id}: ${outcome}${again}` }];
    case "failed":
      return [{ atMs: endedMs, text: `${action.id} failed: ${outcome}${again}` }];
    case "not-done":
      return [{ atMs: endedMs, text: `${action.id} did not happen: ${outcome}` }];
    case "intended":
      return [];
  }
}
