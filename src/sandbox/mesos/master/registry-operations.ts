/**
 * Changes of the registry as pure functions, and reading it back after a fail-over. The JSON is that of
 * `GET /registrar(1)/registry`.
 */
import { isObject, type Json, type JsonObject } from "../../../value/json.js";
import type { RegistryOperation, RegistryState } from "../coordination/registry-state.js";
import type { Attribute } from "../model/attribute.js";
import type {
  Agent,
  AgentInfo,
  DrainConfig,
  Machine,
  QuotaConfig,
  Unavailability,
  Window,
} from "../model/records.js";
import { type Resource, reservedFor } from "../model/resource.js";
import { resourcesFromJson, resourcesToJson } from "../model/resource-json.js";

/** SlaveInfo as the registry keeps it. */
export function agentInfoJson(id: string, info: AgentInfo): JsonObject {
  return {
    ...(info.attributes.length === 0 ? {} : { attributes: info.attributes.map(attributeJson) }),
    checkpoint: true,
    ...(info.domain === undefined ? {} : { domain: info.domain as JsonObject }),
    hostname: info.hostname,
    id: { value: id },
    port: info.port,
    resources: info.resources.map(resourceJson),
  };
}

function resourceJson(resource: Resource): JsonObject {
  const [plain] = resourcesToJson([resource]) as [JsonObject];
  const { reservations, ...rest } = plain;
  const role = reservedFor(resource);
  return { ...rest, role, ...(role === "*" ? {} : { reservations: reservations ?? [] }) };
}

function attributeJson(attribute: Attribute): JsonObject {
  const { name } = attribute;
  switch (attribute.kind) {
    case "TEXT":
      return { name, text: { value: attribute.text }, type: "TEXT" };
    case "SCALAR":
      return { name, scalar: { value: attribute.value }, type: "SCALAR" };
    case "RANGES":
      return {
        name,
        ranges: { range: attribute.ranges.map(([begin, end]) => ({ begin, end })) },
        type: "RANGES",
      };
  }
}

/** The reverse of agentInfoJson. */
export function readAgentInfo(json: JsonObject): { id: string; info: AgentInfo } {
  const { domain } = json;
  return {
    id: text(part(json["id"])["value"]),
    info: {
      hostname: text(json["hostname"]),
      port: Number(json["port"] ?? 5051),
      resources: resourcesFromJson(json["resources"]),
      attributes: list(json["attributes"]).map(readAttribute),
      ...(isObject(domain) ? { domain } : {}),
    },
  };
}

function readAttribute(json: JsonObject): Attribute {
  const name = text(json["name"]);
  if (json["type"] === "SCALAR")
    return { name, kind: "SCALAR", value: Number(part(json["scalar"])["value"]) };
  if (json["type"] === "TEXT") return { name, kind: "TEXT", text: text(part(json["text"])["value"]) };
  const ranges = list(part(json["ranges"])["range"]).map(
    ({ begin, end }) => [Number(begin), Number(end)] as const,
  );
  return { name, kind: "RANGES", ranges };
}

export function readDrain(json: Json | undefined): Agent["drain"] {
  if (!isObject(json)) return null;
  const config = part(json["config"]);
  const grace = part(config["max_grace_period"])["nanoseconds"];
  return {
    state: json["state"] === "DRAINED" ? "DRAINED" : "DRAINING",
    config: {
      markGone: config["mark_gone"] === true,
      ...(typeof grace === "number" ? { maxGrace: grace / 1e9 } : {}),
    },
  };
}

function drainJson(state: "DRAINING" | "DRAINED", { maxGrace, markGone }: DrainConfig): JsonObject {
  const grace =
    maxGrace === undefined ? {} : { max_grace_period: { nanoseconds: Math.round(maxGrace * 1e9) } };
  return { config: { mark_gone: markGone, ...grace }, state };
}

export function admitAgent(id: string, info: AgentInfo): RegistryOperation {
  return (state) =>
    withAgents(state, [...agentsOf(state), { deactivated: false, info: agentInfoJson(id, info) }]);
}

export function removeAgent(id: string): RegistryOperation {
  return (state) =>
    withAgents(
      state,
      agentsOf(state).filter((entry) => idOfAgent(entry) !== id),
    );
}

export function updateAgent(id: string, info: AgentInfo): RegistryOperation {
  return (state) => changeAgent(state, id, (entry) => ({ ...entry, info: agentInfoJson(id, info) }));
}

/** @param at seconds since 1970 */
export function markUnreachable(id: string, at: number): RegistryOperation {
  return (state) => {
    const entry = agentsOf(state).find((each) => idOfAgent(each) === id);
    const { info: _, ...kept } = entry ?? {};
    const listed = { ...kept, id: { value: id }, timestamp: { nanoseconds: Math.round(at * 1e9) } };
    return { ...removeAgent(id)(state), unreachable: { slaves: [...unreachableOf(state), listed] } };
  };
}

/** Also for an agent that the registry does not know: Mesos lets it back in. */
export function markReachable(id: string, info: AgentInfo): RegistryOperation {
  return (state) => {
    if (agentsOf(state).some((entry) => idOfAgent(entry) === id)) return state;
    const away = unreachableOf(state).find((entry) => part(entry["id"])["value"] === id);
    const { deactivated, drain_info } = away ?? {};
    const entry: JsonObject = {
      deactivated: deactivated === true,
      ...(drain_info === undefined ? {} : { drain_info }),
      info: agentInfoJson(id, info),
    };
    return { ...withAgents(state, [...agentsOf(state), entry]), ...withoutUnreachable(state, id) };
  };
}

export function markGone(id: string, at: number): RegistryOperation {
  return (state) => ({
    ...removeAgent(id)(state),
    ...withoutUnreachable(state, id),
    gone: {
      slaves: [
        ...(state.gone?.slaves ?? []),
        { id: { value: id }, timestamp: { nanoseconds: Math.round(at * 1e9) } },
      ],
    },
  });
}

export function drainAgent(id: string, config: DrainConfig): RegistryOperation {
  const drain = drainJson("DRAINING", config);
  return (state) => withCapability(changeEither(state, id, { deactivated: true, drain_info: drain }));
}

export function finishDrain(id: string, config: DrainConfig): RegistryOperation {
  return (state) => changeEither(state, id, { drain_info: drainJson("DRAINED", config) });
}

export function deactivateAgent(id: string): RegistryOperation {
  return (state) => withCapability(changeEither(state, id, { deactivated: true }));
}

export function reactivateAgent(id: string): RegistryOperation {
  const changed = (entry: JsonObject): JsonObject => {
    const { drain_info: _, ...rest } = entry;
    return { ...rest, deactivated: false };
  };
  return (state) => changeBoth(state, id, changed);
}

export function updateQuota(configs: readonly QuotaConfig[]): RegistryOperation {
  return (state) => {
    const kept = new Map((state.quota_configs ?? []).map((each) => [text(each["role"]), each]));
    for (const config of configs) {
      if (config.guarantees.size + config.limits.size === 0) kept.delete(config.role);
      else kept.set(config.role, quotaJson(config));
    }
    const { quota_configs: _, ...rest } = state;
    return kept.size === 0
      ? rest
      : withCapability({ ...rest, quota_configs: [...kept.values()] }, "QUOTA_V2");
  };
}

function quotaJson({ role, guarantees, limits }: QuotaConfig): JsonObject {
  const values = (sums: ReadonlyMap<string, number>): JsonObject =>
    Object.fromEntries([...sums].map(([name, milli]) => [name, { value: milli / 1000 }]));
  return {
    ...(guarantees.size === 0 ? {} : { guarantees: values(guarantees) }),
    ...(limits.size === 0 ? {} : { limits: values(limits) }),
    role,
  };
}

export function readQuota(json: JsonObject): QuotaConfig {
  const values = (of: Json | undefined) =>
    new Map(
      Object.entries(part(of)).map(([name, value]) => [
        name,
        Math.round(Number(part(value)["value"]) * 1000),
      ]),
    );
  return { role: text(json["role"]), guarantees: values(json["guarantees"]), limits: values(json["limits"]) };
}

export function updateWeights(weights: ReadonlyMap<string, number>): RegistryOperation {
  return (state) => {
    const kept = new Map((state.weights ?? []).map((each) => [text(part(each["info"])["role"]), each]));
    for (const [role, weight] of weights) kept.set(role, { info: { role, weight } });
    return { ...state, weights: [...kept.values()] };
  };
}

export function readWeights(state: RegistryState): Map<string, number> {
  const infos = (state.weights ?? []).map((each) => part(each["info"]));
  return new Map(infos.map((info) => [text(info["role"]), Number(info["weight"])]));
}

/** The schedule and the modes of the machines in it. */
export function updateMaintenance(
  windows: readonly Window[],
  machines: Iterable<Machine>,
): RegistryOperation {
  const infos = [...machines].map(machineJson);
  const schedule: JsonObject =
    windows.length === 0
      ? {}
      : {
          windows: windows.map(({ machines: ids, unavailability }) => ({
            machine_ids: ids.map((id) => ({ ...id })),
            unavailability: unavailabilityJson(unavailability),
          })),
        };
  return (state) => ({
    ...state,
    machines: infos.length === 0 ? {} : { machines: infos },
    schedules: [schedule],
  });
}

function machineJson({ id, mode, unavailability }: Machine): JsonObject {
  const when = unavailability === null ? {} : { unavailability: unavailabilityJson(unavailability) };
  return { info: { id: { ...id }, mode, ...when } };
}

function unavailabilityJson({ start, duration }: Unavailability): JsonObject {
  return {
    ...(duration === undefined ? {} : { duration: { nanoseconds: Number(duration) } }),
    start: { nanoseconds: Number(start) },
  };
}

export function readMaintenance(state: RegistryState): { windows: Window[]; machines: Machine[] } {
  const windows = (state.schedules ?? []).flatMap((schedule) =>
    list(schedule["windows"]).map((window) => ({
      machines: list(window["machine_ids"]).map(readMachineId),
      unavailability: readUnavailability(part(window["unavailability"])),
    })),
  );
  const machines = (state.machines?.machines ?? []).map((entry): Machine => {
    const info = part(entry["info"]);
    const when = info["unavailability"];
    return {
      id: readMachineId(part(info["id"])),
      mode: info["mode"] === "DOWN" ? "DOWN" : "DRAINING",
      unavailability: isObject(when) ? readUnavailability(when) : null,
    };
  });
  return { windows, machines };
}

function readMachineId(json: JsonObject): { hostname: string; ip: string } {
  return { hostname: text(json["hostname"]), ip: text(json["ip"]) };
}

export function readUnavailability(json: JsonObject): Unavailability {
  const duration = part(json["duration"])["nanoseconds"];
  return {
    start: BigInt(Math.round(Number(part(json["start"])["nanoseconds"] ?? 0))),
    ...(typeof duration === "number" ? { duration: BigInt(Math.round(duration)) } : {}),
  };
}

function withCapability(state: RegistryState, capability = "AGENT_DRAINING"): RegistryState {
  const known = state.minimum_capabilities ?? [];
  if (known.some((each) => each["capability"] === capability)) return state;
  return { ...state, minimum_capabilities: [...known, { capability }] };
}

function changeEither(state: RegistryState, id: string, fields: JsonObject): RegistryState {
  return changeBoth(state, id, (entry) => ({ ...entry, ...fields }));
}

function changeBoth(
  state: RegistryState,
  id: string,
  change: (entry: JsonObject) => JsonObject,
): RegistryState {
  const changed = changeAgent(state, id, change);
  if (!unreachableOf(state).some((entry) => part(entry["id"])["value"] === id)) return changed;
  const slaves = unreachableOf(state).map((entry) =>
    part(entry["id"])["value"] === id ? change(entry) : entry,
  );
  return { ...changed, unreachable: { slaves } };
}

function changeAgent(
  state: RegistryState,
  id: string,
  change: (entry: JsonObject) => JsonObject,
): RegistryState {
  return withAgents(
    state,
    agentsOf(state).map((entry) => (idOfAgent(entry) === id ? change(entry) : entry)),
  );
}

export function agentsOf(state: RegistryState): readonly JsonObject[] {
  return state.slaves?.slaves ?? [];
}

export function unreachableOf(state: RegistryState): readonly JsonObject[] {
  return state.unreachable?.slaves ?? [];
}

function withAgents(state: RegistryState, slaves: readonly JsonObject[]): RegistryState {
  return { ...state, slaves: slaves.length === 0 ? {} : { slaves } };
}

function withoutUnreachable(state: RegistryState, id: string): Partial<RegistryState> {
  if (state.unreachable === undefined) return {};
  const slaves = unreachableOf(state).filter((entry) => part(entry["id"])["value"] !== id);
  return { unreachable: slaves.length === 0 ? {} : { slaves } };
}

function idOfAgent(entry: JsonObject): string {
  return text(part(part(entry["info"])["id"])["value"]);
}

export function part(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

export function list(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}
