/** `ferry drift`: what is live against what was last applied. Exit code 2 when they differ. */
import { Command } from "clipanion";
import { SelectingCommand } from "../planning-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class DriftCommand extends SelectingCommand {
  static override paths = [["drift"]];
  static override usage = Command.Usage({
    description: "compare what is live with what was last applied",
    details:
      "For CI and for the curious: says what was changed by others since the last apply, without planning anything. Exit code 0: nothing, 2: something drifted, 1: it could not be told.",
    examples: [
      ["Has anybody changed something by hand?", "ferry drift"],
      ["For a program", "ferry drift --json"],
    ],
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runDrift } = await import("../drift-run.js");
    return runDrift(
      {
        configuration: this.configurationRequest([]),
        targets: this.targets,
        excludes: this.excludes,
        parallelism: this.chosenParallelism(),
        format: this.chosenFormat(),
        onSecrets: (redact) => {
          this.redact = redact;
        },
      },
      terminal,
    );
  }
}
