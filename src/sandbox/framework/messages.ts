/** Mesos' scheduler events as JSON, read into what frameworks here work with; and its calls as JSON. Pure. */
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import type { LaunchOperation, Offer, OfferAttribute, OfferResource, TaskStatus } from "./cluster.js";

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function list(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

function text(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** `{value: "…"}` */
export function idOf(value: Json | undefined): string | null {
  return text(object(value)["value"]);
}

type Value = Pick<OfferAttribute, "text" | "scalar" | "ranges" | "set">;

function valueIn(message: JsonObject): Value {
  switch (message["type"]) {
    case "SCALAR":
      return { scalar: number(object(message["scalar"])["value"]) ?? 0 };
    case "RANGES":
      return {
        ranges: list(object(message["ranges"])["range"]).map(({ begin, end }) => ({
          begin: number(begin) ?? 0,
          end: number(end) ?? 0,
        })),
      };
    case "SET": {
      const items = object(message["set"])["item"];
      return { set: Array.isArray(items) ? items.map(String) : [] };
    }
    default:
      return { text: text(object(message["text"])["value"]) ?? "" };
  }
}

function resourceOf(message: JsonObject): OfferResource {
  const reservations = list(message["reservations"]);
  const reserved = reservations.at(-1)?.["role"];
  const role = text(reserved) ?? text(message["role"]) ?? "*";
  return { name: text(message["name"]) ?? "", role, ...valueIn(message) };
}

export function offerOf(message: JsonObject): Offer {
  const window = object(message["unavailability"]);
  const start = number(object(window["start"])["nanoseconds"]);
  const duration = number(object(window["duration"])["nanoseconds"]);
  const fault = object(object(message["domain"])["fault_domain"]);
  const address = object(object(message["url"])["address"]);
  return {
    id: idOf(message["id"]) ?? "",
    agentId: idOf(message["agent_id"]) ?? "",
    hostname: text(message["hostname"]) ?? "",
    ip: text(address["ip"]),
    role: text(object(message["allocation_info"])["role"]) ?? "*",
    resources: list(message["resources"]).map(resourceOf),
    attributes: list(message["attributes"]).map((one) => ({
      name: text(one["name"]) ?? "",
      ...valueIn(one),
    })),
    unavailability:
      start === null ? null : { startMs: start / 1e6, durationMs: duration === null ? null : duration / 1e6 },
    region: text(object(fault["region"])["name"]),
    zone: text(object(fault["zone"])["name"]),
  };
}

export function offersIn(event: JsonObject): Offer[] {
  return list(object(event["offers"])["offers"]).map(offerOf);
}

export function statusIn(event: JsonObject): TaskStatus {
  const status = object(object(event["update"])["status"]);
  const networks = list(object(status["container_status"])["network_infos"]);
  return {
    taskId: idOf(status["task_id"]) ?? "",
    state: text(status["state"]) ?? "TASK_UNKNOWN",
    agentId: idOf(status["agent_id"]),
    message: text(status["message"]) ?? "",
    reason: text(status["reason"]),
    healthy: typeof status["healthy"] === "boolean" ? status["healthy"] : null,
    ipAddresses: networks.flatMap(({ ip_addresses }) =>
      list(ip_addresses).flatMap(({ ip_address }) => text(ip_address) ?? []),
    ),
    uuid: text(status["uuid"]),
  };
}

export interface Subscribed {
  readonly frameworkId: string;
  readonly heartbeatMs: number;
  readonly master: { readonly hostname: string; readonly port: number };
}

export function subscribedIn(event: JsonObject): Subscribed {
  const subscribed = object(event["subscribed"]);
  const master = object(subscribed["master_info"]);
  return {
    frameworkId: idOf(subscribed["framework_id"]) ?? "",
    heartbeatMs: (number(subscribed["heartbeat_interval_seconds"]) ?? 15) * 1000,
    master: { hostname: text(master["hostname"]) ?? "", port: number(master["port"]) ?? 5050 },
  };
}

export function messageOfError(event: JsonObject): string {
  return text(object(event["error"])["message"]) ?? "no reason given";
}

export function rescindedIn(event: JsonObject): string {
  return idOf(object(event["rescind"])["offer_id"]) ?? "";
}

export function inverseOffersIn(event: JsonObject): string[] {
  return list(object(event["inverse_offers"])["inverse_offers"]).flatMap(({ id }) => idOf(id) ?? []);
}

export function operationMessage(operation: LaunchOperation): JsonObject {
  if (operation.kind === "tasks") return { type: "LAUNCH", launch: { task_infos: operation.tasks } };
  const { executor, tasks } = operation;
  return { type: "LAUNCH_GROUP", launch_group: { executor, task_group: { tasks } } };
}
