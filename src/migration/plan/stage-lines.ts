/** Stages, actions, gates and quorum as lines of plain text, shared by all renderings of a plan of a migration. Pure. */
import type { Action } from "../model/action.js";
import type { Comparison, Criterion, QuorumState, StagePlan } from "../model/plan.js";

/** A stage for reviewers of an ordinary plan: short, one line for each action and each gate. */
export function stageLines(stage: StagePlan): readonly string[] {
  const gate = (title: string, criteria: readonly Criterion[]): readonly string[] =>
    criteria.length === 0 ? [] : [`${stage.number}: ${title}: ${criteria.map(criterionText).join("; ")}`];
  return [
    `${stageTitle(stage)}${stage.needsApproval ? ", after approval" : ""}`,
    ...gate("before", stage.prerequisites),
    ...stage.actions.map((action) => `${numberOf(action)} ${action.text}${handsText(action)}`),
    ...gate("meanwhile", stage.watch),
    ...gate("proved by", stage.criteria),
    ...(stage.wayBack.length === 0
      ? []
      : [
          `${stage.number}: way back: ${stage.wayBack.length === 1 ? "1 action" : `${stage.wayBack.length} actions`}`,
        ]),
    ...stage.costs.map((cost) => `${stage.number}: costs: ${cost}`),
  ];
}

export function stageTitle({ number, title }: Pick<StagePlan, "number" | "title">): string {
  return `Stage ${number} of 6: ${title}`;
}

/** `2.03` of `2.03 stop-master MesosMasters/a#3`. */
export function numberOf({ id }: Action): string {
  return id.slice(0, id.indexOf(" ") === -1 ? undefined : id.indexOf(" "));
}

export function handsText({ byHand }: Action): string {
  return byHand.length === 0 ? "" : ` (by hand: ${byHand.join(", ")})`;
}

/** `Changes arrive soon enough (at most 100 ms, for 30 s)` */
export function criterionText(criterion: Criterion): string {
  const parts = [limitText(criterion.comparison, criterion.unit), holdText(criterion)].filter(
    (part) => part !== "",
  );
  return parts.length === 0 ? criterion.text : `${criterion.text} (${parts.join(", ")})`;
}

export function holdText({ holdSeconds }: Criterion): string {
  return holdSeconds === 0 ? "" : `for ${holdSeconds} s`;
}

export function limitText(comparison: Comparison, unit: string): string {
  const amount = (limit: number): string => `${limit}${unit === "" ? "" : ` ${unit}`}`;
  switch (comparison.kind) {
    case "at-most":
      return comparison.limit === 0 ? "none" : `at most ${amount(comparison.limit)}`;
    case "at-least":
      return `at least ${amount(comparison.limit)}`;
    case "equals":
      return equalText(comparison.value, unit);
  }
}

function equalText(value: number | string | boolean, unit: string): string {
  if (value === true) return "";
  if (value === false) return "not";
  if (typeof value === "number") return `${value}${unit === "" ? "" : ` ${unit}`}`;
  return value.toUpperCase();
}

/** `3 of 3 vote, quorum 2, 1 may fail` */
export function quorumText({ members, quorum, tolerance }: QuorumState): string {
  const may = tolerance < 0 ? "writes wait" : tolerance === 1 ? "1 may fail" : `${tolerance} may fail`;
  return `${members.length} vote, quorum ${quorum}, ${may}`;
}

export function secondsText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 360) / 10} h`;
}
