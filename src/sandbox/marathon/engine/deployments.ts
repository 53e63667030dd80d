/**
 * The deployments under way: their locks, their steps one after the other, what is told of them, and how they are cancelled. What
 * a step does is elsewhere; a deployment that can never end waits for ever, as with the real one.
 */
import type { JsonObject } from "../../../value/json.js";
import { plainRefusal, Refusal } from "../definition/refusal.js";
import {
  type Action,
  actionName,
  affectedIds,
  type DeploymentPlan,
  specOfAction,
} from "../deployment/plan.js";
import type { Instance } from "../instance/instance.js";
import { type ActionRun, runAction, type Tools } from "./step-runs.js";

interface Running {
  readonly plan: DeploymentPlan;
  readonly affected: ReadonlySet<string>;
  /** Index of the step under way; -1 before the first. */
  step: number;
  runs: Map<Action, ActionRun>;
}

/** Milliseconds that cancelling takes; until then the deployment that forced it is not listed. */
const CANCEL_MS = 50;

export class Deployments {
  private readonly running = new Map<string, Running>();
  /** Those that wait for what they cancelled to let go: locked already, not yet listed. */
  private readonly pending = new Map<string, { plan: DeploymentPlan; stop: () => void }>();
  private advancing = false;
  private again = false;
  /** Told when a deployment has ended in whatever way; its plan may be forgotten. */
  onEnd: (plan: DeploymentPlan) => void = () => {};

  constructor(private readonly tools: Tools) {}

  /** Ids of running deployments that touch what `plan` touches. */
  conflicts(plan: DeploymentPlan): string[] {
    const wanted = affectedIds(plan);
    return this.plans()
      .filter((one) => [...affectedIds(one)].some((id) => wanted.has(id)))
      .map(({ id }) => id);
  }

  /** Whether a deployment, listed or not, has a say in the spec. */
  isLocked(specId: string): boolean {
    return this.plans().some((plan) => affectedIds(plan).has(specId));
  }

  /** Throws a Refusal: 409 for a lock that is not forced, 403 when too many run already, forced or not. */
  check(plan: DeploymentPlan, force: boolean): void {
    const conflicts = this.conflicts(plan);
    if (conflicts.length > 0 && !force) {
      const message =
        "App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.";
      throw new Refusal(409, { message, deployments: conflicts.map((id) => ({ id })) });
    }
    const limit = this.tools.context.settings.maxRunningDeployments;
    if (this.running.size + this.pending.size < limit) return;
    this.tools.context.counters.up("marathon.deployments.dismissed.counter");
    throw plainRefusal(
      403,
      `Max number (${limit}) of running deployments is achieved. Wait for existing deployments to complete or cancel one ` +
        "using force=true parameter. You can increase max deployment number by using --max_running_deployments parameter " +
        "but be advised that this can have negative effects on the performance.",
    );
  }

  /** Begins; those in its way are cancelled first. */
  start(plan: DeploymentPlan): void {
    const { context } = this.tools;
    context.counters.up("marathon.deployments.counter");
    const conflicts = this.conflicts(plan);
    for (const id of conflicts) this.cancel(id);
    if (conflicts.length === 0) this.begin(plan);
    else {
      const stop = context.clock.after(CANCEL_MS, () => {
        this.pending.delete(plan.id);
        this.begin(plan);
      });
      this.pending.set(plan.id, { plan, stop });
    }
  }

  /** Stops it where it is; false when there is none of that id. */
  cancel(id: string): boolean {
    const plan = this.planOf(id);
    if (plan === null) return false;
    this.pending.get(id)?.stop();
    this.end(plan, "deployment_failed", { reason: "The upgrade has been cancelled" });
    return true;
  }

  planOf(id: string): DeploymentPlan | null {
    return (this.running.get(id) ?? this.pending.get(id))?.plan ?? null;
  }

  get count(): number {
    return this.running.size;
  }

  /** Ids of the running deployments that touch the spec. */
  touching(specId: string): string[] {
    return [...this.running.values()]
      .filter(({ affected }) => affected.has(specId))
      .map(({ plan }) => plan.id);
  }

  /** Whether an instance that ended should be launched again. */
  needs(instance: Instance): boolean {
    for (const { runs } of this.running.values()) {
      for (const [action, run] of runs)
        if (action.id === instance.specId && !run.needs(instance)) return false;
    }
    return true;
  }

  /** As GET /v2/deployments shows them. */
  list(): JsonObject[] {
    return [...this.running.values()].map((one) => {
      const { plan, step } = one;
      const actions = plan.steps[step]?.actions ?? [];
      const affected = (kind: "app" | "pod") => [
        ...new Set(
          plan.steps.flatMap(({ actions: all }) =>
            all.filter((action) => action.kind === kind).map(({ id }) => id),
          ),
        ),
      ];
      return {
        id: plan.id,
        steps: stepsShown(plan),
        version: plan.version,
        affectedApps: affected("app"),
        affectedPods: affected("pod"),
        currentActions: actions.map((action) => ({
          ...actionShown(action),
          readinessCheckResults: this.readiness(plan, action),
        })),
        currentStep: step + 1,
        totalSteps: plan.steps.length,
      };
    });
  }

  /** Looks at all deployments again; called while it works, it does so once more. */
  advance(): void {
    this.again = true;
    if (this.advancing) return;
    this.advancing = true;
    while (this.again) {
      this.again = false;
      for (const running of [...this.running.values()]) this.work(running);
    }
    this.advancing = false;
  }

  private readiness(plan: DeploymentPlan, action: Action): JsonObject[] {
    const spec = specOfAction(plan, action);
    if (spec === null || action.deed === "Stop") return [];
    const fresh = this.tools.tracker.of(spec.id).filter((one) => one.specVersion >= spec.lastConfigChangeAt);
    return this.tools.readiness.results(spec, fresh);
  }

  private begin(plan: DeploymentPlan): void {
    this.running.set(plan.id, { plan, affected: affectedIds(plan), step: -1, runs: new Map() });
    this.advance();
  }

  private work(running: Running): void {
    const { plan } = running;
    while (this.running.get(plan.id) === running) {
      if (running.step >= 0) {
        let done = true;
        for (const run of running.runs.values()) done = run.advance() && done;
        if (!done) return;
        this.tellStep("deployment_step_success", running);
      }
      running.step += 1;
      if (running.step >= plan.steps.length) {
        this.end(plan, "deployment_success", {});
        return;
      }
      this.enter(running);
    }
  }

  private enter(running: Running): void {
    const { plan } = running;
    running.runs = new Map(
      (plan.steps[running.step]?.actions ?? []).flatMap((action) => {
        const spec = specOfAction(plan, action);
        if (spec === null) return [];
        return [[action, runAction(this.tools, action, spec, plan.sentenced.get(action.id) ?? [])] as const];
      }),
    );
    this.tellStep("deployment_info", running);
  }

  private end(plan: DeploymentPlan, type: string, more: JsonObject): void {
    this.running.delete(plan.id);
    this.pending.delete(plan.id);
    this.tools.context.events.publish(type, { id: plan.id, plan: planShown(plan), ...more });
    this.onEnd(plan);
    this.again = true;
  }

  private plans(): DeploymentPlan[] {
    return [...this.running.values(), ...this.pending.values()].map(({ plan }) => plan);
  }

  private tellStep(type: string, { plan, step }: Running): void {
    const actions = plan.steps[step]?.actions ?? [];
    const currentStep = { actions: actions.map(actionShown) };
    this.tools.context.events.publish(type, { plan: planShown(plan), currentStep });
  }
}

function actionShown(action: Action): JsonObject {
  return { action: actionName(action), [action.kind]: action.id };
}

export function stepsShown(plan: DeploymentPlan): JsonObject[] {
  return plan.steps.map(({ actions }) => ({ actions: actions.map(actionShown) }));
}

function planShown(plan: DeploymentPlan): JsonObject {
  return { id: plan.id, steps: stepsShown(plan), version: plan.version };
}
