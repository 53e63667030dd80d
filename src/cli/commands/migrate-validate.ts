/** `ferry migrate validate`: look whether everything holds that must hold after a stage. */
import { Command, Option } from "clipanion";
import { parseDuration } from "../duration.js";
import { MigrateCommand, parseStageOrCurrent } from "../migrate-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class MigrateValidateCommand extends MigrateCommand {
  static override paths = [["migrate", "validate"]];
  static override usage = Command.Usage({
    category: "Migration",
    description: "look whether everything holds that must hold after a stage",
    details:
      "Looks at the platform now and judges the criteria of the last stage that is done, or of another one. It changes nothing. Exit code 0: all are met, 2: not all.",
    examples: [
      ["Is all well?", "ferry migrate validate"],
      ["As before the migration", "ferry migrate validate move-to-b --stage 0"],
    ],
  });

  stage = Option.String("--stage", "current", {
    description: "A stage, 0 for before the first, or current (default)",
  });
  timeout = Option.String("--timeout", "30s", {
    description: "Look so long beyond the time that things must hold (default 30s)",
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const [{ runMigrateValidate }, { openMigrateWorld }] = await Promise.all([
      import("../migrate-validate-run.js"),
      import("../migrate-world.js"),
    ]);
    const stage = parseStageOrCurrent(this.stage, "--stage");
    const timeoutMs = parseDuration(this.timeout, "--timeout");
    return runMigrateValidate({ ...this.migrateRequest(), stage, timeoutMs }, terminal, openMigrateWorld);
  }
}
