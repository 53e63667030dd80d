/** `ferry sync bump NAME PATH`: keeps the numbers of sequential znodes below a parent apart on the two sides. */
import { Command, Option } from "clipanion";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import type { Reply } from "../reply.js";
import type { BumpAction } from "../sync-bump-run.js";
import { OneSyncCommand } from "../sync-command.js";
import type { Terminal } from "../terminal.js";

const SIDES: Readonly<Record<string, "a" | "b">> = { a: "a", b: "b", source: "a", target: "b" };
const GAP = 10_000;

export class SyncBumpCommand extends OneSyncCommand {
  static override paths = [["sync", "bump"]];
  static override usage = Command.Usage({
    category: "Synchronisation",
    description: "keep sequence numbers of both sides apart",
    details:
      "For a parent of sequential znodes (queues, locks, elections) on which both sides count: without it both give the same number. PATH is the source's. The counter of one side is raised by a gap, so that the other side's newcomers sort first; engines of a Sync in both directions keep the gap from then on. In one direction only the target's counter is raised, once.",
    examples: [
      ["The source's newcomers sort first", "ferry sync bump shop /orders/queue"],
      ["The target's do", "ferry sync bump shop /orders/queue --lower target"],
      ["Leadership is about to move to the other side", "ferry sync bump shop /orders/queue --swap"],
      ["What is fenced, with the counters now", "ferry sync bump shop --list"],
      ["Leave the counters to themselves again", "ferry sync bump shop /orders/queue --remove"],
    ],
  });

  gap = Option.String("--gap", {
    description: `How far apart; more than the creations of a second, 2 or more (default: ${GAP})`,
  });
  lower = Option.String("--lower", {
    description: "Whose newcomers sort first: source (or a, the default), target (or b)",
  });
  swap = Option.Boolean("--swap", false, {
    description: "The other side's newcomers sort first from now on",
  });
  list = Option.Boolean("--list", false, { description: "Only show what is fenced" });
  remove = Option.Boolean("--remove", false, {
    description: "Fence it no more; the counters stay as they are",
  });
  parent = Option.String({ name: "PATH", required: false });

  protected override async run(terminal: Terminal): Promise<Reply> {
    const action = this.action();
    const { runSyncBump } = await import("../sync-bump-run.js");
    return runSyncBump(this.oneSync(), action, terminal);
  }

  private action(): BumpAction {
    const { parent: path, swap, list, remove } = this;
    const fencing = [this.gap === undefined ? [] : ["--gap"], this.lower === undefined ? [] : ["--lower"]];
    const chosen = Object.entries({ "--swap": swap, "--list": list, "--remove": remove });
    const given = [...chosen.flatMap(([name, is]) => (is ? [name] : [])), ...fencing.flat()];
    const [first, second] = given;
    if (first !== undefined && second !== undefined && first !== "--gap") throw exclusive(first, second);
    if (list && path !== undefined) throw exclusive("--list", "PATH");
    if (list) return { kind: "list" };
    if (path === undefined) throw noPath();
    if (remove) return { kind: "remove", path };
    if (swap) return { kind: "swap", path };
    return { kind: "fence", path, lower: sideOf(this.lower), gap: gapOf(this.gap) };
  }
}

function sideOf(word: string | undefined): "a" | "b" {
  const side = SIDES[word ?? "source"];
  if (side !== undefined) return side;
  throw mistaken(
    "usage-side",
    `--lower: there is no side "${word}"`,
    "Give source (or a), or target (or b).",
  );
}

function gapOf(word: string | undefined): number {
  if (word === undefined) return GAP;
  const gap = /^\d{1,10}$/.test(word) ? Number(word) : Number.NaN;
  if (gap >= 2) return gap;
  throw mistaken(
    "usage-gap",
    `--gap: "${word}" is no gap`,
    "Give a whole number, 2 or more, for example 10000.",
  );
}

function noPath(): DiagnosticError {
  const remedy = "Give the parent as the source names it, or --list for what is fenced.";
  return mistaken("usage-path", "PATH is missing: which parent?", remedy);
}

function exclusive(one: string, other: string): DiagnosticError {
  return mistaken("usage-conflict", `${one} and ${other} exclude each other`, "Give one of them.");
}

function mistaken(
  code: "usage-side" | "usage-gap" | "usage-path" | "usage-conflict",
  summary: string,
  remedy: string,
): DiagnosticError {
  return new DiagnosticError([errorDiagnostic(code, summary, { detail: "Nothing was changed.", remedy })]);
}
