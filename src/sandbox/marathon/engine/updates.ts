/** What Mesos says about tasks, turned into what becomes of instances: run, end, launched again, lost, back (facts 5). */

import { iso } from "../../framework/clock.js";
import type { TaskStatus } from "../../framework/cluster.js";
import { compact } from "../definition/fields.js";
import { isResident, type RunSpec, unreachableOf } from "../definition/run-spec.js";
import { combined, conditionOf, growsBackoff } from "../instance/condition.js";
import {
  type Condition,
  hasTask,
  type Instance,
  type InstanceTask,
  instanceIdOf,
  isTerminal,
} from "../instance/instance.js";
import type { EngineContext } from "./context.js";
import type { Delays } from "./delays.js";
import type { Killer } from "./killer.js";
import type { Tracker } from "./tracker.js";

export interface UpdateHelpers {
  readonly tracker: Tracker;
  readonly killer: Killer;
  readonly delays: Delays;
  /** Whether an instance that has ended is still needed: a deployment may have enough of them. */
  readonly isNeeded: (instance: Instance) => boolean;
}

/** Conditions that lastTaskFailure tells of. */
const FAILURES: readonly Condition[] = ["Failed", "Error", "Dropped", "Gone", "Unknown", "Unreachable"];

export class Updates {
  constructor(
    private readonly context: EngineContext,
    private readonly helpers: UpdateHelpers,
  ) {}

  received(status: TaskStatus): void {
    this.context.cluster.acknowledge(status);
    this.context.counters.up(`marathon.mesos.task.updates.${status.state.toLowerCase()}.counter`);
    const id = instanceIdOf(status.taskId);
    const instance = id === null ? null : this.helpers.tracker.get(id);
    const task = instance?.tasks.find((one) => one.id === status.taskId);
    if (instance === null || task === undefined || !hasTask(instance)) {
      this.unknown(status);
      return;
    }
    this.known(instance, task, status);
  }

  /** Looked at now and then: what is lost for long enough is replaced, and later forgotten. */
  expunge(): void {
    const now = this.context.clock.now();
    for (const instance of this.helpers.tracker.all) {
      if (instance.condition !== "Unreachable" && instance.condition !== "UnreachableInactive") continue;
      const spec = this.context.spec(instance.specId);
      const times = spec === null ? { inactiveAfterMs: 0, expungeAfterMs: 0 } : unreachableOf(spec);
      if (times === null) continue;
      const lost = now - Date.parse(instance.since);
      if (lost >= times.expungeAfterMs) this.helpers.tracker.remove(instance, "Killed");
      else if (lost >= times.inactiveAfterMs && instance.condition === "Unreachable") {
        // `since` stays: the second time counts from the loss too.
        this.helpers.tracker.put({ ...instance, condition: "UnreachableInactive" });
      }
    }
  }

  /** A task that nobody wants, or whose instance is known to have ended. */
  private unknown(status: TaskStatus): void {
    const condition = conditionOf(status);
    if (!isTerminal(condition)) {
      if (condition !== "Unreachable") this.context.cluster.kill(status.taskId, status.agentId);
      return;
    }
    const id = instanceIdOf(status.taskId) ?? status.taskId;
    const runSpecId = `/${id.replace(/\.(instance|marathon)-.*$/, "").replaceAll("_", "/")}`;
    this.context.events.publish("unknown_instance_terminated_event", {
      instanceId: id,
      runSpecId,
      condition,
    });
  }

  private known(instance: Instance, task: InstanceTask, status: TaskStatus): void {
    const condition = conditionOf(status);
    const healthy = status.healthy ?? task.healthy;
    if (condition === task.condition && healthy === task.healthy && condition !== "Staging") return;
    const updated = this.updatedTask(task, status, condition, healthy);
    const tasks = instance.tasks.map((one) => (one === task ? updated : one));
    this.tell(instance, updated, status);
    const next = { ...instance, tasks };
    if (FAILURES.includes(condition)) this.noteFailure(instance, status);
    if (status.reason === "REASON_AGENT_DRAINING") this.helpers.delays.reset(instance.specId);
    this.become(next);
  }

  private updatedTask(
    task: InstanceTask,
    status: TaskStatus,
    condition: Condition,
    healthy: boolean | null,
  ): InstanceTask {
    const startedAt =
      condition === "Running" ? (task.startedAt ?? iso(this.context.clock.now())) : task.startedAt;
    const ipAddresses = status.ipAddresses.length > 0 ? status.ipAddresses : task.ipAddresses;
    return { ...task, state: status.state, condition, startedAt, ipAddresses, healthy };
  }

  private become(instance: Instance): void {
    const { tracker, killer } = this.helpers;
    const alive = instance.tasks.filter((task) => !isTerminal(task.condition));
    if (alive.length === 0) {
      this.ended(instance, combined(instance.tasks.map((task) => task.condition)));
      return;
    }
    const condition = combined(alive.map((task) => task.condition));
    if (condition === "Unreachable") {
      this.lost(instance);
      return;
    }
    const back = instance.condition === "Unreachable" || instance.condition === "UnreachableInactive";
    const running = condition === "Running";
    const activeSince = running
      ? (instance.activeSince ?? iso(this.context.clock.now()))
      : instance.activeSince;
    const next = { ...instance, activeSince: running || back ? activeSince : null };
    tracker.putCondition(next, condition);
    const broken = instance.tasks.some((task) => isTerminal(task.condition) && task.condition !== "Finished");
    // Containers of a pod live and die together.
    if (broken || (back && instance.goal === "Decommissioned")) killer.kill(next);
  }

  private ended(instance: Instance, condition: Condition): void {
    const { tracker, delays } = this.helpers;
    const spec = this.context.spec(instance.specId);
    if (spec === null || instance.goal === "Decommissioned" || !this.helpers.isNeeded(instance)) {
      tracker.remove(instance, condition);
      return;
    }
    if (growsBackoff(condition)) delays.grow(spec);
    // Told of, but never seen in between: others would take it for one that is gone.
    tracker.tell(instance, condition);
    this.again(spec, instance);
  }

  private again(spec: RunSpec, instance: Instance): void {
    this.helpers.tracker.putCondition(
      {
        ...instance,
        specVersion: spec.version,
        activeSince: null,
        agent: isResident(spec) ? instance.agent : null,
      },
      "Scheduled",
    );
  }

  private lost(instance: Instance): void {
    const { tracker } = this.helpers;
    const spec = this.context.spec(instance.specId);
    const times = spec === null ? null : unreachableOf(spec);
    if (spec === null || instance.goal === "Decommissioned") {
      tracker.remove(instance, "Unreachable");
      return;
    }
    tracker.putCondition(instance, "Unreachable");
    const now = times !== null && times.inactiveAfterMs === 0 && times.expungeAfterMs === 0;
    const current = tracker.get(instance.id);
    if (now && current !== null) tracker.remove(current, "Unreachable");
  }

  private tell(instance: Instance, task: InstanceTask, status: TaskStatus): void {
    this.context.events.publish("status_update_event", {
      slaveId: instance.agent?.id ?? status.agentId ?? "",
      taskId: task.id,
      taskStatus: status.state,
      message: status.message,
      appId: instance.specId,
      host: instance.agent?.host ?? "unknown",
      ipAddresses: addresses(task.ipAddresses),
      ports: [...task.hostPorts],
      version: instance.specVersion,
    });
  }

  private noteFailure(instance: Instance, status: TaskStatus): void {
    const failure = compact({
      appId: instance.specId,
      host: instance.agent?.host ?? "unknown",
      message: status.message,
      state: status.state,
      taskId: status.taskId,
      timestamp: iso(this.context.clock.now()),
      version: instance.specVersion,
      slaveId: instance.agent?.id,
    });
    this.onFailure(instance.specId, failure);
    this.context.writes.put("taskFailures", instance.specId, failure);
  }

  /** Told of what lastTaskFailure shows. */
  onFailure: (specId: string, failure: ReturnType<typeof compact>) => void = () => {};
}

/** ipAddresses of a task. */
export function addresses(given: readonly string[]): { ipAddress: string; protocol: string }[] {
  return given.map((ipAddress) => ({ ipAddress, protocol: ipAddress.includes(":") ? "IPv6" : "IPv4" }));
}
