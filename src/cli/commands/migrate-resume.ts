/** `ferry migrate resume`: go on with a migration that is paused or has failed. */
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { MigrateCommand } from "../migrate-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class MigrateResumeCommand extends MigrateCommand {
  static override paths = [["migrate", "resume"]];
  static override usage = Command.Usage({
    category: "Migration",
    description: "go on with a migration that is paused or has failed",
    details:
      "Goes on where it stopped, forwards or backwards. Where nobody could tell whether an action has happened, say what you found with --happened or --not-happened.",
    examples: [
      ["Go on", "ferry migrate resume"],
      ["The action that was unclear has happened", "ferry migrate resume --happened"],
    ],
  });

  happened = Option.Boolean("--happened", false, { description: "The action that was unclear has happened" });
  notHappened = Option.Boolean("--not-happened", false, { description: "It has not: it is done again" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runMigrateAsk } = await import("../migrate-ask-run.js");
    return runMigrateAsk(
      { ...this.migrateRequest(), ask: { kind: "resume", happened: this.answer() } },
      terminal,
    );
  }

  private answer(): boolean | null {
    if (this.happened && this.notHappened) {
      throw new DiagnosticError([
        errorDiagnostic("usage-conflict", "--happened and --not-happened exclude each other", {
          remedy: "Give one of them.",
        }),
      ]);
    }
    if (this.happened) return true;
    return this.notHappened ? false : null;
  }
}
