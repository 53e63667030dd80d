/** `ferry plan`: what apply would do. Changes nothing, takes no lock: apply plans again and compares. */
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import type { PlanMode } from "../../plan/plan.js";
import { SelectingCommand } from "../planning-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class PlanCommand extends SelectingCommand {
  static override paths = [["plan"]];
  static override usage = Command.Usage({
    description: "show what apply would do, and what drifted",
    details:
      "Reads what is live, compares it with the configuration and with what was last applied, and prints the difference. It changes nothing. Files or folders given by position are the whole configuration then: what is recorded and not in them is planned to go.",
    examples: [
      ["What would happen", "ferry plan"],
      ["Review now, apply exactly this later", "ferry plan --out plan.json"],
      ["In CI: exit code 2 when there is something to do", "ferry plan --detailed-exitcode"],
      ["As a comment of a pull request", "ferry plan --format markdown"],
      ["What a branch changes, without looking at any server", "ferry plan --from origin/main"],
    ],
  });

  out = Option.String("--out", { description: "Save the plan to this file, for `ferry apply FILE`" });
  detailedExitCode = Option.Boolean("--detailed-exitcode", false, {
    description: "Exit with 2 when there are changes or drift (0: none, 1: error)",
  });
  noRefresh = Option.Boolean("--no-refresh", false, {
    description: "Do not read what is live; take what the state says",
  });
  refreshOnly = Option.Boolean("--refresh-only", false, {
    description: "Only what drifted; applying it brings the state up to date and changes no server",
  });
  destroy = Option.Boolean("--destroy", false, { description: "Plan the removal of everything" });
  from = Option.String("--from", {
    description: "Compare with the configuration of this git commit, branch or tag instead of what is live",
  });
  files = Option.Rest({ name: "FILE|FOLDER" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const format = this.chosenFormat();
    const request = {
      configuration: this.configurationRequest(this.files),
      mode: this.mode(),
      targets: this.targets,
      excludes: this.excludes,
      refresh: !this.noRefresh,
      parallelism: this.chosenParallelism(),
      format,
      out: this.out ?? null,
      detailedExitCode: this.detailedExitCode,
      onSecrets: (redact: (text: string) => string) => {
        this.redact = redact;
      },
    };
    if (this.from !== undefined) {
      if (this.out !== undefined) throw cannotSave();
      return (await import("../compare-run.js")).comparePlans(request, this.from, terminal);
    }
    return (await import("../plan-run.js")).runPlan(request, terminal);
  }

  private mode(): PlanMode {
    if (this.destroy && this.refreshOnly) {
      throw new DiagnosticError([
        errorDiagnostic("usage-conflict", "--destroy and --refresh-only exclude each other", {
          remedy: "Give one of them.",
        }),
      ]);
    }
    return this.destroy ? "destroy" : this.refreshOnly ? "refresh-only" : "apply";
  }
}

function cannotSave(): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("usage-conflict", "--from and --out exclude each other", {
      detail: "With --from nothing live is looked at, so such a plan cannot be applied.",
      remedy: "Leave --from out to save a plan.",
    }),
  ]);
}
