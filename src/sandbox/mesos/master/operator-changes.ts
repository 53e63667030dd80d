/** The changing calls of the v1 operator API: read, authorized, handed to the master's parts. */
import type { JsonObject } from "../../../value/json.js";
import { type Answer, empty, type HttpRequest, plain } from "../http/answer.js";
import { type Call, idOf } from "../http/v1.js";
import type { DrainConfig, MachineId, QuotaConfig, Window } from "../model/records.js";
import type { Resources } from "../model/resource.js";
import { resourceFromJson, resourcesFromJson } from "../model/resource-json.js";
import type { Action } from "./authorization.js";
import type { Refusal } from "./context.js";
import { conversionOf, growth, shrinkage } from "./conversions.js";
import type { OperatorSetting } from "./operator-api.js";
import { readUnavailability } from "./registry-operations.js";

type Result = Refusal | null | "forbidden" | Promise<Refusal | null | "forbidden">;
type Part = { readonly [name: string]: unknown };
type May = (action: Action, objects?: readonly string[]) => boolean;

export function answerOf(outcome: Refusal | null | "forbidden", status = 200): Answer {
  if (outcome === "forbidden") return plain(403);
  return outcome === null ? empty(status) : plain(outcome.status, outcome.text);
}

export async function changeAnswer(
  setting: OperatorSetting,
  call: Call,
  request: HttpRequest,
): Promise<Answer> {
  const part = (call.value[call.type.toLowerCase()] ?? {}) as Part;
  const may: May = (action, objects = []) => setting.acls.allows(request.principal, action, objects);
  const conversion = convert(setting, call.type, part, may);
  if (conversion !== undefined) return answerOf(conversion, 202);
  const result = change(setting, call.type, part, may);
  if (result !== undefined) return answerOf(await result);
  return files(setting, call.type, part, may);
}

/** Undefined for other calls. */
function convert(
  { master }: OperatorSetting,
  type: string,
  part: Part,
  may: May,
): Refusal | null | "forbidden" | undefined {
  const id = idOf(part["agent_id"]);
  const resources = resourcesFromJson(part["resources"] ?? part["volumes"]);
  switch (type) {
    case "RESERVE_RESOURCES":
      if (!may("reserve_resources", rolesOf(resources))) return "forbidden";
      return master.reservations.byOperator(id, "RESERVE", conversionOf("RESERVE", resources));
    case "UNRESERVE_RESOURCES":
      if (!may("unreserve_resources", principalsOf(resources))) return "forbidden";
      return master.reservations.byOperator(id, "UNRESERVE", conversionOf("UNRESERVE", resources));
    case "CREATE_VOLUMES":
      if (!may("create_volumes", rolesOf(resources))) return "forbidden";
      return master.reservations.byOperator(id, "CREATE", conversionOf("CREATE", resources));
    case "DESTROY_VOLUMES":
      if (!may("destroy_volumes", principalsOf(resources))) return "forbidden";
      return master.reservations.byOperator(id, "DESTROY", conversionOf("DESTROY", resources));
    case "GROW_VOLUME":
    case "SHRINK_VOLUME":
      return resize(master.reservations, type, part, may);
    default:
      return undefined;
  }
}

function resize(
  reservations: OperatorSetting["master"]["reservations"],
  type: "GROW_VOLUME" | "SHRINK_VOLUME",
  part: Part,
  may: May,
): Refusal | null | "forbidden" {
  const volume = resourceFromJson(part["volume"]);
  if (typeof volume === "string") return { status: 400, text: volume };
  if (!may("resize_volumes", rolesOf([volume]))) return "forbidden";
  const id = idOf(part["agent_id"]);
  if (type === "SHRINK_VOLUME") {
    const { value } = part["subtract"] as { value: number };
    return reservations.byOperator(id, type, shrinkage(volume, Math.round(value * 1000)));
  }
  const addition = resourceFromJson(part["addition"]);
  if (typeof addition === "string") return { status: 400, text: addition };
  return reservations.byOperator(id, type, growth(volume, addition));
}

function change({ master }: OperatorSetting, type: string, part: Part, may: May): Result | undefined {
  const agent = idOf(part["agent_id"]);
  switch (type) {
    case "DRAIN_AGENT":
      return may("drain_agents") ? master.states.drain(agent, drainConfig(part)) : "forbidden";
    case "DEACTIVATE_AGENT":
      return may("deactivate_agents") ? master.states.deactivate(agent) : "forbidden";
    case "REACTIVATE_AGENT":
      return may("reactivate_agents") ? master.states.reactivate(agent) : "forbidden";
    case "MARK_AGENT_GONE":
      return may("mark_agents_gone") ? master.states.markGone(agent) : "forbidden";
    case "UPDATE_MAINTENANCE_SCHEDULE":
      if (!may("update_maintenance_schedules")) return "forbidden";
      return master.maintenance.schedule(windowsOf((part["schedule"] as JsonObject)["windows"]));
    case "START_MAINTENANCE":
      return may("start_maintenances") ? master.maintenance.down(machinesOf(part["machines"])) : "forbidden";
    case "STOP_MAINTENANCE":
      return may("stop_maintenances") ? master.maintenance.up(machinesOf(part["machines"])) : "forbidden";
    case "TEARDOWN":
      return teardown(master, idOf(part["framework_id"]), may);
    default:
      return changeRoles(master, type, part, may);
  }
}

export function teardown(
  master: OperatorSetting["master"],
  id: string,
  may: May,
): Refusal | null | "forbidden" {
  const framework = master.context.cluster.frameworks.get(id);
  if (framework === undefined) return { status: 400, text: "No framework found with specified ID" };
  const { principal } = framework;
  if (!may("teardown_frameworks", principal === null ? [] : [principal])) return "forbidden";
  master.frameworks.remove(framework);
  return null;
}

function changeRoles(
  master: OperatorSetting["master"],
  type: string,
  part: Part,
  may: May,
): Result | undefined {
  switch (type) {
    case "UPDATE_WEIGHTS": {
      const weights = weightsOf(part["weight_infos"]);
      if (!weights.every(({ role }) => may("update_weights", [role]))) return "forbidden";
      return master.roles.updateWeights(weights);
    }
    case "UPDATE_QUOTA": {
      const configs = quotaConfigs(part["quota_configs"]);
      if (!configs.every(({ role }) => may("update_quotas", [role]))) return "forbidden";
      return master.roles.updateQuota(configs, part["force"] === true);
    }
    case "SET_QUOTA": {
      const { role, guarantee, force } = quotaRequest(part["quota_request"] as Part);
      return may("update_quotas", [role]) ? master.roles.setLegacyQuota(role, guarantee, force) : "forbidden";
    }
    case "REMOVE_QUOTA": {
      const role = String(part["role"]);
      return may("update_quotas", [role]) ? master.roles.removeLegacyQuota(role, "/api/v1") : "forbidden";
    }
    default:
      return undefined;
  }
}

/** Logging level and files: a simulated master has a level to set, and no files to show. */
function files({ process }: OperatorSetting, type: string, part: Part, may: May): Answer {
  if (type === "SET_LOGGING_LEVEL") {
    if (!may("set_log_level")) return plain(403);
    process.loggingLevel = Number(part["level"]);
    return empty(200);
  }
  if (type === "LIST_FILES" || type === "READ_FILE") return plain(404);
  return plain(501);
}

function rolesOf(resources: Resources): string[] {
  return resources.flatMap(({ reservations }) => reservations.map(({ role }) => role));
}

function principalsOf(resources: Resources): string[] {
  return resources.flatMap(({ reservations }) => reservations.flatMap(({ principal }) => principal ?? []));
}

function drainConfig(part: Part): DrainConfig {
  const grace = part["max_grace_period"] as { seconds?: number; nanos?: number } | undefined;
  return {
    markGone: part["mark_gone"] === true,
    ...(grace === undefined ? {} : { maxGrace: (grace.seconds ?? 0) + (grace.nanos ?? 0) / 1e9 }),
  };
}

export function windowsOf(value: unknown): Window[] {
  const windows = Array.isArray(value) ? (value as readonly JsonObject[]) : [];
  return windows.map((window) => ({
    machines: machinesOf(window["machine_ids"]),
    unavailability: readUnavailability(window["unavailability"] as JsonObject),
  }));
}

export function machinesOf(value: unknown): MachineId[] {
  const machines = Array.isArray(value) ? (value as readonly { hostname?: string; ip?: string }[]) : [];
  return machines.map(({ hostname, ip }) => ({ hostname: hostname ?? "", ip: ip ?? "" }));
}

export function weightsOf(value: unknown): { role: string; weight: number }[] {
  const weights = Array.isArray(value) ? (value as readonly { role?: string; weight: number }[]) : [];
  return weights.map(({ role, weight }) => ({ role: role ?? "", weight }));
}

function quotaConfigs(value: unknown): QuotaConfig[] {
  const configs = Array.isArray(value) ? (value as readonly Part[]) : [];
  return configs.map((config) => ({
    role: String(config["role"]),
    guarantees: milliOf(config["guarantees"]),
    limits: milliOf(config["limits"]),
  }));
}

function milliOf(value: unknown): Map<string, number> {
  const fields = Object.entries((value ?? {}) as Record<string, { value?: number }>);
  return new Map(fields.map(([name, scalar]) => [name, Math.round((scalar.value ?? 0) * 1000)]));
}

export function quotaRequest(part: Part): { role: string; guarantee: Map<string, number>; force: boolean } {
  const guarantee = new Map<string, number>();
  for (const { name, amount } of resourcesFromJson(part["guarantee"])) {
    if (amount.kind === "SCALAR") guarantee.set(name, (guarantee.get(name) ?? 0) + amount.milli);
  }
  return { role: String(part["role"] ?? ""), guarantee, force: part["force"] === true };
}
