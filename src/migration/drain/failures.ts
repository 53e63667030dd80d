/** What can stop a drain, each with what is untouched and what to do. */
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";

const UNTOUCHED =
  "Nothing was taken from an app before its replacement was healthy; tasks that have not moved run where they were.";

/** Apps that would be down for a while, and nobody accepted it. */
export function downtimeNotAccepted(
  framework: string,
  costs: readonly { readonly app: string; readonly cost: string }[],
) {
  const list = costs.map(({ app, cost }) => `${app} ${cost}`).join("; ");
  const ids = costs.map(({ app }) => app).join(", ");
  return failed(
    "drain-downtime",
    `${framework}: ${costs.length === 1 ? "an app" : "apps"} cannot move without downtime: ${list}`,
    {
      detail: "No app of it was touched.",
      remedy: `Add ${ids} to spec.drain.acceptDowntimeOf, or move ${costs.length === 1 ? "it" : "them"} by hand, then go on.`,
    },
  );
}

export function tooManyFailures(framework: string, failures: readonly string[]) {
  return failed(
    "drain-failures",
    `${framework}: ${failures.length} tasks failed while apps moved: ${failures.join("; ")}`,
    {
      detail: `No further app is begun. ${UNTOUCHED}`,
      remedy:
        "Find out why they fail (the logs of these tasks, the agents of the target), then `ferry migrate resume`.",
    },
  );
}

/** An app that keeps tasks on the agents although its deployment has ended, or does not become whole. */
export function doesNotMove(framework: string, app: string, left: readonly string[], why: string) {
  const what =
    left.length === 0
      ? `${app} does not become whole: ${why}`
      : `${app} still has ${left.length} of its tasks on the agents that are emptied: ${why}`;
  const there = left.length === 0 ? "" : `Still there: ${left.join(", ")}. `;
  return failed("drain-stuck", `${framework}: ${what}`, {
    detail: `${there}${UNTOUCHED}`,
    remedy:
      "See what holds it up (`GET /v2/queue` of Marathon: room, constraints, roles), then `ferry migrate resume`.",
  });
}

/** Somebody scaled the app while it was bigger for the move. */
export function scaledMeanwhile(app: string, found: number, expected: number, before: number) {
  return failed(
    "drain-scaled",
    `${app} has ${found} instances, where the move had made ${expected} out of ${before}`,
    {
      detail: `Somebody else has scaled it meanwhile, and ferry does not undo that. ${UNTOUCHED}`,
      remedy: `Scale it to what it is to have (it had ${before}), then \`ferry migrate resume\`.`,
    },
  );
}

function failed(
  code: string,
  summary: string,
  rest: { readonly detail: string; readonly remedy: string },
): DiagnosticError {
  return new DiagnosticError([errorDiagnostic(code, summary, rest)]);
}

/** Mesos answered nothing all the time. */
export function runsUnseen(framework: string, seconds: number): DiagnosticError {
  return failed(
    "drain-runs",
    `${framework}: it could not be seen for ${seconds} s whether its runs have ended`,
    {
      detail: "None of them was touched; their agents get no new ones.",
      remedy: "See why no master answers, then `ferry migrate resume`.",
    },
  );
}

export function drainInMaintenance(hostname: string): DiagnosticError {
  return failed(
    "drain-maintenance",
    `the agent on ${hostname} cannot be drained: its machine is in a maintenance schedule`,
    {
      detail: "Mesos refuses a drain then. The agent gets no new tasks; those that it has run on.",
      remedy: `Take ${hostname} out of the schedule (kind MesosMaintenance), or let its tasks end, then \`ferry migrate resume\`.`,
    },
  );
}

export function drainUnfinished(seconds: number, left: string): DiagnosticError {
  return failed("drain-unfinished", `agents are not empty after ${seconds} s: ${left}`, {
    detail: "Mesos goes on draining them; a drain cannot be taken back while it goes on.",
    remedy:
      "See that the frameworks of these tasks are connected and acknowledge their ends, then `ferry migrate resume`.",
  });
}
