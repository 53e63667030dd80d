/** All paths of an agent. Facts, sections 3 and 4. */
import { type Answer, empty, type HttpRequest, json, methodNotAllowed, plain } from "../http/answer.js";
import type { Realm, Route, Routes } from "../http/router.js";
import { systemStats } from "../http/system-stats.js";
import { notAcceptable, readCall } from "../http/v1.js";
import { BUILD, versionInfo } from "../model/build.js";
import { double, type WireObject } from "../model/wire.js";
import { AGENT_API } from "./agent-schema.js";
import {
  type AgentView,
  agentState,
  executorName,
  getAgent,
  getExecutors,
  getFrameworks,
  getTasks,
  statisticsWire,
} from "./agent-views.js";

export interface AgentRouteSetting {
  readonly view: AgentView;
  readonly metrics: () => ReadonlyMap<string, number>;
  readonly now: () => number;
  /** glog's verbosity. */
  loggingLevel: number;
}

export function agentRoutes(setting: AgentRouteSetting): Routes {
  const routes = new Map<string, Route>();
  const add = (path: string, realm: Realm, handle: (request: HttpRequest) => Answer, below = false) =>
    routes.set(path, { realm, handle, below });
  const { view } = setting;
  add("slave(1)/health", "open", () => empty(200), true);
  add("slave(1)/version", "open", (request) => json(BUILD, request), true);
  add("version", "open", (request) => json(BUILD, request), true);
  add("slave(1)/state", "readonly", (request) => json(agentState(view), request), true);
  add("slave(1)/state.json", "readonly", (request) => json(agentState(view), request));
  add(
    "slave(1)/flags",
    "readonly",
    (request) => json({ flags: Object.fromEntries(view.flags) }, request),
    true,
  );
  add("slave(1)/containers", "readonly", (request) => json(legacyContainers(setting, true), request));
  for (const path of ["slave(1)/monitor/statistics", "monitor/statistics", "monitor/statistics.json"]) {
    add(path, "readonly", (request) => json(legacyContainers(setting, false), request));
  }
  add("metrics/snapshot", "readonly", (request) => json(metricsWire(setting), request));
  add("system/stats.json", "readonly", (request) => json(systemStats(), request));
  add("files/debug", "readonly", (request) => json({}, request));
  add("slave(1)/api/v1", "readwrite", (request) => api(setting, request));
  return routes;
}

function metricsWire({ metrics }: AgentRouteSetting): WireObject {
  return Object.fromEntries([...metrics()].map(([name, value]) => [name, double(value)]));
}

function live({ view }: AgentRouteSetting) {
  return [...view.agent.executors.frameworks.values()].flatMap((framework) =>
    [...framework.executors.values()].map((executor) => ({ framework, executor })),
  );
}

function legacyContainers(setting: AgentRouteSetting, withIds: boolean): WireObject[] {
  return live(setting).map(({ framework, executor }) => ({
    ...(withIds ? { container_id: executor.containerId } : {}),
    executor_id: executor.id,
    executor_name: executorName(executor),
    framework_id: framework.id,
    source: executor.id,
    statistics: statisticsWire(executor, setting.now()),
    ...(withIds
      ? { status: { container_id: { value: executor.containerId }, executor_pid: executor.pid } }
      : {}),
  }));
}

function api(setting: AgentRouteSetting, request: HttpRequest): Answer {
  if (request.method !== "POST") return methodNotAllowed(["POST"], request.method);
  const call = readCall(AGENT_API, request);
  if ("status" in call) return call;
  const refused = notAcceptable(request);
  if (refused !== null) return refused;
  if (call.type === "SET_LOGGING_LEVEL") {
    setting.loggingLevel = Number((call.value["set_logging_level"] as { level: number }).level);
    return empty(200);
  }
  if (call.type === "PRUNE_IMAGES") return empty(200);
  if (call.type === "LIST_FILES" || call.type === "READ_FILE") return plain(404);
  const view = reading(setting, call.type);
  return view === null ? plain(501) : json({ type: call.type, [call.type.toLowerCase()]: view });
}

function reading(setting: AgentRouteSetting, type: string): WireObject | null {
  const { view } = setting;
  switch (type) {
    case "GET_HEALTH":
      return { healthy: true };
    case "GET_VERSION":
      return { version_info: versionInfo() };
    case "GET_FLAGS":
      return { flags: [...view.flags].map(([name, value]) => ({ name, value })) };
    case "GET_METRICS":
      return { metrics: [...setting.metrics()].map(([name, value]) => ({ name, value: double(value) })) };
    case "GET_LOGGING_LEVEL":
      return { level: setting.loggingLevel };
    case "GET_OPERATIONS":
    case "GET_RESOURCE_PROVIDERS":
      return {};
    case "GET_AGENT":
      return getAgent(view);
    case "GET_TASKS":
      return getTasks(view);
    case "GET_EXECUTORS":
      return getExecutors(view);
    case "GET_FRAMEWORKS":
      return getFrameworks(view);
    case "GET_STATE":
      return {
        get_tasks: getTasks(view),
        get_executors: getExecutors(view),
        get_frameworks: getFrameworks(view),
      };
    case "GET_CONTAINERS":
      return containers(setting);
    default:
      return null;
  }
}

function containers(setting: AgentRouteSetting): WireObject {
  return {
    containers: live(setting).map(({ framework, executor }) => ({
      framework_id: { value: framework.id },
      executor_id: { value: executor.id },
      executor_name: executorName(executor),
      container_id: { value: executor.containerId },
      container_status: { container_id: { value: executor.containerId }, executor_pid: executor.pid },
      resource_statistics: statisticsWire(executor, setting.now()),
    })),
  };
}
