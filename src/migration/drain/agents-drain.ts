/**
 * Empties agents by Mesos' own drain: the last means, for what no framework moves. Tasks are ended, with their grace, and their frameworks
 * start them elsewhere. An agent that is empty already is left alone, so that one in a maintenance schedule is no obstacle.
 */
import type { Agent } from "../../mesos/answers.js";
import { isMesosError } from "../../mesos/mesos-error.js";
import { drainInMaintenance, drainUnfinished } from "./failures.js";
import { type DrainWait, livingOn, lookUntil, namesOf } from "./waiting.js";

export interface AgentsDrain extends DrainWait {
  readonly agents: readonly Pick<Agent, "id" | "hostname">[];
  readonly maxGraceSeconds: number;
  /** Seconds beyond the grace for all of it to be acknowledged. */
  readonly waitSeconds: number;
}

/** Resolves with the ids of the tasks that were ended. Rejects with DiagnosticError, MesosError, or the signal's reason. Safe to repeat. */
export async function drainAgents(work: AgentsDrain): Promise<readonly string[]> {
  const { client, signal, clock, agents, maxGraceSeconds, waitSeconds } = work;
  const ids = new Set(agents.map(({ id }) => id));
  const begun = livingOn(await client.tasks(signal), ids);
  for (const agent of agents) {
    if (begun.some((task) => task.agentId === agent.id)) await drainOne(work, agent);
  }
  const draining = new Set(begun.map(({ agentId }) => agentId));
  const end = await lookUntil(work, clock.now() + (maxGraceSeconds + waitSeconds) * 1000, async () => {
    const [tasks, registered] = await Promise.all([client.tasks(signal), client.agents(signal)]);
    const left = livingOn(tasks, ids);
    const undrained = registered.filter(({ id, drain }) => draining.has(id) && drain?.state !== "DRAINED");
    const hosts = undrained.map(({ hostname }) => hostname).join(", ");
    const value = left.length > 0 ? namesOf(left, registered) : `not drained yet: ${hosts}`;
    return {
      ended: left.length === 0 && undrained.length === 0,
      text: `${left.length} tasks are left`,
      value,
    };
  });
  if (end?.ended !== true)
    throw drainUnfinished(maxGraceSeconds + waitSeconds, end?.value ?? "nothing could be seen");
  return begun.map(({ id }) => id);
}

async function drainOne(
  { client, signal, report, maxGraceSeconds }: AgentsDrain,
  agent: Pick<Agent, "id" | "hostname">,
) {
  const schedule = await client.maintenanceSchedule(signal);
  const scheduled = schedule.some(({ machines }) =>
    machines.some(({ hostname }) => hostname.toLowerCase() === agent.hostname.toLowerCase()),
  );
  try {
    await client.drainAgent(agent.id, { maxGraceSeconds }, signal);
    report(`${agent.hostname}: Mesos drains it`);
  } catch (error) {
    if (scheduled && isMesosError(error, "invalid")) throw drainInMaintenance(agent.hostname);
    throw error;
  }
}
