/** `ferry sync conflicts list NAME`: what both sides changed at once. Changes nothing. */
import { Command, Option } from "clipanion";
import type { Reply } from "../reply.js";
import { OneSyncCommand } from "../sync-command.js";
import type { Terminal } from "../terminal.js";

export class SyncConflictsListCommand extends OneSyncCommand {
  static override paths = [["sync", "conflicts", "list"]];
  static override usage = Command.Usage({
    category: "Synchronisation",
    description: "list the conflicts of a Sync",
    details:
      "Each znode that both sides changed, the oldest first: who won, or HELD where a person must decide. The newest thousand are kept; those that are held always.",
    examples: [
      ["All of them", "ferry sync conflicts list shop"],
      ["Those that wait for a decision", "ferry sync conflicts list shop --held"],
    ],
  });

  held = Option.Boolean("--held", false, { description: "Only those that wait for a decision" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runSyncConflicts } = await import("../sync-conflicts-run.js");
    return runSyncConflicts(this.oneSync(), { kind: "list", heldOnly: this.held }, terminal);
  }
}
