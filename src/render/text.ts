/** A plan for a terminal: calm, aligned, complete. Pure: colours and width are given, nothing is printed. */
import type { DriftEntry, FieldChange, Plan, PlannedChange } from "../plan/plan.js";
import { type FieldEntry, fieldEntries } from "./field-lines.js";
import { ANSI_PLAN_PALETTE, PLAIN_PLAN_PALETTE, type PlanPalette } from "./palette.js";
import { safeText } from "./values.js";
import { circumstances, counted, isHeld, isShown, summaryText, symbolOf, verbOf, whyOf } from "./words.js";

export interface TextOptions {
  /** Colours by ANSI codes. */
  readonly colour: boolean;
  /** Columns; fields that would be longer get lines of their own. */
  readonly width: number;
  /** Other colours than the usual ones; `colour` does not matter then. */
  readonly palette?: PlanPalette;
}

const INDENT = "      ";
/** Longer paths are not aligned, so that one of them does not push all values to the right. */
const WIDEST_PATH = 44;
const NARROWEST = 40;

/** The whole plan; ends with a line end. Its diagnostics are not in it: they are printed by themselves. */
export function renderText(plan: Plan, options: TextOptions): string {
  const palette = options.palette ?? (options.colour ? ANSI_PLAN_PALETTE : PLAIN_PLAN_PALETTE);
  const layout = new Layout(palette, Math.max(NARROWEST, options.width));
  layout.head(plan);
  layout.drift(plan);
  layout.changes(plan);
  layout.summary(plan);
  return layout.text();
}

class Layout {
  private readonly lines: string[] = [];

  constructor(
    private readonly palette: PlanPalette,
    private readonly width: number,
  ) {}

  text(): string {
    return `${this.lines.join("\n")}\n`;
  }

  head(plan: Plan): void {
    for (const [name, value] of circumstances(plan)) {
      this.lines.push(this.palette.dim(`${name.padEnd(12)}${safeText(value)}`));
    }
    if (this.lines.length > 0) this.lines.push("");
  }

  drift(plan: Plan): void {
    this.driftEntries(
      "Changed outside ferry since it was last seen",
      plan.drift.filter((entry) => entry.status !== "unreadable"),
    );
    // Otherwise they are among the changes, as what could not be planned.
    if (plan.mode !== "refresh-only") return;
    this.driftEntries(
      "Could not be read",
      plan.drift.filter((entry) => entry.status === "unreadable"),
    );
  }

  changes(plan: Plan): void {
    const shown = plan.changes.filter(isShown);
    if (shown.length === 0) return;
    const title = plan.mode === "destroy" ? "What will be destroyed" : "What will be done";
    this.lines.push(this.palette.bold(title), "");
    for (const change of shown) this.change(change);
  }

  summary(plan: Plan): void {
    const errors = plan.diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
    const what = plan.mode === "destroy" ? "Destroy plan" : plan.mode === "refresh-only" ? "Drift" : "Plan";
    this.lines.push(this.palette.bold(`${what}: ${summaryText(plan)}.`));
    if (errors > 0)
      this.lines.push(this.palette.warning(`It cannot be applied: ${counted(errors, "error")}.`));
  }

  private driftEntries(title: string, entries: readonly DriftEntry[]): void {
    if (entries.length > 0) this.lines.push(this.palette.bold(title), "");
    for (const entry of entries) this.driftEntry(entry);
  }

  private driftEntry(entry: DriftEntry): void {
    const mark = { changed: "~", gone: "-", unreadable: "?" }[entry.status];
    const paint = entry.status === "gone" ? this.palette.removed : this.palette.changed;
    this.lines.push(
      `  ${paint(mark)} ${this.palette.bold(safeText(entry.address))}  ${safeText(entry.message)}`,
    );
    this.fields(entry.fields);
    this.lines.push("");
  }

  private change(change: PlannedChange): void {
    const symbol = this.painted(change, symbolOf(change).padStart(3));
    const why = safeText(`${verbOf(change)}: ${whyOf(change)}`);
    this.lines.push(`${symbol} ${this.palette.bold(safeText(change.address))}  ${why}`);
    this.fields(change.action === "delete" ? [] : change.fields);
    this.list("waits for", change.waitsFor);
    this.steps(change);
    this.lines.push("");
  }

  private painted(change: PlannedChange, text: string): string {
    const { added, removed, changed, warning, dim } = this.palette;
    if (isHeld(change)) return warning(text);
    const paints = {
      create: added,
      update: changed,
      replace: changed,
      delete: removed,
      forget: dim,
      "no-op": dim,
    };
    return paints[change.action](text);
  }

  private fields(fields: readonly FieldChange[]): void {
    const room = this.width - INDENT.length - 2;
    const entries = fields.flatMap((field) => fieldEntries(field, room - 2));
    let column = 0;
    for (const entry of entries)
      if (entry.path.length <= WIDEST_PATH) column = Math.max(column, entry.path.length);
    for (const entry of entries) this.field(entry, column);
  }

  private field(entry: FieldEntry, column: number): void {
    const { added, removed, changed, warning, dim } = this.palette;
    const mark = { added: added("+"), removed: removed("-"), changed: changed("~") }[entry.kind];
    const forces = entry.forces ? `  ${warning("forces replacement")}` : "";
    const head = `${INDENT}${mark} `;
    const long = INDENT.length + 2 + column + 2 + entry.before.length + 4 + entry.after.length;
    if (entry.patch.length > 0) {
      this.lines.push(`${head}${entry.path}${forces}`);
      for (const line of entry.patch) this.lines.push(`${INDENT}    ${this.patchLine(line)}`);
    } else if (entry.kind !== "changed") {
      const value = entry.kind === "added" ? entry.after : entry.before;
      this.lines.push(`${head}${entry.path.padEnd(column)}  ${value}${forces}`);
    } else if (long > this.width) {
      this.lines.push(`${head}${entry.path}${forces}`);
      this.lines.push(
        `${INDENT}    ${removed(`- ${entry.before}`)}`,
        `${INDENT}    ${added(`+ ${entry.after}`)}`,
      );
    } else
      this.lines.push(
        `${head}${entry.path.padEnd(column)}  ${entry.before} ${dim("→")} ${entry.after}${forces}`,
      );
  }

  private patchLine(line: string): string {
    if (line.startsWith("+")) return this.palette.added(line);
    if (line.startsWith("-")) return this.palette.removed(line);
    return line.startsWith("@") ? this.palette.dim(line) : line;
  }

  /** As many names as fit, then how many more there are. */
  private list(title: string, names: readonly string[]): void {
    if (names.length === 0) return;
    const room = this.width - INDENT.length - title.length - 14;
    let text = "";
    let shown = 0;
    for (const name of names) {
      const longer = text === "" ? name : `${text}, ${name}`;
      if (longer.length > room && shown > 0) break;
      text = longer;
      shown += 1;
    }
    const more = shown < names.length ? ` and ${names.length - shown} more` : "";
    this.lines.push(this.palette.dim(`${INDENT}${title} ${safeText(text)}${more}`));
  }

  private steps(change: PlannedChange): void {
    change.steps.forEach((step, at) => {
      this.lines.push(this.palette.dim(`${INDENT}${String(at + 1).padStart(2)}. ${safeText(step)}`));
    });
  }
}
