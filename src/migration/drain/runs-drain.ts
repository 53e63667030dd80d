/**
 * Lets the runs of a batch framework end by themselves. Its agents get no offers any more, so that new runs go elsewhere; nothing is ever
 * killed here.
 */
import { runsDoNotEnd } from "./failures.js";
import { type DrainWait, livingOn, lookUntil, namesOf } from "./waiting.js";

export interface RunsDrain extends DrainWait {
  /** Name of the framework, for messages. */
  readonly framework: string;
  readonly frameworkId: string;
  /** Ids of deactivated agents. */
  readonly emptied: ReadonlySet<string>;
  readonly endSeconds: number;
}

/** Resolves when none of its tasks lives on the agents, with how many ended. Rejects with DiagnosticError `drain-runs` when time is up. */
export async function drainRuns(work: RunsDrain): Promise<number> {
  const { framework, frameworkId, emptied, endSeconds, clock, signal } = work;
  const seen = new Set<string>();
  const end = await lookUntil(work, clock.now() + endSeconds * 1000, async (client) => {
    const [tasks, agents] = await Promise.all([client.tasks(signal), client.agents(signal)]);
    const left = livingOn(tasks, emptied).filter((task) => task.frameworkId === frameworkId);
    for (const { id } of left) seen.add(id);
    return {
      ended: left.length === 0,
      text: `${framework}: ${left.length} runs go on`,
      value: namesOf(left, agents),
    };
  });
  if (end?.ended !== true) throw runsDoNotEnd(framework, endSeconds, end?.value ?? "nothing could be seen");
  return seen.size;
}
