/** `ferry sync conflicts show NAME ID`: all that is known of one conflict. Changes nothing. */
import { Command, Option } from "clipanion";
import type { Reply } from "../reply.js";
import { OneSyncCommand } from "../sync-command.js";
import type { Terminal } from "../terminal.js";

export class SyncConflictsShowCommand extends OneSyncCommand {
  static override paths = [["sync", "conflicts", "show"]];
  static override usage = Command.Usage({
    category: "Synchronisation",
    description: "show one conflict of a Sync",
    details:
      "What either side had: zxid, session, time, version and the SHA-256 of the data. The data itself is not kept.",
    examples: [["With both versions", "ferry sync conflicts show shop mc0qz1f2a-1b2c3d4e"]],
  });

  id = Option.String({ name: "ID" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runSyncConflicts } = await import("../sync-conflicts-run.js");
    return runSyncConflicts(this.oneSync(), { kind: "show", id: this.id }, terminal);
  }
}
