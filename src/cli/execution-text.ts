/** What was done, failed and left, for people and for programs. Computes only. */
import type { ActionResult, ActionStatus, Execution } from "../apply/execution.js";
import type { Json } from "../value/json.js";

const COUNTED: readonly (readonly [ActionStatus, string])[] = [
  ["done", "done"],
  ["failed", "failed"],
  ["interrupted", "interrupted"],
  ["unrecorded", "done but not recorded"],
  ["skipped", "skipped"],
  ["not-started", "not started"],
];

function counts(results: readonly ActionResult[]): string {
  return COUNTED.map(
    ([status, words]) => [results.filter((result) => result.status === status).length, words] as const,
  )
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(", ");
}

export function executionText(execution: Execution, command: string): string {
  const { results, outcome } = execution;
  if (outcome === "complete") {
    if (results.length === 0) return "";
    return command === "destroy" ? `\nDestroyed: ${counts(results)}.` : `\nApplied: ${counts(results)}.`;
  }
  const left = results.filter((result) => result.status !== "done");
  const lines = left.map(
    (result) => `  ${result.address}: ${result.status}${result.reason === null ? "" : ` (${result.reason})`}`,
  );
  const head = outcome === "interrupted" ? "Interrupted" : "Not complete";
  const next = `What was done is recorded. Run \`ferry ${command}\` again to go on from here.`;
  return `\n${head}: ${counts(results)}.\n${lines.join("\n")}\n${next}`;
}

export function executionData(execution: Execution): Json {
  return {
    outcome: execution.outcome,
    state: { lineage: execution.state.lineage, serial: execution.state.serial },
    results: execution.results.map(({ address, action, status, reason, durationMs }) => ({
      address,
      action,
      status,
      reason,
      durationMs,
    })),
  };
}
