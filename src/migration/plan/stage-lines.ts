/** Stages, actions, gates and quorum as lines of plain text, shared by all renderings of a plan of a migration. Pure. */
import type { Action } from "../model/action.js";
import type { Criterion, QuorumState, StagePlan } from "../model/plan.js";

/** A stage for reviewers of an ordinary plan: short, one line for each action and each gate. */
export function stageLines(stage: StagePlan): readonly string[] {
  const gate = (
    title: string,
    criteria: readonly Criterion[],
    text: (criterion: Criterion) => string = criterionText,
  ): readonly string[] =>
    criteria.length === 0 ? [] : [`${stage.number}: ${title}: ${criteria.map(text).join("; ")}`];
  return [
    `${stageTitle(stage)}${stage.needsApproval ? ", after approval" : ""}`,
    ...gate("before", stage.prerequisites),
    ...stage.actions.map((action) => `${numberOf(action)} ${action.text}${handsText(action)}`),
    ...gate("meanwhile", stage.watch, watchText),
    ...gate("proved by", stage.criteria),
    ...(stage.wayBack.length === 0
      ? []
      : [
          `${stage.number}: way back: ${stage.wayBack.length === 1 ? "1 action" : `${stage.wayBack.length} actions`}`,
        ]),
    ...stage.costs.map((cost) => `${stage.number}: costs: ${cost}`),
    ...stage.unchecked.map((text) => `${stage.number}: not checked: ${text}`),
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
  const { holdSeconds } = criterion;
  return withLimits(criterion, holdSeconds === 0 ? "" : `for ${holdSeconds} s`);
}

/** The same for what is watched, where the seconds are those for which it may be broken. */
export function watchText(criterion: Criterion): string {
  const { holdSeconds } = criterion;
  return withLimits(criterion, holdSeconds === 0 ? "" : `may be broken for ${holdSeconds} s`);
}

function withLimits(criterion: Criterion, time: string): string {
  const parts = [limitText(criterion), time].filter((part) => part !== "");
  return parts.length === 0 ? criterion.text : `${criterion.text} (${parts.join(", ")})`;
}

/** Empty where the sentence says it all. */
function limitText({ comparison, unit, measure }: Criterion): string {
  switch (comparison.kind) {
    case "at-most":
      return comparison.limit === 0 ? `${measure} 0` : `at most ${amountText(comparison.limit, unit)}`;
    case "at-least":
      return `at least ${amountText(comparison.limit, unit)}`;
    case "equals":
      return typeof comparison.value === "number" ? amountText(comparison.value, unit) : "";
  }
}

/** Units are in the plural. */
function amountText(amount: number, unit: string): string {
  if (unit === "") return String(amount);
  return `${amount} ${amount === 1 && unit.length > 2 ? unit.replace(/s$/, "") : unit}`;
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
