/**
 * The actions of a deployment's step while they run. Each looks at the instances as they are, makes the next moves and says
 * whether it is done; so it can begin anew under another leader.
 */

import { iso } from "../../framework/clock.js";
import { instancesOf, isResident, type RunSpec, upgradeOf } from "../definition/run-spec.js";
import {
  isRestarted,
  type RestartCounts,
  type RestartLimits,
  restartLimits,
  restartMoves,
  scaleMoves,
} from "../deployment/arithmetic.js";
import type { Action } from "../deployment/plan.js";
import { hasTask, type Instance, isCurrent, isWanted, newInstance } from "../instance/instance.js";
import { selectVictims } from "../instance/selection.js";
import type { EngineContext } from "./context.js";
import type { Delays } from "./delays.js";
import type { Health } from "./health.js";
import type { Killer } from "./killer.js";
import type { Readiness } from "./readiness.js";
import type { Tracker } from "./tracker.js";

export interface Tools {
  readonly context: EngineContext;
  readonly tracker: Tracker;
  readonly killer: Killer;
  readonly delays: Delays;
  readonly health: Health;
  readonly readiness: Readiness;
}

export interface ActionRun {
  /** Makes the moves that are due; true = nothing is left to do. */
  advance(): boolean;
  /** Whether a terminated instance of the spec should be launched again. */
  needs(instance: Instance): boolean;
}

export function runAction(
  tools: Tools,
  action: Action,
  spec: RunSpec,
  sentenced: readonly string[],
): ActionRun {
  switch (action.deed) {
    case "Start":
      return new StartRun();
    case "Stop":
      return new StopRun(tools, spec);
    case "Scale":
      return new ScaleRun(tools, spec, new Set(sentenced));
    case "Restart":
      return new RestartRun(tools, spec);
  }
}

/** Starts nothing: the scaling that follows does. */
class StartRun implements ActionRun {
  advance(): boolean {
    return true;
  }
  needs(): boolean {
    return true;
  }
}

class StopRun implements ActionRun {
  constructor(
    private readonly tools: Tools,
    private readonly spec: RunSpec,
  ) {}

  advance(): boolean {
    const { tracker, killer, context, delays } = this.tools;
    for (const instance of tracker.of(this.spec.id))
      if (instance.goal === "Running") killer.decommission(instance);
    if (tracker.of(this.spec.id).length > 0) return false;
    delays.reset(this.spec.id);
    if (this.spec.kind === "app") context.events.publish("app_terminated_event", { appId: this.spec.id });
    return true;
  }

  needs(): boolean {
    return false;
  }
}

/** Makes new instances of the spec and lets them wait for offers. */
export function schedule({ tracker, context }: Tools, spec: RunSpec, count: number): void {
  const now = iso(context.clock.now());
  for (let made = 0; made < count; made += 1) tracker.put(newInstance(spec, context.uuid(), now));
}

/** Takes `count` of the wanted instances away, for good. */
export function shrink(tools: Tools, spec: RunSpec, count: number, sentenced: ReadonlySet<string>): void {
  const wanted = tools.tracker.of(spec.id).filter(isWanted);
  for (const victim of selectVictims(spec, wanted, count, sentenced)) tools.killer.decommission(victim);
}

class ScaleRun implements ActionRun {
  private begun = false;
  private onlyShrinks = false;
  private readonly target: number;

  constructor(
    private readonly tools: Tools,
    private readonly spec: RunSpec,
    private readonly sentenced: ReadonlySet<string>,
  ) {
    this.target = instancesOf(spec);
  }

  advance(): boolean {
    const { tracker } = this.tools;
    const wanted = tracker.of(this.spec.id).filter(isWanted);
    const named = this.begun ? 0 : wanted.filter(({ id }) => this.sentenced.has(id)).length;
    const { kill, start } = scaleMoves(this.target, wanted.length, named);
    if (!this.begun) this.onlyShrinks = start === 0 && kill > 0;
    this.begun = true;
    if (kill > 0) shrink(this.tools, this.spec, kill, this.sentenced);
    if (start > 0) schedule(this.tools, this.spec, start);
    return this.isDone();
  }

  needs(): boolean {
    const others = this.tools.tracker.of(this.spec.id).filter(isWanted).length - 1;
    return others < this.target;
  }

  private isDone(): boolean {
    const { tracker, readiness } = this.tools;
    const all = tracker.of(this.spec.id);
    if (all.some((instance) => instance.goal === "Decommissioned" && hasTask(instance))) return false;
    const wanted = all.filter(isWanted);
    if (wanted.length !== this.target) return false;
    return this.onlyShrinks || wanted.every((instance) => readiness.servesReady(this.spec, instance));
  }
}

class RestartRun implements ActionRun {
  private limits: RestartLimits | null = null;
  private readonly target: number;

  constructor(
    private readonly tools: Tools,
    private readonly spec: RunSpec,
  ) {
    this.target = instancesOf(spec);
  }

  advance(): boolean {
    if (this.limits === null) this.begin();
    const counts = this.counts();
    const limits =
      this.limits ?? restartLimits(this.target, counts, upgradeOf(this.spec), isResident(this.spec));
    this.limits = limits;
    const moves = restartMoves(this.target, counts, limits);
    const old = this.old();
    const { health, killer } = this.tools;
    const take = (from: readonly Instance[], count: number) => {
      for (const victim of selectVictims(this.spec, from, count, new Set())) killer.decommission(victim);
    };
    take(
      old.filter((instance) => !health.serves(instance)),
      moves.killUnhealthy,
    );
    take(
      old.filter((instance) => health.serves(instance)),
      moves.killHealthy,
    );
    if (moves.start > 0) schedule(this.tools, this.spec, moves.start);
    return isRestarted(this.target, this.counts());
  }

  /** One of the old is not launched again while there are enough new ones. */
  needs(instance: Instance): boolean {
    if (isCurrent(instance, this.spec)) return true;
    return this.fresh().length < this.target;
  }

  /** What waits for an offer waits for the new version from now on; the backoff is forgotten. */
  private begin(): void {
    const { tracker, killer, delays } = this.tools;
    let room = Math.max(0, this.target - this.fresh().length);
    for (const instance of this.old()) {
      if (instance.condition !== "Scheduled") continue;
      if (room > 0) tracker.put({ ...instance, specVersion: this.spec.version });
      else killer.decommission(instance);
      room -= 1;
    }
    delays.reset(this.spec.id);
  }

  private old(): Instance[] {
    return this.tools.tracker.of(this.spec.id).filter((one) => isWanted(one) && !isCurrent(one, this.spec));
  }

  private fresh(): Instance[] {
    return this.tools.tracker.of(this.spec.id).filter((one) => isWanted(one) && isCurrent(one, this.spec));
  }

  private counts(): RestartCounts {
    const { tracker, health, readiness } = this.tools;
    const old = this.old();
    const fresh = this.fresh();
    const oldHealthy = old.filter((instance) => health.serves(instance)).length;
    return {
      oldHealthy,
      oldUnhealthy: old.length - oldHealthy,
      started: fresh.length,
      newHealthy: fresh.filter((instance) => readiness.servesReady(this.spec, instance)).length,
      dying: tracker.of(this.spec.id).filter((one) => one.goal === "Decommissioned").length,
    };
  }
}
