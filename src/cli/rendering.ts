/** Chooses the rendering of a plan and loads only that one. Renders nothing itself. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Plan } from "../plan/plan.js";
import type { Format } from "./planning-command.js";
import type { Terminal } from "./terminal.js";

/** The text of a plan; for JSON the empty text, because the plan is the answer's data. */
export async function renderPlan(plan: Plan, format: Format, terminal: Terminal): Promise<string> {
  switch (format) {
    case "text":
      return (await import("../render/text.js")).renderText(plan, {
        colour: terminal.colour.out,
        width: terminal.columns,
      });
    case "markdown":
      return (await import("../render/markdown.js")).renderMarkdown(plan);
    case "json":
      return "";
  }
}

/** To stderr. */
export async function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  terminal: Terminal,
): Promise<void> {
  if (diagnostics.length === 0) return;
  const { renderDiagnostics } = await import("../diagnostics/render.js");
  const { paletteFor } = await import("./palette.js");
  terminal.note(renderDiagnostics(diagnostics, await paletteFor(terminal.colour.error)));
}
