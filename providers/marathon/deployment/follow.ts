/**
 * Follows a deployment to its end: no longer listed, and what it was for is reached. Marathon knows no deadline, so that the
 * timeout is kept here. It starts and stops nothing.
 */
import type { Deployment, Started } from "../../../src/marathon/answers.js";
import { isMarathonError } from "../../../src/marathon/marathon-error.js";
import { queueReasons, readinessReasons, whatItDoes } from "./reasons.js";
import { LOOK_EVERY_MS, type Work } from "./work.js";
import type { Workload, WorkloadState } from "./workload.js";

export type Ending =
  | { readonly kind: "finished" }
  /** Time ran out, or too many tasks failed, while it was still going on. */
  | { readonly kind: "given-up"; readonly why: string; readonly reasons: readonly string[] }
  /** It is no longer listed, and did not reach what it was for: somebody has stopped or overridden it. */
  | { readonly kind: "ended-early"; readonly why: string; readonly reasons: readonly string[] };

/** Milliseconds without any change after which the reasons are told. */
const STALL_MS = 15_000;
/** Milliseconds that a deployment which is not listed has to reach its end: tasks are reported a little later. */
const SETTLE_MS = 10_000;

interface Look {
  /** Null when it is not listed. */
  readonly deployment: Deployment | null;
  readonly state: WorkloadState;
  /** Others that hold the same apps: a forced one is not listed before those it cancels are gone. */
  readonly others: readonly Deployment[];
}

/** Rejects only with what is no passing failure of Marathon, or with the reason of the signal. */
export async function followDeployment(
  started: Started | null,
  workload: Workload,
  work: Work,
): Promise<Ending> {
  return new Follower(started, workload, work).run();
}

class Follower {
  private readonly deadline: number;
  private readonly failed = new Set<string>();
  private text = "";
  private textSince: number;
  private toldReasons = "";
  private unlistedSince: number | null = null;

  constructor(
    private readonly started: Started | null,
    private readonly workload: Workload,
    private readonly work: Work,
  ) {
    const now = work.clock.now();
    this.deadline = now + work.settings.timeoutSeconds * 1000;
    this.textSince = now;
  }

  async run(): Promise<Ending> {
    for (;;) {
      const ending = await this.step();
      if (ending !== null) return ending;
      await this.work.clock.delay(LOOK_EVERY_MS, this.work.signal);
    }
  }

  private async step(): Promise<Ending | null> {
    const look = await this.look();
    const late = this.work.clock.now() >= this.deadline;
    if (look === null) return late ? this.giveUp("Marathon did not answer", null) : null;
    await this.tell(look);
    const ended = this.endingOf(look);
    if (ended !== null) return ended;
    const { maxTaskFailures, timeoutSeconds } = this.work.settings;
    for (const failure of look.state.failures) this.failed.add(failure.taskId);
    if (maxTaskFailures !== null && this.failed.size >= maxTaskFailures) {
      const tasks = this.failed.size === 1 ? "1 task" : `${this.failed.size} tasks`;
      return this.giveUp(`${tasks} of the new definition failed`, look);
    }
    return late ? this.giveUp(`it did not end within ${timeoutSeconds} s`, look) : null;
  }

  /** Null while Marathon does not answer: that a leader changes is no failure of a deployment. */
  private async look(): Promise<Look | null> {
    const { client, signal } = this.work;
    try {
      // In this order: a deployment that ends in between is then seen with its result, never without.
      const deployments = await client.deployments(signal);
      const state = await this.workload.state(this.started?.version ?? null, signal);
      const ids = new Set(this.workload.ids);
      const touching = deployments.filter(({ affected }) => affected.some((id) => ids.has(id)));
      const deployment = deployments.find(({ id }) => id === this.started?.deploymentId) ?? null;
      return { deployment, state, others: touching.filter((other) => other !== deployment) };
    } catch (error) {
      const passing = isMarathonError(
        error,
        "unreachable",
        "no-leader",
        "timeout",
        "connection-lost",
        "unavailable",
      );
      if (!passing) throw error;
      this.work.report({ message: `Marathon does not answer (${error.kind}), waiting for it` });
      return null;
    }
  }

  private endingOf({ deployment, state, others }: Look): Ending | null {
    if (deployment !== null) {
      this.unlistedSince = null;
      return null;
    }
    if (state.overtaken !== null)
      return { kind: "ended-early", why: state.overtaken, reasons: state.reasons };
    if (state.settled) return { kind: "finished" };
    const now = this.work.clock.now();
    // Others at work on it change what it looks like; their end is waited for.
    if (this.unlistedSince === null || others.length > 0) this.unlistedSince = now;
    if (now - this.unlistedSince < SETTLE_MS) return null;
    const why = `it is over, with ${state.text}`;
    return { kind: "ended-early", why, reasons: state.reasons };
  }

  private async tell(look: Look): Promise<void> {
    const { deployment, state } = look;
    const text = deployment === null ? state.text : `${whatItDoes(deployment)}: ${state.text}`;
    const now = this.work.clock.now();
    if (text !== this.text) {
      this.text = text;
      this.textSince = now;
      this.work.report({ message: text });
      return;
    }
    if (now - this.textSince < STALL_MS) return;
    const reasons = (await this.reasonsOf(look)).join("; ");
    if (reasons === "" || reasons === this.toldReasons) return;
    this.toldReasons = reasons;
    this.work.report({
      message: `not moving for ${Math.round((now - this.textSince) / 1000)} s: ${reasons}`,
    });
  }

  private async giveUp(why: string, look: Look | null): Promise<Ending> {
    return { kind: "given-up", why, reasons: look === null ? [] : await this.reasonsOf(look) };
  }

  private async reasonsOf({ deployment, state }: Look): Promise<string[]> {
    const { client, signal } = this.work;
    const queue = await client.queue(signal).catch(() => []);
    signal.throwIfAborted();
    const waiting = this.workload.ids.flatMap((id) => queueReasons(id, queue));
    return [...waiting, ...(deployment === null ? [] : readinessReasons(deployment)), ...state.reasons];
  }
}
