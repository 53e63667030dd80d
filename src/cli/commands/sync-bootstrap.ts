/** `ferry sync bootstrap NAME`: fills a target for the first time, by a snapshot file for its servers or by an engine. */
import { Command, Option } from "clipanion";
import type { Reply } from "../reply.js";
import { OneSyncCommand } from "../sync-command.js";
import type { Terminal } from "../terminal.js";

export class SyncBootstrapCommand extends OneSyncCommand {
  static override paths = [["sync", "bootstrap"]];
  static override usage = Command.Usage({
    category: "Synchronisation",
    description: "fill a target for the first time",
    details:
      "With --to it writes a snapshot file of the declared subtrees, renamed as declared, for servers that are to be started on it (`bootstrap.snapshot` of their ZooKeeperEnsemble): versions, times, zxids and counters are then the source's. It reads through a quorum port of the source, goes on while clients write, and is exact for one moment. A file that the source has not changed since is kept. Without --to the running target is filled as by `ferry sync run --once`. Both end with what is exact.",
    examples: [
      ["A file for new servers", "ferry sync bootstrap shop --to seed"],
      ["Into the running target", "ferry sync bootstrap shop"],
    ],
  });

  to = Option.String("--to", {
    description: "Folder for the snapshot file; made when it is missing, with room for three times the tree",
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runSyncBootstrap, runSyncFill } = await import("../sync-bootstrap-run.js");
    const { to } = this;
    if (to === undefined) return runSyncFill(this.oneSync(), terminal);
    return runSyncBootstrap({ ...this.oneSync(), directory: to }, terminal);
  }
}
