/** A write to Marathon from beginning to end: started, followed, and rolled back when it is given up and the spec says so. */
import type { Started } from "../../../src/marathon/answers.js";
import { isMarathonError } from "../../../src/marathon/marathon-error.js";
import { refusal } from "../failures.js";
import { type Ending, followDeployment } from "./follow.js";
import { startDeployment, type Write } from "./start.js";
import type { Work } from "./work.js";
import type { Workload } from "./workload.js";

/** Resolves when everything is as wanted. Rejects with DiagnosticError or MarathonError: what is not, and what became of it. */
export async function deploy(write: Write, workload: Workload, work: Work): Promise<void> {
  const started = await startDeployment(write, work);
  const ending = await followOrSay(started, workload, work);
  if (ending.kind === "finished") return;
  if (ending.kind === "ended-early") throw endedEarly(started, ending, work);
  if (work.settings.rollback === "never" || started === null) throw givenUp(started, ending, work);
  await rollBack(started, ending, work);
}

/** An interruption ends the following, never the deployment. */
async function followOrSay(started: Started | null, workload: Workload, work: Work): Promise<Ending> {
  try {
    return await followDeployment(started, workload, work);
  } catch (error) {
    if (!work.signal.aborted || started === null) throw error;
    throw refusal("interrupted", work.address, `deployment ${started.deploymentId} is no longer followed`, {
      detail: "It goes on in Marathon, which already holds the new definition.",
      remedy: "Run `ferry plan` to see how far it is.",
    });
  }
}

function reasonsText({ why, reasons }: Exclude<Ending, { kind: "finished" }>): string {
  return reasons.length === 0 ? why : [`${why}:`, ...reasons.map((reason) => `- ${reason}`)].join("\n");
}

function endedEarly(
  started: Started | null,
  ending: Exclude<Ending, { kind: "finished" }>,
  work: Work,
): Error {
  const name = started === null ? "the deployment" : `deployment ${started.deploymentId}`;
  return refusal(
    "marathon-deployment-ended",
    work.address,
    `${name} ended without reaching what it was for`,
    {
      detail: reasonsText(ending),
      remedy: "Somebody may have stopped it or changed the app. Run `ferry plan` to see what there is now.",
    },
  );
}

function givenUp(started: Started | null, ending: Exclude<Ending, { kind: "finished" }>, work: Work): Error {
  const id = started?.deploymentId ?? "ID";
  return refusal(
    "marathon-deployment-given-up",
    work.address,
    `deployment ${id} is not followed any longer: ${ending.why}`,
    {
      detail: `${reasonsText(ending)}\nIt goes on in Marathon, and holds its apps.`,
      remedy: `Mend what holds it up, or roll it back (DELETE /v2/deployments/${id}). deployment.rollback: automatic does that by itself.`,
    },
  );
}

async function rollBack(
  started: Started,
  ending: Exclude<Ending, { kind: "finished" }>,
  work: Work,
): Promise<never> {
  const { client, signal, address, report } = work;
  const { deploymentId } = started;
  report({ message: `${ending.why}: rolling back deployment ${deploymentId}` });
  const reverting = await revert(started, work);
  if (reverting === null) throw endedEarly(started, ending, work);
  const over = await followDeployment(reverting, endOf(reverting, work), work);
  if (over.kind === "finished") {
    throw refusal("marathon-rolled-back", address, `deployment ${deploymentId} was rolled back`, {
      detail: `${reasonsText(ending)}\nWhat was there before it is there again.`,
      remedy: "Mend what is named, then apply again.",
    });
  }
  signal.throwIfAborted();
  const left = (await client.deployments(signal)).some(({ id }) => id === reverting.deploymentId);
  throw refusal("marathon-rollback-failed", address, `deployment ${deploymentId} could not be rolled back`, {
    detail: `${reasonsText(ending)}\nThe way back, deployment ${reverting.deploymentId}: ${reasonsText(over)}`,
    remedy: left
      ? "Instances are mixed until it ends. Mend what holds it up; it goes on by itself."
      : "Run `ferry plan` to see what there is now.",
  });
}

/** Null when there is nothing to roll back any more. */
async function revert(started: Started, { client, signal }: Work): Promise<Started | null> {
  try {
    return await client.rollBack(started.deploymentId, signal);
  } catch (error) {
    if (isMarathonError(error, "not-found")) return null;
    throw error;
  }
}

/** What was there before is not known here: that its deployment is over is all that can be asked. */
function endOf(reverting: Started, { client }: Work): Workload {
  return {
    ids: [],
    state: async (_version, signal) => {
      const left = (await client.deployments(signal)).some(({ id }) => id === reverting.deploymentId);
      return {
        settled: !left,
        overtaken: null,
        text: left ? "the way back goes on" : "it is over",
        reasons: [],
        failures: [],
      };
    },
  };
}
