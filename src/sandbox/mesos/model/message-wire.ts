/** Protobuf messages in the v1 JSON form that masters and agents both show. Data to JSON only. */
import type { TaskStatus } from "./status.js";
import { double, timeInfo, type Wire, type WireObject } from "./wire.js";

export function idWire(value: string): WireObject {
  return { value };
}

/** Fields of type double in the messages that pass through as they came. */
const DOUBLES: ReadonlySet<string> = new Set([
  "failover_timeout",
  "delay_seconds",
  "interval_seconds",
  "timeout_seconds",
  "grace_period_seconds",
  "weight",
]);

/** A message that passes through: its doubles get their decimal point back, which JSON.parse took. */
export function passed(value: unknown, name = ""): Wire {
  if (typeof value === "number") return DOUBLES.has(name) ? double(value) : value;
  if (typeof value !== "object" || value === null) return value as Wire;
  if (Array.isArray(value)) return (value as readonly unknown[]).map((item) => passed(item));
  // Resources and quotas: {name, scalar: {value}} and {cpus: {value}}.
  const scalar = name === "scalar" || QUANTITIES.has(name);
  const wire: Record<string, Wire> = {};
  for (const [key, item] of Object.entries(value)) {
    wire[key] = scalar && typeof item === "number" ? double(item) : passed(item, key);
  }
  return wire;
}

const QUANTITIES: ReadonlySet<string> = new Set(["cpus", "mem", "disk", "gpus"]);

export function statusWire(status: TaskStatus): WireObject {
  return {
    task_id: idWire(status.taskId),
    state: status.state,
    message: status.message,
    source: status.source,
    reason: status.reason,
    agent_id: status.agentId === undefined ? undefined : idWire(status.agentId),
    executor_id: status.executorId === undefined ? undefined : idWire(status.executorId),
    timestamp: double(status.timestamp),
    uuid: status.uuid,
    healthy: status.healthy,
    container_status: status.container === undefined ? undefined : passed(status.container),
    unreachable_time: status.unreachableAt === undefined ? undefined : timeInfo(status.unreachableAt),
  };
}
