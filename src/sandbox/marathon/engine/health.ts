/**
 * Health of instances: what Mesos' checks say, and what the checks that Marathon runs itself would find. Kills what fails too
 * often. It opens no connection: simulated tasks have nothing to probe.
 */
import type { JsonObject } from "../../../value/json.js";
import { iso } from "../../framework/clock.js";
import { isRunByMarathon } from "../definition/app/checks.js";
import { compact, numberOf, objects } from "../definition/fields.js";
import type { RunSpec } from "../definition/run-spec.js";
import type { Instance } from "../instance/instance.js";
import { type CheckResult, type CheckTimes, checkBehaviourOf, nextResultIn, resultAt } from "./behaviour.js";
import type { EngineContext } from "./context.js";
import type { Tracker } from "./tracker.js";

interface MesosResult {
  readonly alive: boolean;
  readonly firstSuccess: number | null;
  readonly lastSuccess: number | null;
  readonly lastFailure: number | null;
  readonly failures: number;
}

export class Health {
  private readonly timers = new Map<string, () => void>();
  /** By instance, of checks that Mesos runs. */
  private readonly byMesos = new Map<string, MesosResult>();
  /** By instance, as told last; absent = nothing told. */
  private readonly told = new Map<string, boolean>();
  private readonly failuresTold = new Map<string, number>();

  constructor(
    private readonly context: EngineContext,
    private readonly tracker: Tracker,
    private readonly kill: (instance: Instance) => void,
    /** The definition that an instance runs with; null when it is not known any more. */
    private readonly specFor: (instance: Instance) => RunSpec | null,
  ) {}

  /** An instance has changed. */
  look(id: string, instance: Instance | null): void {
    if (instance === null || instance.condition !== "Running") {
      this.timers.get(id)?.();
      for (const known of [this.timers, this.byMesos, this.told, this.failuresTold]) known.delete(id);
      return;
    }
    this.noteMesos(instance);
    this.tell(instance);
    if (!this.timers.has(id)) this.wait(id);
  }

  /** Null without checks, or without a result. */
  isHealthy(instance: Instance): boolean | null {
    const spec = this.specFor(instance);
    if (spec === null || instance.condition !== "Running") return null;
    if (instance.kind === "pod") return this.podHealth(spec, instance);
    const results = this.results(spec, instance);
    if (results.length === 0) return null;
    if (results.some((result) => result?.alive === false)) return false;
    return results.every((result) => result?.alive === true) ? true : null;
  }

  hasChecks(spec: RunSpec): boolean {
    return spec.kind === "app"
      ? objects(spec.definition["healthChecks"]).length > 0
      : objects(spec.definition["containers"]).some(({ healthCheck }) => healthCheck !== undefined);
  }

  /** For a deployment: runs, and all its checks succeed. */
  serves(instance: Instance): boolean {
    if (instance.condition !== "Running") return false;
    const spec = this.specFor(instance);
    return spec === null || !this.hasChecks(spec) || this.isHealthy(instance) === true;
  }

  /** healthCheckResults of a task. */
  shown(instance: Instance): JsonObject[] {
    const spec = this.specFor(instance);
    if (spec === null || instance.kind === "pod" || instance.condition !== "Running") return [];
    const time = (ms: number | null) => (ms === null ? undefined : iso(ms));
    return this.results(spec, instance).flatMap((result) => {
      if (result === null) return [];
      const { alive, consecutiveFailures, firstSuccess, lastSuccess, lastFailure } = result;
      const shown = compact({
        alive,
        consecutiveFailures,
        firstSuccess: time(firstSuccess),
        lastFailure: time(lastFailure),
        lastSuccess: time(lastSuccess),
        lastFailureCause: lastFailure === null ? undefined : "simulated failure of the check",
        instanceId: instance.id,
      });
      return [shown];
    });
  }

  private results(spec: RunSpec, instance: Instance): (CheckResult | null)[] {
    const started = this.startOf(instance);
    const now = this.context.clock.now();
    return objects(spec.definition["healthChecks"]).map((check) => {
      if (!isRunByMarathon(check)) {
        const result = this.byMesos.get(instance.id);
        return result === undefined ? null : { ...result, consecutiveFailures: result.failures };
      }
      return started === null ? null : resultAt(checkBehaviourOf(spec), timesOf(check), started, now);
    });
  }

  private startOf(instance: Instance): number | null {
    return instance.activeSince === null ? null : Date.parse(instance.activeSince);
  }

  private podHealth(spec: RunSpec, instance: Instance): boolean | null {
    const checked = objects(spec.definition["containers"]).filter(
      ({ healthCheck }) => healthCheck !== undefined,
    );
    const states = checked.map(
      ({ name }) => instance.tasks.find(({ container }) => container === name)?.healthy ?? null,
    );
    if (states.length === 0) return null;
    if (states.includes(false)) return false;
    return states.includes(null) ? null : true;
  }

  private noteMesos(instance: Instance): void {
    const healthy = instance.tasks[0]?.healthy ?? null;
    const known = this.byMesos.get(instance.id);
    if (healthy === null || known?.alive === healthy) return;
    const now = this.context.clock.now();
    this.byMesos.set(instance.id, {
      alive: healthy,
      firstSuccess: known?.firstSuccess ?? (healthy ? now : null),
      lastSuccess: healthy ? now : (known?.lastSuccess ?? null),
      lastFailure: healthy ? (known?.lastFailure ?? null) : now,
      failures: healthy ? 0 : (known?.failures ?? 0) + 1,
    });
  }

  /** Sets the clock to the next moment at which a result changes. */
  private wait(id: string): void {
    const instance = this.tracker.get(id);
    const spec = instance === null ? null : this.specFor(instance);
    const started = instance === null ? null : this.startOf(instance);
    if (instance === null || spec === null || started === null || spec.kind === "pod") return;
    const now = this.context.clock.now();
    const behaviour = checkBehaviourOf(spec);
    const times = objects(spec.definition["healthChecks"])
      .filter(isRunByMarathon)
      .flatMap((check) => nextResultIn(behaviour, timesOf(check), started, now) ?? []);
    if (times.length === 0) return;
    const cancel = this.context.clock.after(Math.min(...times), () => {
      this.timers.delete(id);
      this.due(id);
    });
    this.timers.set(id, cancel);
  }

  private due(id: string): void {
    const instance = this.tracker.get(id);
    if (instance === null || instance.condition !== "Running") return;
    this.tell(instance);
    this.punish(instance);
    this.context.changed();
    this.wait(id);
  }

  /** Events for what is new about its health. */
  private tell(instance: Instance): void {
    const healthy = this.isHealthy(instance);
    if (healthy === null || this.told.get(instance.id) === healthy) return;
    this.told.set(instance.id, healthy);
    const { events } = this.context;
    if (instance.kind === "app") {
      events.publish("health_status_changed_event", {
        appId: instance.specId,
        instanceId: instance.id,
        version: instance.specVersion,
        alive: healthy,
      });
    }
    events.publish("instance_health_changed_event", {
      instanceId: instance.id,
      runSpecId: instance.specId,
      healthy,
      runSpecVersion: instance.specVersion,
    });
  }

  private punish(instance: Instance): void {
    const spec = this.specFor(instance);
    if (spec === null) return;
    const checks = objects(spec.definition["healthChecks"]);
    const results = this.results(spec, instance);
    for (const [at, check] of checks.entries()) {
      const failures = results[at]?.consecutiveFailures ?? 0;
      if (!isRunByMarathon(check) || failures === 0) continue;
      if (failures > (this.failuresTold.get(instance.id) ?? 0)) {
        this.failuresTold.set(instance.id, failures);
        const about = { appId: instance.specId, healthCheck: check, taskId: instance.id };
        this.context.events.publish("failed_health_check_event", about);
      }
      const limit = numberOf(check["maxConsecutiveFailures"], 3);
      if (limit > 0 && failures >= limit) {
        this.execute(instance);
        return;
      }
    }
  }

  private execute(instance: Instance): void {
    this.context.events.publish("unhealthy_instance_kill_event", {
      appId: instance.specId,
      taskId: instance.tasks[0]?.id ?? instance.id,
      instanceId: instance.id,
      version: instance.specVersion,
      reason: "simulated failure of the check",
      host: instance.agent?.host ?? "unknown",
      slaveId: instance.agent?.id ?? null,
    });
    this.kill(instance);
  }
}

function timesOf(check: JsonObject): CheckTimes {
  return {
    graceMs: numberOf(check["gracePeriodSeconds"], 300) * 1000,
    intervalMs: numberOf(check["intervalSeconds"], 60) * 1000,
  };
}
