/** Lets tasks leave agents before these are started anew or removed: drained where Mesos can, and marked gone when they are down. */
import { setTimeout as delay } from "node:timers/promises";
import type { MesosClient } from "../../../src/mesos/client.js";
import { isMesosError } from "../../../src/mesos/mesos-error.js";
import { hasFeature } from "../../../src/mesos/version.js";
import { refusal } from "../../deployed/failures.js";
import type { Fleet } from "../../deployed/fleet.js";

const LOOK_PAUSE_MS = 300;

export interface Leaving {
  readonly fleet: Fleet;
  readonly client: MesosClient;
  readonly waitMs: number;
  /** Whether frameworks must also have acknowledged the end of their tasks, as they must before Mesos calls it drained. */
  readonly acknowledged: boolean;
}

const ENDED = /^TASK_(FINISHED|FAILED|KILLED|ERROR|LOST|DROPPED|GONE|GONE_BY_OPERATOR)$/;

/** `agentIds`: in Mesos. Resolves when none of them has a task; rejects with DiagnosticError when that takes too long. */
export async function drained(leaving: Leaving, agentIds: readonly string[]): Promise<void> {
  const { client, fleet } = leaving;
  const drains = hasFeature(await client.version(fleet.signal), "draining");
  for (const id of drains ? agentIds : []) await startDrain(leaving, id);
  const end = fleet.context.now() + (drains ? leaving.waitMs : 0);
  for (;;) {
    const busy = await stillBusy(leaving, agentIds, drains);
    if (busy === null) return;
    if (fleet.context.now() >= end) throw notDrained(leaving, busy, drains);
    await delay(LOOK_PAUSE_MS, undefined, { signal: fleet.signal });
  }
}

async function startDrain({ client, fleet }: Leaving, id: string): Promise<void> {
  const agent = (await client.agents(fleet.signal)).find((one) => one.id === id);
  if (agent === undefined || agent.drain !== null) return;
  await client.drainAgent(id, {}, fleet.signal);
}

async function stillBusy(
  { client, fleet, acknowledged }: Leaving,
  agentIds: readonly string[],
  drains: boolean,
): Promise<string | null> {
  const agents = (await client.agents(fleet.signal)).filter(({ id }) => agentIds.includes(id));
  if (drains && agents.every(({ drain }) => drain?.state === "DRAINED")) return null;
  const tasks = (await client.tasks(fleet.signal)).filter(
    ({ place, agentId, state }) =>
      place === "current" && agentIds.includes(agentId) && (acknowledged || !ENDED.test(state)),
  );
  const names = tasks.map(({ id }) => id);
  if (names.length === 0) return null;
  return `tasks are still there (or their end is not acknowledged): ${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}`;
}

function notDrained({ fleet, waitMs }: Leaving, busy: string, drains: boolean): Error {
  const within = drains ? ` within ${Math.round(waitMs / 1000)} s` : "";
  return refusal(
    "mesos-drain-unfinished",
    fleet.address,
    `an agent did not get free of tasks${within}: ${busy}`,
    {
      detail: drains
        ? "Mesos goes on with the drain. The agent still runs."
        : "Before Mesos 1.9 there is no drain. The agent still runs.",
      remedy: drains
        ? "Apply again to wait on, or raise rolling.waitSeconds."
        : "Move the tasks away by their frameworks, then apply again.",
    },
  );
}

/** After its process was stopped: its id is never taken again. Masters that cannot do it will find it unreachable by themselves. */
export async function forgotten({ client, fleet }: Leaving, agentId: string): Promise<void> {
  if (!hasFeature(await client.version(fleet.signal), "markAgentGone")) return;
  try {
    await client.markAgentGone(agentId, fleet.signal);
  } catch (error) {
    if (!isMesosError(error)) throw error;
  }
}
