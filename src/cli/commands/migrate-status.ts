/** `ferry migrate status`: show where a migration stands, what it waits for, and what to do next. */
import { Command, Option } from "clipanion";
import { MigrateCommand } from "../migrate-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class MigrateStatusCommand extends MigrateCommand {
  static override paths = [["migrate", "status"]];
  static override usage = Command.Usage({
    category: "Migration",
    description: "show where a migration stands, what it waits for, and what to do next",
    details:
      "Reads the record, so it also works when no engine runs. With --detailed-exitcode it exits with 2 when nothing goes on before a person does something.",
    examples: [
      ["Where is it?", "ferry migrate status"],
      ["All the time", "ferry migrate status move-to-b --watch"],
      ["With the plan it was begun with", "ferry migrate status --plan"],
    ],
  });

  watch = Option.Boolean("--watch", false, { description: "Show it again each second until it is over" });
  detailed = Option.Boolean("--detailed", false, {
    description: "Finished actions of the stage under way, too",
  });
  plan = Option.Boolean("--plan", false, { description: "The plan that it was begun with, too" });
  detailedExitCode = Option.Boolean("--detailed-exitcode", false, {
    description: "Exit with 2 when a person has to do something (0: it goes on or is over, 1: error)",
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runMigrateStatus } = await import("../migrate-status-run.js");
    const { watch, detailed, plan, detailedExitCode } = this;
    return runMigrateStatus({ ...this.migrateRequest(), watch, detailed, plan, detailedExitCode }, terminal);
  }
}
