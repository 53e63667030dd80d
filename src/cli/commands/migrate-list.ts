/** `ferry migrate list`: list the migrations that were begun. */
import { Command } from "clipanion";
import { ConfigurationCommand } from "../command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class MigrateListCommand extends ConfigurationCommand {
  static override paths = [["migrate", "list"]];
  static override usage = Command.Usage({
    category: "Migration",
    description: "list the migrations that were begun",
    details: "Newest first, each with its id, where it stands and what it waits for.",
    examples: [["All", "ferry migrate list"]],
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runMigrateList } = await import("../migrate-status-run.js");
    const request = {
      configuration: this.configurationRequest([]),
      onSecrets: (redact: (text: string) => string): void => {
        this.redact = redact;
      },
    };
    return runMigrateList(request, terminal);
  }
}
