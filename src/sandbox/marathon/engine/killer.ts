/** Taking instances away: asks Mesos to kill their tasks, and asks again until they are gone. */
import { hasTask, type Instance, isTerminal } from "../instance/instance.js";
import type { EngineContext } from "./context.js";
import type { Tracker } from "./tracker.js";

/** As long as Marathon waits before it asks again. */
const RETRY_MS = 30_000;

export class Killer {
  /** By instance: how to stop asking again. */
  private readonly asked = new Map<string, () => void>();

  constructor(
    private readonly context: EngineContext,
    private readonly tracker: Tracker,
  ) {}

  /** Kills the tasks; the instance is launched again, or forgotten, as its goal says. */
  kill(instance: Instance): void {
    if (this.asked.has(instance.id) || !hasTask(instance)) return;
    this.ask(instance);
  }

  /** For good. What has no task, or one that nobody can reach, is forgotten at once. */
  decommission(instance: Instance): void {
    const { condition } = instance;
    if (!hasTask(instance) || condition === "Unreachable" || condition === "UnreachableInactive") {
      this.tracker.remove(instance, "Killed");
      return;
    }
    this.tracker.put({ ...instance, goal: "Decommissioned" });
    this.kill(instance);
  }

  /** Told of each change of an instance: one that has ended is not killed any more. */
  look(id: string, instance: Instance | null): void {
    if (instance !== null && hasTask(instance)) return;
    this.asked.get(id)?.();
    this.asked.delete(id);
  }

  get inFlight(): number {
    return this.asked.size;
  }

  private ask(instance: Instance): void {
    for (const task of instance.tasks) {
      if (!isTerminal(task.condition)) this.context.cluster.kill(task.id, instance.agent?.id ?? null);
    }
    const again = () => {
      const current = this.tracker.get(instance.id);
      this.asked.delete(instance.id);
      if (current !== null && hasTask(current)) this.ask(current);
    };
    this.asked.set(instance.id, this.context.clock.after(RETRY_MS, again));
  }
}
