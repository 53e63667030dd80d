/** `ferry apply [PLAN]`. */
import { Command, Option } from "clipanion";
import { parseDuration } from "../duration.js";
import { ChangingCommand } from "../planning-command.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class ApplyCommand extends ChangingCommand {
  static override paths = [["apply"]];
  static override usage = Command.Usage({
    description: "carry out a plan",
    details:
      "Plans, shows the plan, asks, and carries it out; what is done is recorded after every single action, so that a second run goes on from there. With a saved plan carries out exactly that one, and refuses when the configuration, the state or what is live has changed since. Ctrl-C once finishes what is under way and records it; twice stops now.",
    examples: [
      ["Plan, ask, apply", "ferry apply"],
      ["Exactly what was reviewed", "ferry apply plan.json"],
      ["In CI, waiting for another run", "ferry apply --auto-approve --lock-timeout 5m"],
      ["Bring the state up to date, change no server", "ferry apply --refresh-only"],
    ],
  });

  noRefresh = Option.Boolean("--no-refresh", false, {
    description: "Do not read what is live; take what the state says",
  });
  refreshOnly = Option.Boolean("--refresh-only", false, {
    description: "Only bring the state up to date with what is live",
  });
  files = Option.Rest({ name: "PLAN|FILE|FOLDER" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const [{ runApply }, { readPositions }] = await Promise.all([
      import("../apply-run.js"),
      import("../saved-plan.js"),
    ]);
    const { saved, files } = await readPositions(this.files, this.directory(), this);
    const configuration = this.configurationRequest(files);
    return runApply(
      {
        configuration:
          saved === null
            ? configuration
            : { ...configuration, environment: saved.plan.configuration.environment },
        command: "apply",
        mode: saved?.plan.mode ?? (this.refreshOnly ? "refresh-only" : "apply"),
        targets: saved?.plan.selection.targets ?? this.targets,
        excludes: saved?.plan.selection.excludes ?? this.excludes,
        refresh: !this.noRefresh,
        parallelism: this.chosenParallelism(),
        format: this.chosenFormat(),
        autoApprove: this.autoApprove,
        lockTimeoutMs: parseDuration(this.lockTimeout, "--lock-timeout"),
        saved,
        onSecrets: (redact) => {
          this.redact = redact;
        },
      },
      terminal,
    );
  }
}
