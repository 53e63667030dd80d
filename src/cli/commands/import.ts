/** `ferry import ADDRESS ID`: takes over something that exists already. Changes the state only. */
import { Command, Option } from "clipanion";
import { ConfigurationCommand } from "../command.js";
import { parseDuration } from "../duration.js";
import type { Reply } from "../reply.js";
import type { Terminal } from "../terminal.js";

export class ImportCommand extends ConfigurationCommand {
  static override paths = [["import"]];
  static override usage = Command.Usage({
    description: "take over something that exists already",
    details:
      "The resource must be declared in the configuration. What is found is recorded as it is; `ferry plan` then shows how it differs from what is declared. `ferry providers` says what the id of each kind is.",
    examples: [["A tree of znodes that is there already", "ferry import ZNode/config /config"]],
  });

  lockTimeout = Option.String("--lock-timeout", "0", {
    description: "Wait so long for another ferry to finish, e.g. 30s (default: do not wait)",
  });
  address = Option.String({ name: "ADDRESS" });
  id = Option.String({ name: "ID", required: false });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runImport } = await import("../import-run.js");
    return runImport(
      {
        configuration: this.configurationRequest([]),
        address: this.address,
        id: this.id ?? null,
        lockTimeoutMs: parseDuration(this.lockTimeout, "--lock-timeout"),
        onSecrets: (redact) => {
          this.redact = redact;
        },
      },
      terminal,
    );
  }
}
