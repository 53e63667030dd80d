/** The words and symbols that all renderings of a plan share. */
import type { Plan, PlannedChange } from "../plan/plan.js";
import { type PlanSummary, summarise } from "../plan/summary.js";

/** The sign at the beginning of a change's line. */
export function symbolOf(change: PlannedChange): string {
  switch (change.action) {
    case "create":
      return "+";
    case "update":
      return "~";
    case "replace":
      return change.replaceOrder === "create-first" ? "+/-" : "-/+";
    case "delete":
      return "-";
    case "forget":
      return "x";
    case "no-op":
      return change.movedFrom !== undefined ? ">" : isHeld(change) ? "!" : " ";
  }
}

/** What will be done, in a word or two. */
export function verbOf(change: PlannedChange): string {
  switch (change.action) {
    case "create":
      return "create";
    case "update":
      return "update";
    case "replace":
      return change.replaceOrder === "create-first"
        ? "replace (create, then destroy)"
        : "replace (destroy, then create)";
    case "delete":
      return "delete";
    case "forget":
      return "forget";
    case "no-op":
      return change.movedFrom !== undefined ? "move" : isHeld(change) ? "not planned" : "nothing";
  }
}

export function isHeld(change: PlannedChange): boolean {
  const { code } = change.reason;
  return code === "blocked" || code === "deferred" || code === "held";
}

/** Whether a change is shown; what stays as it is only counts. */
export function isShown(change: PlannedChange): boolean {
  return change.action !== "no-op" || change.movedFrom !== undefined || isHeld(change);
}

/** Why, with the move when there is one besides. */
export function whyOf(change: PlannedChange): string {
  const { movedFrom, reason } = change;
  return movedFrom === undefined || reason.code === "moved"
    ? reason.text
    : `${reason.text}; was ${movedFrom}`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `2 to create, 1 to delete; 12 unchanged`, or what there is to say when nothing is to be done. */
export function summaryText(plan: Plan): string {
  const summary = summarise(plan);
  if (plan.mode === "refresh-only") return driftText(plan);
  const doing = doingText(summary);
  const rest = restText(summary);
  if (doing !== "") return rest === "" ? doing : `${doing}; ${rest}`;
  const all =
    summary.held > 0 || summary.excluded > 0
      ? ""
      : plan.mode === "destroy"
        ? "nothing is left to destroy"
        : "everything is as declared";
  return ["no changes", all, rest].filter((part) => part !== "").join("; ");
}

function driftText(plan: Plan): string {
  const unread = plan.drift.filter((entry) => entry.status === "unreadable").length;
  const drifted = plan.drift.length - unread;
  const text = drifted === 0 ? "no drift" : `${counted(drifted, "resource")} changed outside ferry`;
  return unread === 0 ? text : `${text}; ${counted(unread, "resource")} could not be read`;
}

function doingText(summary: PlanSummary): string {
  const doing: [number, string][] = [
    [summary.create, "to create"],
    [summary.update, "to update"],
    [summary.replace, "to replace"],
    [summary.delete, "to delete"],
    [summary.forget, "to forget"],
    [summary.moved, "to move"],
  ];
  return doing
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(", ");
}

function restText(summary: PlanSummary): string {
  const rest: [number, string][] = [
    [summary.unchanged, "unchanged"],
    [summary.held, "not planned"],
    [summary.excluded, "not covered"],
  ];
  return rest
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(", ");
}

/** Configuration, commit and state that the plan is about, one a line: name and value. */
export function circumstances(plan: Plan): [string, string][] {
  const { git, state, configuration } = plan;
  const commit =
    git === null
      ? ""
      : `${git.commit?.slice(0, 12) ?? "no commit yet"}${git.branch === null ? "" : ` on ${git.branch}`}${git.dirty ? ", with uncommitted changes" : ""}`;
  const lines: [string, string][] = [
    ["environment", configuration.environment ?? ""],
    ["commit", commit],
    [
      "state",
      state.lineage === null ? `${state.location}, none yet` : `${state.location}, serial ${state.serial}`,
    ],
    ["targets", plan.selection.targets.join(", ")],
    ["excluded", plan.selection.excludes.join(", ")],
  ];
  return lines.filter(([, value]) => value !== "");
}
