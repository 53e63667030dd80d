/** `ferry sync resume NAME`: takes a pause back. */
import { Command, Option } from "clipanion";
import { parseDuration } from "../duration.js";
import type { Reply } from "../reply.js";
import { OneSyncCommand } from "../sync-command.js";
import type { Terminal } from "../terminal.js";

export class SyncResumeCommand extends OneSyncCommand {
  static override paths = [["sync", "resume"]];
  static override usage = Command.Usage({
    category: "Synchronisation",
    description: "go on copying after a pause",
    details:
      "The engine goes on from its checkpoint. Pausing and resuming also makes a direction that has stopped with a problem try again.",
    examples: [["Go on", "ferry sync resume shop"]],
  });

  timeout = Option.String("--timeout", "30s", {
    description: "Wait so long for the engine to obey, e.g. 2m (default: 30s)",
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runSyncPause } = await import("../sync-pause-run.js");
    const timeoutMs = parseDuration(this.timeout, "--timeout");
    return runSyncPause({ ...this.oneSync(), pause: false, timeoutMs }, terminal);
  }
}
