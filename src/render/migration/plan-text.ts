/** The plan of a migration for a terminal: every stage with its gates, actions, masters, costs and way back. Pure. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Action } from "../../migration/model/action.js";
import type { Criterion, MigrationPlan, StagePlan } from "../../migration/model/plan.js";
import {
  criterionText,
  numberOf,
  quorumText,
  secondsText,
  stageTitle,
  watchText,
} from "../../migration/plan/stage-lines.js";
import { ANSI_PLAN_PALETTE, PLAIN_PLAN_PALETTE, type PlanPalette } from "../palette.js";
import { safeText } from "../values.js";
import { counted } from "../words.js";

export interface MigrationTextOptions {
  readonly colour: boolean;
  /** Columns; longer lines are wrapped between words. */
  readonly width: number;
}

const NARROWEST = 40;

/** Ends with a line end. Diagnostics are counted, not printed: that is the command's, as for every plan. */
export function renderMigrationPlan(plan: MigrationPlan, { colour, width }: MigrationTextOptions): string {
  const palette = colour ? ANSI_PLAN_PALETTE : PLAIN_PLAN_PALETTE;
  const page = new Page(palette, Math.max(NARROWEST, width));
  page.line("", palette.bold(`Migration ${safeText(plan.migration)}`));
  page.line("", palette.dim(plan.digest));
  for (const stage of plan.stages) page.stage(stage);
  page.line("", "");
  page.line("", palette.bold(migrationSummary(plan)));
  const errors = errorsOf(plan.diagnostics);
  if (errors > 0) page.line("", palette.warning(`It cannot be started: ${counted(errors, "error")}.`));
  return page.text();
}

/** `6 stages, 31 actions, 4 of them by hand; 5 stages wait for approval.` */
export function migrationSummary({ stages }: MigrationPlan): string {
  const actions = stages.flatMap((stage) => stage.actions);
  const byHand = actions.filter((action) => action.byHand.length > 0).length;
  const waiting = stages.filter(({ needsApproval }) => needsApproval).length;
  const hands = byHand === 0 ? "" : `, ${byHand} of them by hand`;
  const approvals =
    waiting === 0
      ? "no stage waits for approval"
      : `${counted(waiting, "stage")} ${waiting === 1 ? "waits" : "wait"} for approval`;
  return `Plan: ${counted(stages.length, "stage")}, ${counted(actions.length, "action")}${hands}; ${approvals}.`;
}

export function errorsOf(diagnostics: readonly Diagnostic[]): number {
  return diagnostics.filter(({ severity }) => severity === "error").length;
}

class Page {
  private readonly lines: string[] = [];

  constructor(
    private readonly palette: PlanPalette,
    private readonly width: number,
  ) {}

  text(): string {
    return `${this.lines.join("\n")}\n`;
  }

  /** One line as it is. */
  line(indent: string, text: string): void {
    this.lines.push(`${indent}${text}`);
  }

  stage(stage: StagePlan): void {
    const approval = stage.needsApproval ? this.palette.warning("  waits for approval") : "";
    this.line("", "");
    this.line("", `${this.palette.bold(safeText(stageTitle(stage)))}${approval}`);
    this.line("  ", this.palette.dim(`at most ${secondsText(stage.timeoutSeconds)}`));
    this.criteria("Before it", stage.prerequisites, criterionText);
    this.actions("Actions", stage.actions, this.palette.added);
    this.masters(stage);
    this.criteria("While it runs", stage.watch, watchText);
    this.criteria("Done when", stage.criteria, criterionText);
    this.texts("What it costs", stage.costs, "- ");
    this.texts("Not checked", stage.unchecked, "- ");
    this.actions("Way back", stage.wayBack, this.palette.changed);
  }

  private criteria(
    title: string,
    criteria: readonly Criterion[],
    text: (criterion: Criterion) => string,
  ): void {
    this.texts(title, criteria.map(text), "- ");
  }

  private texts(title: string, texts: readonly string[], mark: string): void {
    if (texts.length === 0) return;
    this.line("  ", this.palette.bold(title));
    for (const text of texts) this.wrapped("    ", mark, text);
  }

  private actions(title: string, actions: readonly Action[], paint: (text: string) => string): void {
    if (actions.length === 0) return;
    this.line("  ", this.palette.bold(title));
    for (const action of actions) {
      this.wrapped("    ", `${numberOf(action)} `, action.text, paint);
      if (action.byHand.length > 0)
        this.wrapped(
          "    ",
          " ".repeat(numberOf(action).length + 1),
          `By hand: ${action.byHand.join(", ")}; ferry waits ${secondsText(action.timeoutSeconds)} at most.`,
        );
    }
  }

  private masters({ quorum }: StagePlan): void {
    if (quorum.length < 2) return;
    this.line("  ", this.palette.bold("Masters"));
    for (const [at, state] of quorum.entries()) {
      const when = at === 0 ? "before" : `after ${at}`;
      this.wrapped("    ", `${when.padEnd(9)} `, `${quorumText(state)}: ${state.members.join(", ")}`);
    }
  }

  /** Further lines begin below the text. */
  private wrapped(
    indent: string,
    mark: string,
    text: string,
    paint: (mark: string) => string = (plain) => plain,
  ): void {
    const room = this.width - indent.length - mark.length;
    const [first = "", ...rest] = wrap(safeText(text), room);
    this.line(indent, `${paint(mark)}${first}`);
    for (const line of rest) this.line(indent, `${" ".repeat(mark.length)}${line}`);
  }
}

function wrap(text: string, room: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
