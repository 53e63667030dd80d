/** `ferry sync verify NAME`: compares both sides, znode by znode. Exit code 2 when they differ. */
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import type { Reply } from "../reply.js";
import { OneSyncCommand } from "../sync-command.js";
import type { Terminal } from "../terminal.js";

const READERS = ["own", "independent"] as const;

export class SyncVerifyCommand extends OneSyncCommand {
  static override paths = [["sync", "verify"]];
  static override usage = Command.Usage({
    category: "Synchronisation",
    description: "compare both sides of a Sync, znode by znode",
    details:
      "Reads everything on both sides, also while engines work: what differs is read again until it stands still. Data, ACL, versions and types must be equal. Exit code 0: equal, 2: different, 1: it could not be told. The independent reader is a client written by others, so that a mistake of ferry's cannot hide itself; it can do neither TLS nor SASL.",
    examples: [
      ["Is everything there?", "ferry sync verify shop"],
      ["Trust nobody", "ferry sync verify shop --reader independent"],
      ["For a program", "ferry sync verify shop --json"],
    ],
  });

  reader = Option.String("--reader", "own", { description: "own (default) or independent" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const reader = READERS.find((name) => name === this.reader);
    if (reader === undefined) throw unknownReader(this.reader);
    const { runSyncVerify } = await import("../sync-verify-run.js");
    return runSyncVerify({ ...this.oneSync(), reader }, terminal);
  }
}

function unknownReader(reader: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("usage-reader", `--reader: there is no reader "${reader}"`, {
      remedy: `Give one of: ${READERS.join(", ")}.`,
    }),
  ]);
}
