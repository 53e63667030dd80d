/** spec.moved of the project: each move must lead from an address that is free to a resource that is declared. */
import { didYouMean } from "../../diagnostics/suggestion.js";
import { isObject, type Json } from "../../value/json.js";
import type { Move } from "../desired.js";
import type { Report } from "../report.js";
import type { MergedDocument, Place } from "../sources.js";

function kindOf(address: string): string {
  return /([A-Za-z]+)\/[^/]*$/.exec(address)?.[1] ?? "";
}

function checkMove(
  move: Move,
  index: number,
  document: MergedDocument,
  declared: ReadonlySet<string>,
  report: Report,
): void {
  const place = (field: string): Place => ({ document, path: ["spec", "moved", index, field] });
  if (declared.has(move.from)) {
    report.error("bad-move", place("from"), `${move.from} is declared, so it cannot have moved away`, {
      remedy: "take the move out, or remove the resource from the configuration",
    });
  }
  if (!declared.has(move.to)) {
    report.error("bad-move", place("to"), `${move.to} is not declared, so nothing can have moved there`, {
      remedy: didYouMean(move.to, declared, "resource"),
    });
  }
  if (kindOf(move.from) !== kindOf(move.to)) {
    report.error("bad-move", place("to"), `a ${kindOf(move.from)} cannot become a ${kindOf(move.to)}`, {
      remedy: "a move keeps the kind: correct one of the addresses",
    });
  }
}

/** The moves of the project, checked. `declared`: every address there is. */
export function movesOf(
  project: MergedDocument | undefined,
  declared: ReadonlySet<string>,
  report: Report,
): Move[] {
  const spec = project?.value["spec"];
  const written = isObject(spec) ? spec["moved"] : undefined;
  if (project === undefined || !Array.isArray(written)) return [];
  const moves = (written as readonly Json[]).flatMap((entry): Move[] =>
    isObject(entry) && typeof entry["from"] === "string" && typeof entry["to"] === "string"
      ? [{ from: entry["from"], to: entry["to"] }]
      : [],
  );
  const seen = new Map<string, string>();
  moves.forEach((move, index) => {
    checkMove(move, index, project, declared, report);
    for (const [side, address] of [
      ["from", move.from],
      ["to", move.to],
    ] as const) {
      if (!seen.has(`${side} ${address}`)) seen.set(`${side} ${address}`, address);
      else
        report.error(
          "bad-move",
          { document: project, path: ["spec", "moved", index, side] },
          `${address} is the "${side}" of two moves`,
          { remedy: "keep one of them" },
        );
    }
  });
  return moves;
}
