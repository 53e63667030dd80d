/**
 * Sends a write that starts a deployment: what to do when another deployment holds the apps, and what became of a write whose
 * answer was lost. It does not follow the deployment.
 */
import type { Deployment, Started } from "../../../src/marathon/answers.js";
import type { WriteOptions } from "../../../src/marathon/client.js";
import { isMarathonError, type MarathonError } from "../../../src/marathon/marathon-error.js";
import { refusal } from "../failures.js";
import { whatItDoes } from "./reasons.js";
import { LOOK_EVERY_MS, type Work } from "./work.js";

export interface Write {
  /** Ids of the apps and pods that it is about. */
  readonly ids: readonly string[];
  /** Looks whether it may still be done, then does it; null when there is nothing left to do. May be called again. */
  send(options: WriteOptions): Promise<Started | null>;
  /** Whether Marathon holds what was to be written. */
  wasDone(): Promise<boolean>;
}

/** The deployment that was started; null when none is known to carry it out (any more). */
export async function startDeployment(write: Write, work: Work): Promise<Started | null> {
  const deadline = work.clock.now() + work.settings.timeoutSeconds * 1000;
  for (;;) {
    try {
      return await write.send({});
    } catch (error) {
      if (isMarathonError(error) && error.mayHaveHappened) return afterLostAnswer(error, write, work);
      if (!isMarathonError(error, "locked")) throw error;
      const holders = await holdersOf(error, work);
      const { whenLocked } = work.settings;
      if (whenLocked === "force") return forced(write, holders, work);
      if (whenLocked === "fail" || work.clock.now() >= deadline) throw locked(holders, error, work);
      work.report({ message: `waiting for ${holders.map(nameOf).join(" and ")}` });
      await work.clock.delay(LOOK_EVERY_MS, work.signal);
    }
  }
}

async function forced(write: Write, holders: readonly Holder[], work: Work): Promise<Started | null> {
  work.report({ message: `cancelling ${holders.map(nameOf).join(" and ")}` });
  try {
    return await write.send({ force: true });
  } catch (error) {
    if (isMarathonError(error) && error.mayHaveHappened) return afterLostAnswer(error, write, work);
    throw error;
  }
}

/** Whether the write was carried out is seen by what is stored; then its deployment is the one that holds the apps. */
async function afterLostAnswer(error: MarathonError, write: Write, work: Work): Promise<Started | null> {
  work.report({ message: `the answer was lost (${error.kind}), looking whether it was carried out` });
  if (!(await write.wasDone())) throw error;
  const ids = new Set(write.ids);
  const deployments = await work.client.deployments(work.signal);
  const touching = deployments.filter(({ affected }) => affected.some((id) => ids.has(id)));
  const newest = touching.sort((a, b) => (a.version < b.version ? 1 : -1))[0];
  return newest === undefined ? null : { deploymentId: newest.id, version: newest.version };
}

interface Holder {
  readonly id: string;
  /** Null when it has ended meanwhile. */
  readonly deployment: Deployment | null;
}

async function holdersOf(error: MarathonError, { client, signal }: Work): Promise<Holder[]> {
  const running = await client.deployments(signal);
  return error.deployments.map((id) => ({
    id,
    deployment: running.find((other) => other.id === id) ?? null,
  }));
}

function nameOf({ id, deployment }: Holder): string {
  return deployment === null ? `deployment ${id}, which is over now` : `deployment ${id}`;
}

function describe({ id, deployment }: Holder): string {
  if (deployment === null) return `Deployment ${id} is over now.`;
  return `Deployment ${id} of ${deployment.version} is at ${whatItDoes(deployment)}.`;
}

function locked(holders: readonly Holder[], error: MarathonError, { address, settings }: Work): Error {
  const which = holders.length === 0 ? "another deployment" : holders.map(nameOf).join(" and ");
  const first = holders.find(({ deployment }) => deployment !== null)?.id ?? "ID";
  const waited = settings.whenLocked === "wait" ? ` after waiting for ${settings.timeoutSeconds} s` : "";
  return refusal("marathon-locked", address, `${which} holds it${waited}`, {
    detail: [...holders.map(describe), `${error.request} was refused; nothing was changed.`].join("\n"),
    remedy: `Wait until it is over and apply again; or roll it back (DELETE /v2/deployments/${first}); or set deployment.whenLocked to wait or force.`,
  });
}
