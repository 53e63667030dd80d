/**
 * POST /api/v1 of a leading master: the reading calls here, the changing ones in operator-changes.ts. The caller has checked that
 * this master leads.
 */
import type { JsonObject } from "../../../value/json.js";
import { type Answer, type HttpRequest, json, methodNotAllowed, plain, recordIo } from "../http/answer.js";
import { type Call, notAcceptable, readCall } from "../http/v1.js";
import { versionInfo } from "../model/build.js";
import { double, type WireObject } from "../model/wire.js";
import type { Acls } from "./authorization.js";
import { OPERATOR_HEARTBEAT_MS } from "./event-subscribers.js";
import { masterInfoWire } from "./frameworks.js";
import type { Master } from "./master.js";
import { changeAnswer } from "./operator-changes.js";
import { OPERATOR_API } from "./operator-schema.js";
import { eventView, sightOf } from "./sight.js";
import {
  getAgents,
  getExecutors,
  getFrameworks,
  getRoles,
  getState,
  getTasks,
  maintenanceStatus,
  quotaStatus,
  type Sight,
  scheduleWire,
  weightsWire,
} from "./views-v1.js";

/** What the process around the master tells about itself. */
export interface ProcessView {
  /** Seconds since 1970. */
  readonly startTime: number;
  readonly metrics: () => ReadonlyMap<string, number>;
  readonly flags: ReadonlyMap<string, string>;
  /** glog's verbosity, 0 unless it was changed. */
  loggingLevel: number;
}

export interface OperatorSetting {
  readonly master: Master;
  readonly acls: Acls;
  readonly process: ProcessView;
}

export async function operatorApi(setting: OperatorSetting, request: HttpRequest): Promise<Answer> {
  if (request.method !== "POST") return methodNotAllowed(["POST"], request.method);
  const call = readCall(OPERATOR_API, request);
  if ("status" in call) return call;
  const refused = notAcceptable(request);
  if (refused !== null) return refused;
  if (call.type === "SUBSCRIBE") return subscribe(setting, request);
  const view = reading(setting, call, request);
  if (view === "forbidden") return plain(403);
  if (view === "nothing") return json({ type: call.type });
  if (view !== null) return json({ type: call.type, [call.type.toLowerCase()]: view });
  return changeAnswer(setting, call, request);
}

type View = WireObject | "forbidden" | "nothing" | null;

/** Null for the calls that change something; `nothing` = an answer without its part, which is how no weights are shown. */
function reading(setting: OperatorSetting, call: Call, { principal }: HttpRequest): View {
  const { acls, master, process } = setting;
  const { cluster } = master.context;
  const sight = sightOf(acls, principal);
  const may = (action: Parameters<Acls["allows"]>[1], objects: readonly string[] = []) =>
    acls.allows(principal, action, objects);
  switch (call.type) {
    case "GET_HEALTH":
      return { healthy: true };
    case "GET_FLAGS":
      return sight.flags ? { flags: flagList(process.flags) } : "forbidden";
    case "GET_VERSION":
      return { version_info: versionInfo() };
    case "GET_METRICS":
      return { metrics: metricList(process.metrics()) };
    case "GET_LOGGING_LEVEL":
      return { level: process.loggingLevel };
    case "GET_OPERATIONS":
      return {};
    case "GET_MASTER":
      return masterView(master, process);
    case "GET_ROLES":
      return getRoles(cluster, sight);
    case "GET_WEIGHTS":
      return weightsView(setting, principal);
    case "GET_QUOTA":
      return { status: quotaStatus(cluster, (role) => may("get_quotas", [role])) };
    case "GET_MAINTENANCE_STATUS":
      return { status: may("get_maintenance_statuses") ? maintenanceStatus(cluster) : {} };
    case "GET_MAINTENANCE_SCHEDULE":
      return { schedule: may("get_maintenance_schedules") ? scheduleWire(cluster) : {} };
    default:
      return clusterView(master, call.type, sight);
  }
}

function clusterView({ context: { cluster } }: Master, type: string, sight: Sight): View {
  switch (type) {
    case "GET_STATE":
      return getState(cluster, sight);
    case "GET_AGENTS":
      return getAgents(cluster);
    case "GET_FRAMEWORKS":
      return getFrameworks(cluster, sight);
    case "GET_EXECUTORS":
      return getExecutors(cluster, sight);
    case "GET_TASKS":
      return getTasks(cluster, sight);
    default:
      return null;
  }
}

export function flagList(flags: ReadonlyMap<string, string>): WireObject[] {
  return [...flags].map(([name, value]) => ({ name, value }));
}

export function metricList(metrics: ReadonlyMap<string, number>): WireObject[] {
  return [...metrics].map(([name, value]) => ({ name, value: double(value) }));
}

function masterView(master: Master, process: ProcessView): WireObject {
  return {
    master_info: masterInfoWire(master.context.self as unknown as JsonObject),
    start_time: double(process.startTime),
    elected_time: double(master.electedTime ?? 0),
  };
}

function weightsView({ acls, master }: OperatorSetting, principal: string | null): View {
  const weights = weightsWire(master.context.cluster, (role) => acls.allows(principal, "view_roles", [role]));
  if (weights.length === 0) return "nothing";
  return { weight_infos: weights.map(({ role, weight }) => ({ weight: double(weight), role })) };
}

function subscribe({ acls, master }: OperatorSetting, request: HttpRequest): Answer {
  const { cluster } = master.context;
  const sight = sightOf(acls, request.principal);
  const find = (id: string) => cluster.frameworks.get(id) ?? cluster.completedFrameworks.get(id);
  return {
    status: 200,
    headers: { "Content-Type": "application/json" },
    body: "",
    stream: (stream) =>
      master.subscribers.add(
        { stream, view: eventView(acls, request.principal, find) },
        {
          type: "SUBSCRIBED",
          subscribed: {
            get_state: getState(cluster, sight),
            heartbeat_interval_seconds: double(OPERATOR_HEARTBEAT_MS / 1000),
          },
        },
      ),
  };
}

/** One record of a stream that ends at once. */
export function singleRecord(event: WireObject, headers: Readonly<Record<string, string>>): Answer {
  return {
    status: 200,
    headers: { ...headers, "Content-Type": "application/json" },
    body: "",
    stream: (stream) => {
      stream.write(recordIo(event));
      stream.end();
    },
  };
}
