/**
 * All paths of a master, on a leader and on a standby: which are answered by every master, and which are sent on to the leader.
 * Facts, section 3.
 */
import type { MasterInfo } from "../coordination/master-info.js";
import type { RegistryState } from "../coordination/registry-state.js";
import { type Answer, empty, type HttpRequest, json, plain } from "../http/answer.js";
import type { Realm, Route, Routes } from "../http/router.js";
import { systemStats } from "../http/system-stats.js";
import { BUILD, stateHead } from "../model/build.js";
import { double, sortedWire, type Wire, type WireObject } from "../model/wire.js";
import {
  machines,
  maintenanceSchedule,
  quota,
  reservation,
  teardownForm,
  weights,
} from "./legacy-changes.js";
import { type OperatorSetting, operatorApi } from "./operator-api.js";
import { schedulerApi } from "./scheduler-api.js";
import { sightOf } from "./sight.js";
import { frameworksView, rolesView, slavesView, stateLists, summaryLists, tasksView } from "./views-v0.js";
import { maintenanceStatus } from "./views-v1.js";
import { passed } from "./wire-parts.js";

export interface RouteSetting extends OperatorSetting {
  /** As detected last. */
  readonly leader: () => MasterInfo | null;
  readonly elected: () => boolean;
  readonly registry: () => RegistryState;
}

type Reading = (setting: RouteSetting, request: HttpRequest) => Answer;

export function masterRoutes(setting: RouteSetting): Routes {
  const routes = new Map<string, Route>();
  const own = (path: string, realm: Realm, handle: Reading, below = false) =>
    routes.set(path, { realm, handle: (request) => handle(setting, request), below });
  own("master/health", "open", () => empty(200), true);
  own("master/version", "open", (_, request) => json(BUILD, request), true);
  own("version", "open", (_, request) => json(BUILD, request), true);
  own("master/flags", "readonly", flagsAnswer, true);
  own("metrics/snapshot", "readonly", metricsAnswer, true);
  own("system/stats.json", "readonly", (_, request) => json(systemStats(), request));
  own("files/debug", "readonly", (_, request) => json({}, request));
  own("logging/toggle", "readwrite", ({ process }) => plain(200, `${process.loggingLevel}`));
  own("registrar(1)/registry", "readonly", (_, request) =>
    json(sortedWire(passed(setting.registry())), request),
  );
  own("", "open", () => page(setting));
  routes.set("master/redirect", { realm: "open", handle: () => redirectAnswer(setting) });
  for (const [path, route] of leaderRoutes(setting)) routes.set(path, route);
  return routes;
}

/** Paths that only the leader answers itself. */
function leaderRoutes(setting: RouteSetting): Map<string, Route> {
  const routes = new Map<string, Route>();
  const led = (
    name: string,
    realm: Realm,
    handle: (request: HttpRequest, rest: string) => Answer | Promise<Answer>,
  ) =>
    routes.set(`master/${name}`, {
      realm,
      below: true,
      handle: (request, rest) => notLeading(setting, request, name) ?? handle(request, rest),
    });
  for (const [name, view] of Object.entries(READINGS))
    led(name, "readonly", (request) => view(setting, request));
  led("quota", "readwrite", (request, rest) => quota(setting, request, rest));
  led("weights", "readwrite", (request) => weights(setting, request));
  led("maintenance/schedule", "readwrite", (request) => maintenanceSchedule(setting, request));
  led("machine/down", "readwrite", (request) => machines(setting, request, "down"));
  led("machine/up", "readwrite", (request) => machines(setting, request, "up"));
  led("teardown", "readwrite", (request) => teardownForm(setting, request));
  for (const name of ["reserve", "unreserve", "create-volumes", "destroy-volumes"] as const) {
    led(name, "readwrite", (request) => reservation(setting, request, name));
  }
  led("api/v1", "readwrite", (request) => recovering(setting) ?? operatorApi(setting, request));
  led("api/v1/scheduler", "scheduler", (request) => recovering(setting) ?? schedulerApi(setting, request));
  return routes;
}

const READINGS: Readonly<Record<string, Reading>> = {
  state: (setting, request) => json(stateWire(setting, request), request),
  "state.json": (setting, request) => json(stateWire(setting, request), request),
  "state-summary": (setting, request) => {
    const { cluster } = setting.master.context;
    return json(
      { ...summaryHead(setting), ...summaryLists(cluster, sightOf(setting.acls, request.principal)) },
      request,
    );
  },
  slaves: ({ master }, request) =>
    json(slavesView(master.context.cluster, request.query.get("slave_id")), request),
  frameworks: ({ acls, master }, request) => {
    const sight = sightOf(acls, request.principal);
    return json(frameworksView(master.context.cluster, sight, request.query.get("framework_id")), request);
  },
  tasks: ({ acls, master }, request) =>
    json(tasksView(master.context.cluster, sightOf(acls, request.principal), request.query), request),
  roles: ({ acls, master }, request) =>
    json(rolesView(master.context.cluster, sightOf(acls, request.principal)), request),
  "maintenance/status": ({ acls, master }, request) => {
    const seen = acls.allows(request.principal, "get_maintenance_statuses");
    return json(seen ? sortedWire(maintenanceStatus(master.context.cluster)) : {}, request);
  },
};

/** `Location` has no scheme and always the long path; a standby that knows of nobody says so. */
function notLeading(setting: RouteSetting, request: HttpRequest, name: string): Answer | null {
  if (setting.elected()) return null;
  const leader = setting.leader();
  if (leader === null) return plain(503, "No leader elected");
  const tail = request.path.slice(request.path.indexOf(name) + name.length);
  const query = request.query.size === 0 ? "" : `?${request.query.toString()}`;
  return empty(307, { Location: `//${leader.hostname}:${leader.port}/master/${name}${tail}${query}` });
}

function recovering({ master }: RouteSetting): Answer | null {
  return master.recovered ? null : plain(503, "Master has not finished recovery");
}

function redirectAnswer(setting: RouteSetting): Answer {
  const leader = setting.leader();
  if (leader === null) return plain(503, "No leader elected");
  return empty(307, { Location: `//${leader.hostname}:${leader.port}` });
}

function flagsAnswer({ acls, process }: RouteSetting, request: HttpRequest): Answer {
  if (!acls.allows(request.principal, "view_flags")) return plain(403);
  return json({ flags: Object.fromEntries(process.flags) }, request);
}

function metricsAnswer({ acls, process }: RouteSetting, request: HttpRequest): Answer {
  if (!acls.allows(request.principal, "get_endpoints", ["/metrics/snapshot"])) return plain(403);
  return json(metricsWire(process.metrics()), request);
}

export function metricsWire(metrics: ReadonlyMap<string, number>): WireObject {
  return Object.fromEntries([...metrics].map(([name, value]) => [name, double(value)]));
}

function summaryHead({ process, master }: RouteSetting): WireObject {
  const cluster = process.flags.get("cluster");
  return { hostname: master.context.self.hostname, ...(cluster === undefined ? {} : { cluster }) };
}

function stateWire(setting: RouteSetting, request: HttpRequest): Wire {
  const { acls, master, process } = setting;
  const { cluster, self } = master.context;
  const sight = sightOf(acls, request.principal);
  const agents = [...cluster.agents.values()];
  const active = agents.filter(({ connected, deactivated }) => connected && !deactivated).length;
  const leader = setting.leader();
  const name = process.flags.get("cluster");
  return {
    ...stateHead(),
    start_time: double(process.startTime),
    elected_time: master.electedTime === null ? undefined : double(master.electedTime),
    id: self.id,
    pid: self.pid,
    hostname: self.hostname,
    capabilities: self.capabilities.map(({ type }) => type),
    ...(self.domain === undefined ? {} : { domain: passed(self.domain) }),
    activated_slaves: double(active),
    deactivated_slaves: double(agents.length - active),
    unreachable_slaves: double(cluster.unreachable.size),
    ...(leader === null ? {} : leaderWire(leader)),
    ...(sight.flags && name !== undefined ? { cluster: name } : {}),
    ...(sight.flags ? { flags: Object.fromEntries(process.flags) } : {}),
    ...stateLists(cluster, sight),
  };
}

function leaderWire({ id, pid, port, hostname }: MasterInfo): WireObject {
  return { leader: pid, leader_info: { id, pid, port, hostname } };
}

/** In place of Mesos' web UI. */
function page({ master, process }: RouteSetting): Answer {
  const { self } = master.context;
  const text = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Mesos (simulation)</title></head>
<body><h1>Simulated Mesos master</h1>
<p>This is a simulation by <b>ferry sandbox</b>, not Apache Mesos. Master ${self.id} at ${self.hostname}:${self.port}, cluster
${process.flags.get("cluster") ?? "(unnamed)"}. See <a href="/state">/state</a>, <a href="/metrics/snapshot">/metrics/snapshot</a>.</p>
</body></html>
`;
  return { status: 200, headers: { "Content-Type": "text/html" }, body: text };
}
