/** `ferry migrate rollback`: take a migration back to the end of an earlier stage. */
import { Command, Option } from "clipanion";
import { MigrateCommand, parseStageBack, required } from "../migrate-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class MigrateRollbackCommand extends MigrateCommand {
  static override paths = [["migrate", "rollback"]];
  static override usage = Command.Usage({
    category: "Migration",
    description: "take a migration back to the end of an earlier stage",
    details:
      "From anywhere, also in the middle of a stage or of another roll-back; 0 is before stage 1. The way back is planned from what was really done, carried out by the engine, and proved at its end. After stage 6 it needs the archive, as long as that is kept.",
    examples: [
      ["Take back the stage that does not go well", "ferry migrate rollback --to-stage 2"],
      ["Everything", "ferry migrate rollback move-to-b --to-stage 0"],
    ],
  });

  to = Option.String("--to-stage", {
    description: "The stage whose end it goes back to; 0: before stage 1",
  });
  reason = Option.String("--reason", "", { description: "Why, for the record and the audit log" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runMigrateAsk } = await import("../migrate-ask-run.js");
    return runMigrateAsk(
      {
        ...this.migrateRequest(),
        ask: {
          kind: "roll-back",
          to: parseStageBack(required(this.to, "--to-stage"), "--to-stage"),
          reason: this.reason,
        },
      },
      terminal,
    );
  }
}
