/**
 * Takes the instances of a Marathon's apps and pods off agents that are to be emptied, replacement first. The agents get no offers any more:
 * what is started anew finds another place. Safe to repeat: it looks where everything is and goes on from there; only how many instances an
 * app had before it was made bigger is noted, since nobody could tell that afterwards.
 */

import type { MarathonClient } from "../../marathon/client.js";
import type { Clock } from "../../marathon/connection.js";
import { isMarathonError } from "../../marathon/marathon-error.js";
import { isObject } from "../../value/json.js";
import type { Facts } from "../model/ports.js";
import type { DrainOptions } from "../model/spec.js";
import { doesNotMove, downtimeNotAccepted, scaledMeanwhile, tooManyFailures } from "./failures.js";
import { type Layer, type Move, movesOf } from "./moves.js";
import { type WorkloadNow, workloadOf, workloadsOf } from "./workload.js";

export interface MarathonDrain {
  /** Name of the framework, for messages. */
  readonly framework: string;
  readonly client: MarathonClient;
  /** Ids of deactivated agents. */
  readonly emptied: ReadonlySet<string>;
  readonly options: DrainOptions;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What an earlier attempt has noted. */
  readonly noted: Facts;
  readonly note: (facts: Facts) => Promise<void>;
  readonly report: (message: string) => void;
}

export interface DrainOutcome {
  readonly apps: number;
  readonly tasks: number;
}

const LOOK_EVERY_MS = 500;
/** Rolling restarts of one app that may come to their end without having emptied the agents. */
const RESTARTS = 2;
/** Milliseconds without a change while nothing is being deployed, after which an app counts as stuck. */
const STUCK_MS = 180_000;

/** Resolves when no instance is on the agents. Rejects with DiagnosticError, MarathonError, or the signal's reason. */
export async function drainMarathon(work: MarathonDrain): Promise<DrainOutcome> {
  return new Drain(work).run();
}

/** Name of the fact that holds how many instances an app had. */
function sizeFact(app: string): string {
  return `instances:${app}`;
}

class Drain {
  private readonly beganMs: number;
  private readonly failures = new Map<string, string>();

  constructor(private readonly work: MarathonDrain) {
    this.beganMs = work.clock.now();
  }

  async run(): Promise<DrainOutcome> {
    const { client, signal, emptied, options } = this.work;
    await this.finishGrown();
    const found = await workloadsOf(client, signal);
    const layers = movesOf(
      [...found.values()].map(({ app }) => app),
      emptied,
      options,
    );
    this.refuse(layers.flat());
    for (const layer of layers) await this.together(layer, found);
    const moves = layers.flat();
    return { apps: moves.length, tasks: moves.reduce((sum, move) => sum + move.tasks.length, 0) };
  }

  private refuse(moves: readonly Move[]): void {
    const costs = moves.flatMap((move) =>
      move.kind === "refused" ? [{ app: move.app, cost: move.cost }] : [],
    );
    if (costs.length > 0) throw downtimeNotAccepted(this.work.framework, costs);
  }

  /** A few at a time. What is under way when one fails comes to its end; nothing more is begun. */
  private async together(layer: Layer, found: ReadonlyMap<string, WorkloadNow>): Promise<void> {
    const waiting = [...layer];
    let failed: { readonly error: unknown } | null = null;
    const worker = async (): Promise<void> => {
      for (let move = waiting.shift(); move !== undefined && failed === null; move = waiting.shift()) {
        const pod = found.get(move.app)?.app.pod === true;
        await this.carryOut(move, pod).catch((error: unknown) => {
          failed ??= { error };
        });
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, this.work.options.concurrency) }, worker));
    if (failed !== null) throw (failed as { readonly error: unknown }).error;
  }

  private async carryOut(move: Move, pod: boolean): Promise<void> {
    const target = { id: move.app, pod };
    switch (move.kind) {
      case "restart":
        return this.restart(target);
      case "grow":
        return this.grow(target, move.extra);
      case "replace":
        return this.replace(target, move.wipe, 1, 0);
      case "refused":
        throw downtimeNotAccepted(this.work.framework, [move]);
    }
  }

  private async restart(target: Target): Promise<void> {
    for (let round = 0; round < RESTARTS; round++) {
      const before = await this.settled(target);
      if (before === null || this.left(before).length === 0) return;
      this.work.report(`${target.id}: rolling restart, ${before.text}`);
      await this.unlocked(() => this.work.client.restartApp(target.id, {}, this.work.signal));
      await this.settled(target);
    }
    const now = await workloadOf(this.work.client, target, this.work.signal);
    const left = now === null ? [] : this.left(now);
    if (left.length > 0)
      throw doesNotMove(this.work.framework, target.id, left, "its rolling restart has ended");
  }

  private async grow(target: Target, extra: number): Promise<void> {
    const before = await this.settled(target);
    if (before === null || this.left(before).length === 0) return;
    const { instances } = before.app;
    await this.work.note({ [sizeFact(target.id)]: instances });
    this.work.report(`${target.id}: ${instances} instances become ${instances + extra} for the move`);
    await this.scale(target, before, instances + extra);
    await this.settled(target);
    await this.exchange(target, instances, extra);
  }

  /**
   * Of an app that is bigger by `extra`: old tasks are ended in groups of so many, and the last ones together with the places that were added,
   * so that there is never one more to find a place for than there are afterwards.
   */
  private async exchange(target: Target, before: number, extra: number): Promise<void> {
    // A pod has no call for that: all of it is replaced, and then it becomes smaller.
    await this.replace(target, false, extra, target.pod ? 0 : extra);
    const now = await this.settled(target);
    const last = now === null || target.pod ? [] : this.left(now);
    if (last.length > 0) {
      const { client, signal, report } = this.work;
      report(
        `${target.id}: ends the last ${last.length} on the agents that are emptied, and is back to its size`,
      );
      await this.unlocked(() => client.killTasks(last, { scale: true }, signal));
      await this.gone(target, last);
    }
    await this.shrink(target, before, extra);
    await this.forgetSize(target);
  }

  /** What somebody scales from now on is theirs. */
  private forgetSize({ id }: Target): Promise<void> {
    return this.work.note({ [sizeFact(id)]: 0 });
  }

  /** Ends the old instances but `rest` in small groups; each group's replacements are healthy before the next one. */
  private async replace(target: Target, wipe: boolean, group: number, rest: number): Promise<void> {
    const { client, signal, report } = this.work;
    let endedBefore = "";
    for (;;) {
      const now = await this.settled(target);
      const left = now === null ? [] : this.left(now);
      if (left.length <= rest) return;
      const ending = left.slice(0, Math.min(group, left.length - rest));
      if (ending.join() === endedBefore) {
        throw doesNotMove(
          this.work.framework,
          target.id,
          left,
          "what was ended there is running there again",
        );
      }
      endedBefore = ending.join();
      report(`${target.id}: ends ${ending.length} of ${left.length} on the agents that are emptied`);
      if (target.pod) for (const id of ending) await client.killPodInstance(target.id, id, wipe, signal);
      else await this.unlocked(() => client.killTasks(ending, { wipe }, signal));
      await this.gone(target, ending);
    }
  }

  private async gone(target: Target, ids: readonly string[]): Promise<void> {
    // An instance of a pod keeps its id when it is started elsewhere.
    await this.until(target, (now) => !this.left(now).some((id) => ids.includes(id)));
  }

  /**
   * Back to as many as before, unless somebody else has scaled it meanwhile. What has not started yet goes first, so that nothing is waited
   * for that may never find a place.
   */
  private async shrink(target: Target, before: number, extra: number): Promise<void> {
    const now = await workloadOf(this.work.client, target, this.work.signal);
    if (now === null || now.app.instances === before) return;
    if (now.app.instances > before + extra || now.app.instances < before) {
      throw scaledMeanwhile(target.id, now.app.instances, before + extra, before);
    }
    this.work.report(`${target.id}: back to ${before} instances`);
    await this.scale(target, now, before);
    await this.settled(target);
  }

  /** Apps that an earlier attempt made bigger: their move is finished, or only the size brought back. */
  private async finishGrown(): Promise<void> {
    const { noted, client, signal, options } = this.work;
    for (const [name, before] of Object.entries(noted)) {
      const id = /^instances:(.+)$/.exec(name)?.[1];
      if (id === undefined || typeof before !== "number" || before === 0) continue;
      const target = { id, pod: (await client.app(id, signal)) === null };
      const now = await workloadOf(client, target, signal);
      if (now === null || now.app.instances <= before) continue;
      const extra = now.app.instances - before;
      const most = Math.max(1, Math.ceil(before * options.overCapacity));
      if (extra > most) throw scaledMeanwhile(id, now.app.instances, before + most, before);
      if (this.left(now).length > 0) await this.exchange(target, before, extra);
      else {
        await this.shrink(target, before, extra);
        await this.forgetSize(target);
      }
    }
  }

  private async scale(target: Target, now: WorkloadNow, instances: number): Promise<void> {
    const { client, signal } = this.work;
    const { definition } = now;
    if (target.pod) {
      const scaling = isObject(definition["scaling"]) ? definition["scaling"] : {};
      const { version: _version, ...rest } = definition;
      const changed = { ...rest, scaling: { kind: "fixed", ...scaling, instances } };
      await this.unlocked(() => client.replacePod(target.id, changed, {}, signal));
      return;
    }
    // A partial write clears these two unless they are in it (facts section 1.3).
    const kept = ["executorResources", "resourceLimits"].flatMap((name) => {
      const value = definition[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    await this.unlocked(() =>
      client.patchApp(target.id, { ...Object.fromEntries(kept), instances }, {}, signal),
    );
  }

  private left({ app }: WorkloadNow): string[] {
    return app.tasks
      .filter((task) => this.work.emptied.has(task.agentId))
      .map((task) => task.id)
      .sort();
  }

  /** Waits until no deployment holds it and all of it is well; null when it is gone. */
  private settled(target: Target): Promise<WorkloadNow | null> {
    return this.until(target, (now) => now.settled);
  }

  private async until(target: Target, holds: (now: WorkloadNow) => boolean): Promise<WorkloadNow | null> {
    const { client, clock, signal, report } = this.work;
    let [text, since] = ["", clock.now()];
    for (;;) {
      const now = await this.look(() => workloadOf(client, target, signal));
      if (now === null) return null;
      if (now !== "passing") {
        this.countFailure(now);
        if (holds(now)) return now;
        if (now.text !== text) {
          [text, since] = [now.text, clock.now()];
          report(`${target.id}: ${text}`);
        } else if (!now.deploying && clock.now() - since > STUCK_MS) {
          throw doesNotMove(
            this.work.framework,
            target.id,
            this.left(now),
            `${now.text}, and nothing changes`,
          );
        }
      }
      await clock.delay(LOOK_EVERY_MS, signal);
    }
  }

  /** An answer that Marathon owes us for a moment (it fails over, it restarts) is waited for until the signal says otherwise. */
  private async look<T>(ask: () => Promise<T>): Promise<T | "passing"> {
    try {
      return await ask();
    } catch (error) {
      if (isMarathonError(error, "unreachable", "no-leader", "timeout", "connection-lost", "unavailable"))
        return "passing";
      throw error;
    }
  }

  /** Another deployment may hold the app: it is waited for, never overridden. */
  private async unlocked<T>(write: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (!isMarathonError(error, "locked")) throw error;
        this.work.report(`waits for the deployment ${error.deployments.join(", ")}`);
        await this.work.clock.delay(LOOK_EVERY_MS, this.work.signal);
      }
    }
  }

  private countFailure({ lastFailure }: WorkloadNow): void {
    if (lastFailure === null || lastFailure.atMs < this.beganMs) return;
    if (/TASK_KILLED|TASK_FINISHED/.test(lastFailure.text)) return;
    this.failures.set(lastFailure.taskId, lastFailure.text);
    if (this.failures.size >= this.work.options.pauseAfterFailures) {
      throw tooManyFailures(this.work.framework, [...this.failures.values()]);
    }
  }
}

interface Target {
  readonly id: string;
  readonly pod: boolean;
}
