/** Readiness checks while a deployment runs: simulated like the health checks, by the time that a task has run. */
import type { JsonObject } from "../../../value/json.js";
import { compact } from "../definition/fields.js";
import { type RunSpec, readinessChecksOf } from "../definition/run-spec.js";
import type { Instance } from "../instance/instance.js";
import { checkBehaviourOf } from "./behaviour.js";
import type { EngineContext } from "./context.js";
import type { Health } from "./health.js";

export class Readiness {
  /** Instances whose moment is being waited for. */
  private readonly waiting = new Set<string>();

  constructor(
    private readonly context: EngineContext,
    private readonly health: Health,
  ) {}

  /** For a deployment of `spec`: healthy, and ready where it has a readiness check. */
  servesReady(spec: RunSpec, instance: Instance): boolean {
    if (!this.health.serves(instance)) return false;
    if (readinessChecksOf(spec).length === 0) return true;
    const left = this.left(spec, instance);
    if (left === null) return false;
    if (left > 0) this.wait(instance.id, left);
    return left <= 0;
  }

  /** readinessCheckResults of a running deployment. */
  results(spec: RunSpec, instances: readonly Instance[]): JsonObject[] {
    const [check] = readinessChecksOf(spec);
    if (check === undefined) return [];
    return instances.flatMap((instance) => {
      const left = this.left(spec, instance);
      const task = instance.tasks[0];
      if (left === null || task === undefined) return [];
      const ready = left <= 0;
      const kept = check["preserveLastResponse"] === true;
      const lastResponse = {
        status: ready ? 200 : 503,
        contentType: "text/plain; charset=utf-8",
        body: ready ? "ready" : "loading",
      };
      const name = check["name"] ?? "readinessCheck";
      return [compact({ name, taskId: task.id, ready, lastResponse: kept ? lastResponse : undefined })];
    });
  }

  /** Milliseconds until it is ready; null while it does not run. */
  private left(spec: RunSpec, instance: Instance): number | null {
    if (instance.condition !== "Running" || instance.activeSince === null) return null;
    return Date.parse(instance.activeSince) + checkBehaviourOf(spec).readyMs - this.context.clock.now();
  }

  private wait(id: string, ms: number): void {
    if (this.waiting.has(id)) return;
    this.waiting.add(id);
    this.context.clock.after(ms, () => {
      this.waiting.delete(id);
      this.context.changed();
    });
  }
}
