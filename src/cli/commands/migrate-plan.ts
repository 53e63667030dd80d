/** `ferry migrate plan`: show everything a migration would do, before anything runs. */
import { Command, Option } from "clipanion";
import { chosenFormat, MigrateCommand } from "../migrate-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class MigratePlanCommand extends MigrateCommand {
  static override paths = [["migrate", "plan"]];
  static override usage = Command.Usage({
    category: "Migration",
    description: "show everything a migration would do, before anything runs",
    details:
      "Shows the six stages with their gates, actions, masters, costs, what cannot be checked, and the way back of each. A migration that cannot be safe is refused here, with the smallest change that would make it safe. It changes nothing. Exit code 1 when it is refused.",
    examples: [
      ["The migration of this project", "ferry migrate plan"],
      ["One of several, for a pull request", "ferry migrate plan move-to-b --format markdown"],
    ],
  });

  format = Option.String("--format", "text", { description: "text (default), markdown or json" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const format = chosenFormat(this.format, ["text", "markdown", "json"] as const);
    const [{ runMigratePlan }, { openMigrateWorld }] = await Promise.all([
      import("../migrate-plan-run.js"),
      import("../migrate-world.js"),
    ]);
    return runMigratePlan({ ...this.migrateRequest(), format }, terminal, openMigrateWorld);
  }
}
