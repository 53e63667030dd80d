/** `ferry migrate approve`: approve a stage of a migration. */
import { Command, Option } from "clipanion";
import { MigrateCommand, parseStage } from "../migrate-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class MigrateApproveCommand extends MigrateCommand {
  static override paths = [["migrate", "approve"]];
  static override usage = Command.Usage({
    category: "Migration",
    description: "approve a stage of a migration",
    details:
      "The approval holds for the plan as it is: who, when and which plan are recorded, and an approval for another plan does not count. An engine at work takes it up within a second.",
    examples: [
      ["The stage that waits", "ferry migrate approve"],
      [
        "A stage to come, for exactly the plan that was reviewed",
        "ferry migrate approve move-to-b --stage 5 --plan sha256:4f2a",
      ],
    ],
  });

  stage = Option.String("--stage", {
    description: "Which stage; by default the one that waits or comes next",
  });
  plan = Option.String("--plan", {
    description: "Digest of the plan that was reviewed; by default the present one",
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runMigrateAsk } = await import("../migrate-ask-run.js");
    return runMigrateAsk(
      {
        ...this.migrateRequest(),
        ask: {
          kind: "approve",
          stage: this.stage === undefined ? null : parseStage(this.stage, "--stage"),
          planDigest: this.plan ?? null,
        },
      },
      terminal,
    );
  }
}
