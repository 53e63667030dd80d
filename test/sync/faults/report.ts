/** A run in words: one line when all is well, everything that is known when not. Pure. */
import { type Plan, shownFault } from "./plan.js";
import type { RunResult } from "./seed-run.js";

const MOST = 120;

export function shownRun(plan: Plan, result: RunResult, ms: number): string {
  const { seed, servers, bidirectional, late } = plan;
  const verdict = result.faults.length === 0 ? "ok  " : "FAIL";
  const kind = [
    bidirectional ? "both ways" : "one way",
    ...(servers === 3 ? ["3 servers"] : []),
    ...(late ? ["late"] : []),
    result.merged === 0 ? "exact" : "merged",
    ...(result.known > 0 ? [`${result.known} changes undone, as the engine had said`] : []),
  ];
  const faults = plan.faults.map(({ kind: fault, side }) =>
    fault.startsWith("engine") ? fault : `${fault}(${side})`,
  );
  const seconds = (ms / 1000).toFixed(1).padStart(5);
  return `${verdict} seed ${seed} ${seconds} s, ${kind.join(", ")}, ${result.changes} changes: ${faults.join(" ")}`;
}

export function shownFailure(plan: Plan, result: RunResult): string {
  const more = result.faults.length - MOST;
  return [
    `seed ${plan.seed} failed:`,
    ...result.faults.slice(0, MOST).map((fault) => `  ${fault}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    "faults as planned:",
    ...plan.faults.map((fault) => `  ${shownFault(fault)}`),
    "faults that had ended, with the seconds at which they really began and ended:",
    ...result.notes.map((note) => `  ${note}`),
    "what the engines said:",
    ...result.log.split("\n").map((line) => `  ${line}`),
    `again: bin/test-faults ${plan.seed}-${plan.seed}`,
  ].join("\n");
}

/** `1-30`, `7`; null when it is neither. */
export function seedsOf(text: string): number[] | null {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text.trim());
  if (match === null) return null;
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  return from > to ? null : Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
