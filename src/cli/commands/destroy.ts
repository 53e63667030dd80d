/** `ferry destroy`: removes what ferry made. */
import { Command, Option } from "clipanion";
import { parseDuration } from "../duration.js";
import { ChangingCommand } from "../planning-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class DestroyCommand extends ChangingCommand {
  static override paths = [["destroy"]];
  static override usage = Command.Usage({
    description: "remove everything that ferry made",
    details:
      "Plans the removal of every recorded resource, shows it, asks, and carries it out. Resources with `preventDestroy` refuse it.",
    examples: [
      ["Everything, after asking", "ferry destroy"],
      ["One ensemble and what depends on it", "ferry destroy --target ZooKeeperEnsemble/main"],
    ],
  });

  files = Option.Rest({ name: "FILE|FOLDER" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runApply } = await import("../apply-run.js");
    return runApply(
      {
        configuration: this.configurationRequest(this.files),
        command: "destroy",
        mode: "destroy",
        targets: this.targets,
        excludes: this.excludes,
        refresh: true,
        parallelism: this.chosenParallelism(),
        format: this.chosenFormat(),
        autoApprove: this.autoApprove,
        lockTimeoutMs: parseDuration(this.lockTimeout, "--lock-timeout"),
        saved: null,
        onSecrets: (redact) => {
          this.redact = redact;
        },
      },
      terminal,
    );
  }
}
