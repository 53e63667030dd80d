/** `ferry sandbox status`: how a sandbox is. Changes nothing. */
import { Command } from "clipanion";
import type { Reply } from "../reply.js";
import { SandboxCommand } from "../sandbox-command.js";
import type { Terminal } from "../terminal.js";

export class SandboxStatusCommand extends SandboxCommand {
  static override paths = [["sandbox", "status"]];
  static override usage = Command.Usage({
    category: "Rehearsal",
    description: "show how a sandbox is: servers, leaders, agents, frameworks, apps",
    details:
      "Asks every server of the sandbox, and tells its process, so that it can be killed to see what happens. What is not as declared is named at the end.",
    examples: [
      ["The one in the folder sandbox", "ferry sandbox status"],
      ["For programs", "ferry sandbox status --json"],
    ],
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runSandboxStatus } = await import("../sandbox-status-run.js");
    return runSandboxStatus(this.sandboxRequest(), terminal);
  }
}
