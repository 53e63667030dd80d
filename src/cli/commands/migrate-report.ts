/** `ferry migrate report`: tell how a migration went: timeline, durations, figures, failures. */
import { Command, Option } from "clipanion";
import { chosenFormat, MigrateCommand } from "../migrate-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class MigrateReportCommand extends MigrateCommand {
  static override paths = [["migrate", "report"]];
  static override usage = Command.Usage({
    category: "Migration",
    description: "tell how a migration went: timeline, durations, figures, failures",
    details:
      "Made of the record alone, also while the migration runs. What nobody measured is not shown as zero.",
    examples: [
      ["As Markdown", "ferry migrate report > report.md"],
      ["For a program", "ferry migrate report move-to-b --format json --out report.json"],
    ],
  });

  format = Option.String("--format", "markdown", { description: "markdown (default) or json" });
  out = Option.String("--out", { description: "Write it to this file" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const format = chosenFormat(this.format, ["markdown", "json"] as const);
    const { runMigrateReport } = await import("../migrate-report-run.js");
    return runMigrateReport({ ...this.migrateRequest(), format, out: this.out ?? null }, terminal);
  }
}
