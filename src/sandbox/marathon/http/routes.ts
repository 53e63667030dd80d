/** Which request goes to which resource. Knows paths and methods only. */
import { plainRefusal } from "../definition/refusal.js";
import { podShown } from "../view/pod-view.js";
import { listApps, listVersions, showApp, showAppTasks, showVersion } from "./app-reads.js";
import { deleteApp, patchApp, postApp, putApp, restartApp, writeApps } from "./app-writes.js";
import type { ApiContext } from "./context.js";
import { eventStream } from "./event-stream.js";
import { deleteGroup, getGroup, patchGroup, postGroup, putGroupAt } from "./groups.js";
import { type Answer, empty, type HttpRequest, html, json, plainText } from "./message.js";
import { showMetrics, showPrometheus } from "./metrics.js";
import { allPods, deleteInstances, deletePod, getPod, podStatuses, postPod, putPod } from "./pods.js";
import {
  deleteDeployment,
  deleteLeader,
  listTasks,
  resetDelay,
  showInfo,
  showLeader,
  showQueue,
} from "./system.js";
import { killAppTask, killAppTasks, killTasks } from "./task-kills.js";

type Respond = (
  request: HttpRequest,
  context: ApiContext,
  ...parts: readonly string[]
) => Answer | Promise<Answer>;

interface Route {
  readonly pattern: RegExp;
  readonly methods: Readonly<Record<string, Respond>>;
}

const UI =
  "<!DOCTYPE html><html><head><title>Marathon (simulation)</title></head><body><h1>Marathon, simulated</h1>" +
  "<p>This is ferry's sandbox, not a real Marathon. Its API is under <code>/v2</code>.</p></body></html>";

/** In this order; the first pattern that fits counts. */
const ROUTES: readonly Route[] = [
  { pattern: /^\/$/, methods: { GET: () => empty(302, { Location: "/ui/" }) } },
  { pattern: /^\/ui(?:\/.*)?$/, methods: { GET: () => html(200, UI) } },
  { pattern: /^\/ping$/, methods: { GET: ping } },
  { pattern: /^\/metrics$/, methods: { GET: (_request, context) => showMetrics(context) } },
  { pattern: /^\/metrics\/prometheus$/, methods: { GET: (_request, context) => showPrometheus(context) } },
  { pattern: /^\/v2\/info$/, methods: { GET: (_request, context) => showInfo(context) } },
  {
    pattern: /^\/v2\/leader$/,
    methods: {
      GET: (_request, { node }) => showLeader(node.leader()),
      DELETE: (request, context) => deleteLeader(request, context),
    },
  },
  { pattern: /^\/v2\/plugins$/, methods: { GET: () => json({ plugins: [] }) } },
  { pattern: /^\/v2\/events$/, methods: { GET: (request, context) => eventStream(request, context) } },
  { pattern: /^\/v2\/tasks$/, methods: { GET: listTasks } },
  { pattern: /^\/v2\/tasks\/delete$/, methods: { POST: killTasks } },
  { pattern: /^\/v2\/queue$/, methods: { GET: showQueue } },
  {
    pattern: /^\/v2\/queue\/(.+)\/delay$/,
    methods: { DELETE: (_request, context, id = "") => resetDelay(id, context) },
  },
  {
    pattern: /^\/v2\/deployments$/,
    methods: { GET: (_request, { engine }) => json(engine.deployments.list()) },
  },
  {
    pattern: /^\/v2\/deployments\/([^/]+)$/,
    methods: { DELETE: (request, context, id = "") => deleteDeployment(id, request, context) },
  },
  {
    pattern: /^\/v2\/apps\/?$/,
    methods: {
      GET: listApps,
      POST: postApp,
      PUT: (request, context) => writeApps(request, context, true),
      PATCH: (request, context) => writeApps(request, context, false),
    },
  },
  {
    pattern: /^\/v2\/apps\/(.+)\/restart$/,
    methods: { POST: (request, context, id = "") => restartApp(id, request, context) },
  },
  {
    pattern: /^\/v2\/apps\/(.+)\/tasks$/,
    methods: {
      GET: (_request, context, id = "") => showAppTasks(id, context),
      DELETE: (request, context, id = "") => killAppTasks(id, request, context),
    },
  },
  {
    pattern: /^\/v2\/apps\/(.+)\/tasks\/([^/]+)$/,
    methods: { DELETE: (request, context, id = "", task = "") => killAppTask(id, task, request, context) },
  },
  {
    pattern: /^\/v2\/apps\/(.+)\/versions$/,
    methods: { GET: (_request, context, id = "") => listVersions(id, context) },
  },
  {
    pattern: /^\/v2\/apps\/(.+)\/versions\/([^/]+)$/,
    methods: { GET: (_request, context, id = "", version = "") => showVersion(id, version, context) },
  },
  {
    pattern: /^\/v2\/apps\/(.+)$/,
    methods: {
      GET: (request, context, id = "") => showApp(id, request, context),
      PUT: (request, context, id = "") => putApp(id, request, context),
      PATCH: (request, context, id = "") => patchApp(id, request, context),
      DELETE: (request, context, id = "") => deleteApp(id, request, context),
    },
  },
  {
    pattern: /^\/v2\/groups(?:\/(.*))?$/,
    methods: {
      GET: (request, context, path = "") => getGroup(`/${path}`, request, context),
      POST: (request, context, path = "") => postGroup(path, request, context),
      PUT: (request, context, path = "") => putGroupAt(path, request, context),
      PATCH: (request, context, path = "") => patchGroup(path, request, context),
      DELETE: (request, context, path = "") => deleteGroup(path, request, context),
    },
  },
  { pattern: /^\/v2\/pods\/::status$/, methods: { GET: (_request, context) => podStatuses(context) } },
  {
    pattern: /^\/v2\/pods\/?$/,
    methods: {
      HEAD: () => empty(200),
      GET: (_request, context) => json(allPods(context).map(podShown)),
      POST: postPod,
    },
  },
  {
    pattern: /^\/v2\/pods\/(.+::instances(?:\/.+)?)$/,
    methods: { DELETE: (request, context, path = "") => deleteInstances(path, request, context) },
  },
  {
    pattern: /^\/v2\/pods\/(.+)$/,
    methods: {
      GET: (_request, context, path = "") => getPod(path, context),
      PUT: (request, context, path = "") => putPod(path, request, context),
      DELETE: (request, context, path = "") => deletePod(path, request, context),
    },
  },
];

/** Throws a Refusal: 500 for a path that is not there, 405 for a method that a path has not. */
export async function route(request: HttpRequest, context: ApiContext): Promise<Answer> {
  for (const { pattern, methods } of ROUTES) {
    const found = pattern.exec(request.path);
    if (found === null) continue;
    const respond = methods[request.method] ?? (request.method === "HEAD" ? methods["GET"] : undefined);
    if (respond === undefined) throw plainRefusal(405, "Method Not Allowed");
    return respond(request, context, ...found.slice(1).map((part) => part ?? ""));
  }
  throw plainRefusal(500, "URI not found");
}

function ping(request: HttpRequest): Answer {
  const accept = request.headers.get("accept") ?? "*/*";
  return accept.includes("application/json") && !accept.includes("text/plain")
    ? json("pong")
    : plainText(200, "pong");
}
