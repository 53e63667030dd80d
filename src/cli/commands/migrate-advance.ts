/** `ferry migrate advance`: approve the next stage, and go on if it is paused. */
import { Command, Option } from "clipanion";
import { MigrateCommand, parseStage } from "../migrate-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class MigrateAdvanceCommand extends MigrateCommand {
  static override paths = [["migrate", "advance"]];
  static override usage = Command.Usage({
    category: "Migration",
    description: "approve the next stage, and go on if it is paused",
    details: "The same as approve, and resume where the migration is paused or has failed.",
    examples: [
      ["On", "ferry migrate advance"],
      ["To stage 3", "ferry migrate advance move-to-b --stage 3"],
    ],
  });

  stage = Option.String("--stage", {
    description: "Which stage; by default the one that waits or comes next",
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runMigrateAsk } = await import("../migrate-ask-run.js");
    return runMigrateAsk(
      {
        ...this.migrateRequest(),
        ask: { kind: "advance", stage: this.stage === undefined ? null : parseStage(this.stage, "--stage") },
      },
      terminal,
    );
  }
}
