/**
 * Lets the runs of a batch framework end by themselves. Its agents get no offers any more, so that new runs go elsewhere; nothing is ever
 * killed here.
 */
import { runsUnseen } from "./failures.js";
import { type DrainWait, livingOn, lookUntil, namesOf } from "./waiting.js";

export interface RunsDrain extends DrainWait {
  /** Name of the framework, for messages. */
  readonly framework: string;
  readonly frameworkId: string;
  /** Ids of deactivated agents. */
  readonly emptied: ReadonlySet<string>;
  readonly endSeconds: number;
}

export interface RunsEnded {
  readonly ended: number;
  /** Those that go on for longer than they were given, in words; empty when there are none. */
  readonly left: string;
}

/** Resolves when none of its tasks lives on the agents, or when time is up: what is left then is for Mesos' own drain. */
export async function drainRuns(work: RunsDrain): Promise<RunsEnded> {
  const { framework, frameworkId, emptied, endSeconds, clock, signal } = work;
  const seen = new Set<string>();
  const end = await lookUntil(work, clock.now() + endSeconds * 1000, async (client) => {
    const [tasks, agents] = await Promise.all([client.tasks(signal), client.agents(signal)]);
    const left = livingOn(tasks, emptied).filter((task) => task.frameworkId === frameworkId);
    for (const { id } of left) seen.add(id);
    const value = { count: left.length, names: namesOf(left, agents) };
    return { ended: left.length === 0, text: `${framework}: ${left.length} runs go on`, value };
  });
  if (end === null) throw runsUnseen(framework, endSeconds);
  return { ended: seen.size - end.value.count, left: end.value.names };
}
