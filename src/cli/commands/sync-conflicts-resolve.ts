/** `ferry sync conflicts resolve NAME ID --winner SIDE`: writes down a person's decision. */
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import type { Reply } from "../reply.js";
import { OneSyncCommand } from "../sync-command.js";
import type { Terminal } from "../terminal.js";

const WINNERS: Readonly<Record<string, "a" | "b">> = { a: "a", b: "b", source: "a", target: "b" };

export class SyncConflictsResolveCommand extends OneSyncCommand {
  static override paths = [["sync", "conflicts", "resolve"]];
  static override usage = Command.Usage({
    category: "Synchronisation",
    description: "decide a conflict that is held",
    details:
      "Only with `conflicts.strategy: manual` are conflicts held. The side that wins keeps its version, and the other one gets it; what waited behind the conflict goes on.",
    examples: [
      ["The source's version stays", "ferry sync conflicts resolve shop mc0qz1f2a-1b2c3d4e --winner source"],
    ],
  });

  winner = Option.String("--winner", {
    description: "Whose version stays: source (or a), target (or b)",
  });
  id = Option.String({ name: "ID" });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const winner = WINNERS[this.winner ?? ""];
    if (winner === undefined) throw unknownWinner(this.winner);
    const { runSyncConflicts } = await import("../sync-conflicts-run.js");
    return runSyncConflicts(this.oneSync(), { kind: "resolve", id: this.id, winner }, terminal);
  }
}

function unknownWinner(winner: string | undefined): DiagnosticError {
  const summary =
    winner === undefined ? "--winner is missing: who wins?" : `--winner: there is no side "${winner}"`;
  return new DiagnosticError([
    errorDiagnostic("usage-winner", summary, {
      remedy: "Give source (or a), or target (or b).",
    }),
  ]);
}
