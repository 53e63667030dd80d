/** `ferry migrate pause`: stop a migration between two actions. */
import { Command } from "clipanion";
import { MigrateCommand } from "../migrate-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class MigratePauseCommand extends MigrateCommand {
  static override paths = [["migrate", "pause"]];
  static override usage = Command.Usage({
    category: "Migration",
    description: "stop a migration between two actions",
    details:
      "What runs comes to its end if it may not be done twice; everything else is stopped after a moment. The synchronisation goes on, so that both sides stay equal.",
    examples: [["Stop here", "ferry migrate pause"]],
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runMigrateAsk } = await import("../migrate-ask-run.js");
    return runMigrateAsk({ ...this.migrateRequest(), ask: { kind: "pause" } }, terminal);
  }
}
