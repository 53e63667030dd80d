/** `ferry sync report NAME`: what is exact, and what is only written down. Changes nothing. */
import { Command } from "clipanion";
import type { Reply } from "../reply.js";
import { OneSyncCommand } from "../sync-command.js";
import type { Terminal } from "../terminal.js";

export class SyncReportCommand extends OneSyncCommand {
  static override paths = [["sync", "report"]];
  static override usage = Command.Usage({
    category: "Synchronisation",
    description: "tell what a Sync keeps exactly, and what it cannot",
    details:
      "What is kept, what is only recorded and what no client can do, for this Sync as it is declared; with the checkpoint, the versions that could not be made level, and the shadows of ephemeral znodes.",
    examples: [["As text", "ferry sync report shop"]],
  });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const { runSyncReport } = await import("../sync-report-run.js");
    return runSyncReport(this.oneSync(), terminal);
  }
}
