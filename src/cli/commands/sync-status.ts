/** `ferry sync status`: how the synchronisations are. Changes nothing. */
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import type { Reply } from "../reply.js";
import { SyncCommand } from "../sync-command.js";
import type { Terminal } from "../terminal.js";

export class SyncStatusCommand extends SyncCommand {
  static override paths = [["sync", "status"]];
  static override usage = Command.Usage({
    category: "Synchronisation",
    description: "show how a Sync is: state, lag, feed, conflicts",
    details:
      "Read from the target, where the active engine writes its status twice a second: it works from any machine that has the configuration. Without a name all Syncs. A status that nobody writes any more is a warning.",
    examples: [
      ["All of them", "ferry sync status"],
      ["One, all the time", "ferry sync status shop --watch"],
      [
        "For monitoring: exit code 2 when it has stopped or no engine runs",
        "ferry sync status shop --detailed-exitcode",
      ],
    ],
  });

  watch = Option.Boolean("--watch", false, { description: "Show it again and again, until Ctrl-C" });
  detailedExitCode = Option.Boolean("--detailed-exitcode", false, {
    description: "Exit with 2 when a direction has stopped or no engine runs (0: fine, 1: error)",
  });
  subjects = Option.Rest({ name: "FILE|NAME" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    if (this.watch && this.json) throw cannotWatch();
    const { runSyncStatus } = await import("../sync-status-run.js");
    const { watch, detailedExitCode } = this;
    return runSyncStatus({ ...this.syncRequest(this.subjects), watch, detailedExitCode }, terminal);
  }
}

function cannotWatch(): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("usage-conflict", "--watch and --json exclude each other", {
      detail: "With --json there is one document.",
      remedy: "Leave --watch out and run it again as often as you need.",
    }),
  ]);
}
