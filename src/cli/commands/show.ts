/** `ferry show [ADDRESS|PLAN]`. Changes nothing. */
import { Command, Option } from "clipanion";
import { ReadingCommand } from "../planning-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class ShowCommand extends ReadingCommand {
  static override paths = [["show"]];
  static override usage = Command.Usage({
    description: "show the state, one resource, or a saved plan",
    details:
      "Without an argument the recorded resources. With an address what is recorded and what is live now: of an ensemble the roles, zxid, latency and connections of its servers. With a file the plan saved in it.",
    examples: [
      ["What is there", "ferry show"],
      ["One ensemble, live", "ferry show ZooKeeperEnsemble/main"],
      ["A saved plan as it is shown in a pull request", "ferry show plan.json --format markdown"],
    ],
  });

  noRefresh = Option.Boolean("--no-refresh", false, { description: "Do not read what is live" });
  subject = Option.String({ name: "ADDRESS|PLAN", required: false });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runShow } = await import("../show-run.js");
    return runShow(
      {
        configuration: this.configurationRequest([]),
        subject: this.subject ?? null,
        refresh: !this.noRefresh,
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
