/** `ferry sync pause NAME`: asks the engines to wait. */
import { Command, Option } from "clipanion";
import { parseDuration } from "../duration.js";
import type { Reply } from "../reply.js";
import { OneSyncCommand } from "../sync-command.js";
import type { Terminal } from "../terminal.js";

export class SyncPauseCommand extends OneSyncCommand {
  static override paths = [["sync", "pause"]];
  static override usage = Command.Usage({
    category: "Synchronisation",
    description: "stop copying for a while",
    details:
      "Written down on the target: the active engine finishes what is under way and waits, and so does every engine that takes over or is started later. What the source does meanwhile is applied after resuming.",
    examples: [["For maintenance of the target", "ferry sync pause shop"]],
  });

  timeout = Option.String("--timeout", "30s", {
    description: "Wait so long for the engine to obey, e.g. 2m (default: 30s)",
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runSyncPause } = await import("../sync-pause-run.js");
    const timeoutMs = parseDuration(this.timeout, "--timeout");
    return runSyncPause({ ...this.oneSync(), pause: true, timeoutMs }, terminal);
  }
}
