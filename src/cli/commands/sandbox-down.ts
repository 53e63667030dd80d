/** `ferry sandbox down`: removes a sandbox. */
import { Command, Option } from "clipanion";
import type { Reply } from "../reply.js";
import { SandboxCommand } from "../sandbox-command.js";
import type { Terminal } from "../terminal.js";

export class SandboxDownCommand extends SandboxCommand {
  static override paths = [["sandbox", "down"]];
  static override usage = Command.Usage({
    category: "Rehearsal",
    description: "stop and remove a sandbox",
    details:
      "Destroys everything the sandbox declares, then removes its folder; files that somebody has changed stay. Servers that an `up` cut off has left are removed as well. It does no harm to run it again.",
    examples: [
      ["The one in the folder sandbox", "ferry sandbox down"],
      ["So that the next up goes on with the same data", "ferry sandbox down --keep-data"],
    ],
  });

  keepData = Option.Boolean("--keep-data", false, {
    description: "Keep the folder with the data of all servers",
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runSandboxDown } = await import("../sandbox-down-run.js");
    return runSandboxDown({ ...this.sandboxRequest(), keepData: this.keepData }, terminal);
  }
}
