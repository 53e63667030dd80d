/** Waits for tasks to be gone from agents, looking at the leader again and again; an answer that is owed for a moment is waited for. */
import type { Clock } from "../../http/connection.js";
import type { Agent } from "../../mesos/answers.js";
import type { MesosClient } from "../../mesos/client.js";
import { isMesosError } from "../../mesos/mesos-error.js";
import type { Task } from "../../mesos/workloads.js";

export interface DrainWait {
  readonly client: MesosClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: (message: string) => void;
}

const LOOK_EVERY_MS = 500;
const ALIVE: ReadonlySet<string> = new Set(["TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLING"]);

/** Tasks that live on these agents, unreachable ones too: their processes most likely run. */
export function livingOn(tasks: readonly Task[], agents: ReadonlySet<string>): Task[] {
  return tasks.filter(
    ({ agentId, place, state }) =>
      agents.has(agentId) &&
      (place === "unreachable" || ((place === "current" || place === "orphan") && ALIVE.has(state))),
  );
}

/**
 * Looks until `ended` says so, or until `deadlineMs` on the clock has passed: then what was seen last is the result. Rejects with MesosError
 * where waiting does not help, or with the reason of the signal.
 */
export async function lookUntil<T>(
  { client, clock, signal, report }: DrainWait,
  deadlineMs: number,
  look: (
    client: MesosClient,
  ) => Promise<{ readonly ended: boolean; readonly text: string; readonly value: T }>,
): Promise<{ readonly ended: boolean; readonly value: T } | null> {
  let text = "";
  let last: { readonly ended: boolean; readonly value: T } | null = null;
  for (;;) {
    const found = await passing(() => look(client));
    if (found !== null) {
      last = found;
      if (found.ended) return found;
      if (found.text !== text) report(found.text);
      text = found.text;
    }
    if (clock.now() >= deadlineMs) return last;
    await clock.delay(LOOK_EVERY_MS, signal);
  }
}

async function passing<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isMesosError(error, "unreachable", "no-leader", "timeout", "connection-lost", "unavailable"))
      return null;
    throw error;
  }
}

/** `web.1 on 10.0.0.1, …`, so many at most. */
export function namesOf(tasks: readonly Task[], agents: readonly Agent[]): string {
  const hosts = new Map(agents.map(({ id, hostname }) => [id, hostname]));
  const shown = tasks.slice(0, 10).map(({ id, agentId }) => `${id} on ${hosts.get(agentId) ?? agentId}`);
  return tasks.length > shown.length
    ? `${shown.join(", ")} and ${tasks.length - shown.length} more`
    : shown.join(", ");
}
