/** `ferry sync run FILE|NAME…`: an engine in the foreground. */
import { Command, Option } from "clipanion";
import type { Reply } from "../reply.js";
import { SyncCommand } from "../sync-command.js";
import type { Terminal } from "../terminal.js";

export class SyncRunCommand extends SyncCommand {
  static override paths = [["sync", "run"]];
  static override usage = Command.Usage({
    category: "Synchronisation",
    description: "run an engine of a Sync in the foreground",
    details:
      "Copies what the target lacks, then follows the source until Ctrl-C, which ends it in good order. After any end, also kill -9, the next engine goes on from the checkpoint. Start it on several machines: one is active, the others stand by and take over. It needs no state; a file may hold the Sync alone.",
    examples: [
      ["A Sync of this project", "ferry sync run shop"],
      ["From a file, with figures", "ferry sync run shop.yaml --watch"],
      ["Bring the target level and end, for a script", "ferry sync run shop --once"],
      ["Compare and copy everything anew", "ferry sync run shop --from-snapshot"],
    ],
  });

  watch = Option.Boolean("--watch", false, {
    description: "Show state, lag, rate and backlog all the time, and how far a copy is",
  });
  once = Option.Boolean("--once", false, {
    description: "End as soon as the target has everything (exit code 1 when it cannot)",
  });
  fromSnapshot = Option.Boolean("--from-snapshot", false, {
    description: "Begin with a whole comparison, whatever the checkpoint says",
  });
  acceptDeletions = Option.Boolean("--accept-deletions", false, {
    description: "A copy may delete more than half of what the target has",
  });
  chosen = Option.String("--name", { description: "Which Sync, where a file declares several" });
  subjects = Option.Rest({ name: "FILE|NAME" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runSync } = await import("../sync-run.js");
    return runSync(
      {
        ...this.syncRequest(this.subjects, this.chosen),
        watch: this.watch,
        once: this.once,
        fromSnapshot: this.fromSnapshot,
        acceptDeletions: this.acceptDeletions,
      },
      terminal,
    );
  }
}
