/**
 * Answers of the v1 operator API as ferry uses them, read from their JSON with a check of types. Fields that nobody asks for are
 * never looked at: Mesos 1.0 to 1.11 differ in them.
 */
import { Shape } from "../http/shape.js";
import type { Json } from "../value/json.js";
import { type Resource, resourcesOf, thousandths } from "./resources.js";

export interface Master {
  readonly id: string;
  readonly hostname: string;
  readonly port: number;
  /** `1.11.0`. */
  readonly version: string;
}

export type Attribute = { readonly name: string; readonly value: string };

export interface Agent {
  readonly id: string;
  readonly hostname: string;
  /** Of its libprocess address; empty when it cannot be read. Machines are named by hostname and this. */
  readonly ip: string;
  /** `host:port` of its own HTTP endpoints, by its libprocess address; empty when that cannot be read. */
  readonly address: string;
  readonly version: string;
  /** Whether it gets offers. One that is neither this nor deactivated is disconnected. */
  readonly active: boolean;
  readonly deactivated: boolean;
  readonly drain: Drain | null;
  /** Scalars as text, ranges as `[a-b]`. */
  readonly attributes: readonly Attribute[];
  readonly resources: readonly Resource[];
  readonly allocated: readonly Resource[];
  /** Milliseconds since the epoch; null when not told. */
  readonly registeredMs: number | null;
  readonly reregisteredMs: number | null;
}

/** One that the registry has, and that has not come back since a fail-over. */
export interface RecoveredAgent {
  readonly id: string;
  readonly hostname: string;
}

export interface Drain {
  readonly state: "DRAINING" | "DRAINED";
  readonly markGone: boolean;
  /** Seconds; null when none was given. */
  readonly maxGraceSeconds: number | null;
}

/** By the name of the resource; an absent one is 0 as a guarantee and unlimited as a limit. */
export type Quantities = Readonly<Record<string, number>>;

export interface Quota {
  readonly guarantees: Quantities;
  readonly limits: Quantities;
}

export interface Role {
  readonly name: string;
  readonly weight: number;
  /** Ids of the frameworks in it. */
  readonly frameworks: readonly string[];
  /** What is allocated to it. */
  readonly allocated: readonly Resource[];
}

/** A machine is known by both, exactly as its agent reports them; the hostname without regard to case. */
export interface Machine {
  readonly hostname: string;
  readonly ip: string;
}

export interface Window {
  readonly machines: readonly Machine[];
  /** Nanoseconds since the epoch, as exactly as a double tells: to 256 ns. */
  readonly startNs: number;
  /** Null: without an end. */
  readonly durationNs: number | null;
}

export interface MaintenanceStatus {
  readonly draining: readonly Machine[];
  readonly down: readonly Machine[];
}

/**
 * The part of an answer that has its name. Mesos leaves the part out altogether when there is nothing in it (a real one answers
 * GET_WEIGHTS so); that it is an answer to the call is then told by the type alone.
 */
export function partOf(value: Json, name: string): Shape {
  const answer = Shape.of(value);
  const part = answer.optionalObject(name);
  if (part === null && answer.optionalText("type") === name.toUpperCase()) return Shape.of({}, name);
  return part ?? answer.object(name);
}

export function masterOf(value: Json): Master {
  const info = partOf(value, "get_master").object("master_info");
  return {
    id: info.text("id"),
    hostname: info.optionalText("hostname") ?? "",
    port: info.number("port"),
    version: info.optionalText("version") ?? "",
  };
}

export function versionOf(value: Json): string {
  return partOf(value, "get_version").object("version_info").text("version");
}

export function flagsOf(value: Json): Readonly<Record<string, string>> {
  const flags = partOf(value, "get_flags").optionalObjects("flags");
  return Object.fromEntries(flags.map((flag) => [flag.text("name"), flag.optionalText("value") ?? ""]));
}

/** Told since 1.1. */
export function recoveredAgentOf(shape: Shape): RecoveredAgent {
  return { id: shape.object("id").text("value"), hostname: shape.text("hostname") };
}

/** Of a TimeInfo. */
export function timeMs(shape: Shape, name: string): number | null {
  const time = shape.optionalObject(name);
  return time === null ? null : Math.round(time.number("nanoseconds") / 1e6);
}

export function agentOf(shape: Shape): Agent {
  const info = shape.object("agent_info");
  const pid = shape.optionalText("pid") ?? "";
  return {
    id: info.object("id").text("value"),
    hostname: info.text("hostname"),
    ip: /@\[?([^\]]*)\]?:\d+$/.exec(pid)?.[1] ?? "",
    address: pid.slice(pid.indexOf("@") + 1),
    version: shape.optionalText("version") ?? "",
    active: shape.flag("active"),
    // Before 1.9 there is no such thing.
    deactivated: shape.value["deactivated"] === true,
    drain: drainOf(shape.optionalObject("drain_info")),
    attributes: info.optionalObjects("attributes").map(attributeOf),
    resources: resourcesOf(shape.optionalObjects("total_resources")),
    allocated: resourcesOf(shape.optionalObjects("allocated_resources")),
    registeredMs: timeMs(shape, "registered_time"),
    reregisteredMs: timeMs(shape, "reregistered_time"),
  };
}

export function drainOf(shape: Shape | null): Drain | null {
  if (shape === null) return null;
  const config = shape.optionalObject("config");
  const grace = config?.optionalObject("max_grace_period") ?? null;
  return {
    state: shape.text("state") === "DRAINED" ? "DRAINED" : "DRAINING",
    markGone: config?.value["mark_gone"] === true,
    maxGraceSeconds: grace === null ? null : grace.number("nanoseconds") / 1e9,
  };
}

function attributeOf(shape: Shape): Attribute {
  const name = shape.text("name");
  const text = shape.optionalObject("text");
  if (text !== null) return { name, value: text.text("value") };
  const scalar = shape.optionalObject("scalar");
  if (scalar !== null) return { name, value: String(thousandths(scalar.number("value"))) };
  const ranges = shape.optionalObject("ranges")?.optionalObjects("range") ?? [];
  const parts = ranges.map((range) => `${range.number("begin")}-${range.number("end")}`);
  return { name, value: `[${parts.join(",")}]` };
}

export function rolesOf(value: Json): Role[] {
  return partOf(value, "get_roles")
    .optionalObjects("roles")
    .map((shape) => ({
      name: shape.text("name"),
      weight: shape.numberOr("weight", 1),
      frameworks: shape.optionalObjects("frameworks").map((id) => id.text("value")),
      allocated: resourcesOf(shape.optionalObjects("resources")),
    }));
}

/** Weights that somebody set, by role; all others weigh 1. */
export function weightsOf(value: Json): ReadonlyMap<string, number> {
  const infos = partOf(value, "get_weights").optionalObjects("weight_infos");
  return new Map(infos.map((info) => [info.optionalText("role") ?? "*", info.number("weight")]));
}

/** By role. Masters before 1.9 have guarantees that are limits as well. */
export function quotasOf(value: Json): ReadonlyMap<string, Quota> {
  const status = partOf(value, "get_quota").optionalObject("status");
  const infos = (status?.optionalObjects("infos") ?? []).map((info) => {
    const guarantees = quantitiesOf(resourcesOf(info.optionalObjects("guarantee")));
    return [info.optionalText("role") ?? "*", { guarantees, limits: guarantees }] as const;
  });
  const configs = (status?.optionalObjects("configs") ?? []).map(quotaConfigOf);
  // Since 1.9 both are told, and only the second has the limits.
  return new Map<string, Quota>([...infos, ...configs]);
}

/** Since 1.9, with its role. */
export function quotaConfigOf(config: Shape): readonly [string, Quota] {
  const guarantees = scalarsOf(config.optionalObject("guarantees"));
  return [config.text("role"), { guarantees, limits: scalarsOf(config.optionalObject("limits")) }];
}

function scalarsOf(shape: Shape | null): Quantities {
  if (shape === null) return {};
  const names = Object.keys(shape.value);
  return Object.fromEntries(names.map((name) => [name, thousandths(shape.object(name).number("value"))]));
}

/** Scalars summed up by name. */
export function quantitiesOf(resources: readonly Resource[]): Quantities {
  const sums: Record<string, number> = {};
  for (const { name, amount } of resources) {
    if (amount.kind === "scalar") sums[name] = thousandths((sums[name] ?? 0) + amount.value);
  }
  return sums;
}

export function scheduleOf(value: Json): Window[] {
  const schedule = partOf(value, "get_maintenance_schedule").optionalObject("schedule");
  return (schedule?.optionalObjects("windows") ?? []).map((window) => {
    const unavailability = window.object("unavailability");
    const duration = unavailability.optionalObject("duration");
    return {
      machines: window.optionalObjects("machine_ids").map(machineOf),
      startNs: unavailability.object("start").number("nanoseconds"),
      durationNs: duration === null ? null : duration.number("nanoseconds"),
    };
  });
}

export function statusOf(value: Json): MaintenanceStatus {
  const status = partOf(value, "get_maintenance_status").optionalObject("status");
  return {
    draining: (status?.optionalObjects("draining_machines") ?? []).map((each) =>
      machineOf(each.object("id")),
    ),
    down: (status?.optionalObjects("down_machines") ?? []).map(machineOf),
  };
}

export function machineOf(shape: Shape): Machine {
  return { hostname: shape.optionalText("hostname") ?? "", ip: shape.optionalText("ip") ?? "" };
}

/** Whether they are one. */
export function sameMachine(one: Machine, other: Machine): boolean {
  return one.hostname.toLowerCase() === other.hostname.toLowerCase() && one.ip === other.ip;
}
