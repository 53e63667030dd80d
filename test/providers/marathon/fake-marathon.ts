/** An imitated Marathon behind a real HTTP server: the calls that the provider makes, answered by the facts. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { type FakeDeployment, FakeState, shownApp } from "./fake-state.js";

interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Json;
}

export class FakeMarathon {
  readonly state = new FakeState();
  /** `METHOD path?query` of writes. */
  readonly writes: string[] = [];
  readonly bodies: Json[] = [];
  readonly pods = new Map<string, JsonObject>();
  /** The next write is carried out, and its answer is lost. */
  loseNextAnswer = false;
  /** The next write is refused with 422 and this body. */
  refuseNext: JsonObject | null = null;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void this.answer(request).then((reply) => {
        if (reply === null) {
          request.socket.destroy();
          return;
        }
        response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
        response.end(reply.body === "" ? "" : JSON.stringify(reply.body));
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Lets every deployment come to its end. */
  settle(): void {
    for (let at = 0; at < 100; at += 1) this.state.tick();
  }

  private async answer(request: IncomingMessage): Promise<Reply | null> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const url = new URL(request.url ?? "/", "http://x");
    const method = request.method ?? "GET";
    const body = text === "" ? null : (JSON.parse(text) as Json);
    const isWrite = method !== "GET" && url.searchParams.get("dryRun") !== "true";
    if (isWrite) {
      this.writes.push(`${method} ${url.pathname}${url.search}`);
      this.bodies.push(body);
    }
    if (isWrite && this.refuseNext !== null) {
      const refused = this.refuseNext;
      this.refuseNext = null;
      return { status: 422, body: refused };
    }
    const reply = this.route({ method, path: url.pathname, query: url.searchParams, body });
    if (!isWrite || !this.loseNextAnswer) return reply;
    this.loseNextAnswer = false;
    return null;
  }

  private route(asked: Asked): Reply {
    const [, , what, ...rest] = asked.path.split("/");
    const id = `/${rest.join("/")}`;
    switch (what) {
      case "info":
        return ok({
          version: "1.11.24",
          elected: true,
          leader: "m:8080",
          frameworkId: this.state.frameworkId,
        });
      case "apps":
        return this.apps(asked, id);
      case "groups":
        return this.groups(asked, id);
      case "pods":
        return this.podCalls(asked, id);
      case "deployments":
        return this.deployments(asked, rest.join("/"));
      case "queue":
        return ok({ queue: this.queue() });
      default:
        return { status: 500, body: { message: "URI not found" } };
    }
  }

  private apps({ method, query, body }: Asked, id: string): Reply {
    const { state } = this;
    if (id === "/" && method === "GET")
      return ok({ apps: [...state.apps.values()].map((app) => shownApp(app, state.deployments)) });
    const target = method === "POST" && isObject(body) ? String(body["id"]) : id;
    const app = state.apps.get(target);
    if (method === "POST") {
      if (app !== undefined)
        return { status: 409, body: { message: `An app with id [${target}] already exists.` } };
      return this.started(new Map([[target, isObject(body) ? body : {}]]), query, 201);
    }
    if (app === undefined)
      return { status: 404, body: { message: `App '${id}' does not exist`, details: [] } };
    if (method === "GET") return ok({ app: shownApp(app, state.deployments) });
    if (method === "DELETE") return this.started(new Map([[id, null]]), query);
    const fields = isObject(body) ? body : {};
    if (method === "PATCH") {
      // The two that a partial change clears when it does not name them.
      const {
        executorResources: _e,
        resourceLimits: _l,
        ...kept
      } = { ...app.written, instances: app.instances } as JsonObject;
      return this.started(new Map([[id, { ...kept, ...fields }]]), query);
    }
    const { executorResources: _lost, ...definition } = fields;
    return this.started(new Map([[id, { ...definition, id }]]), query);
  }

  /** 409 while another deployment holds one of the apps. */
  private started(
    changes: ReadonlyMap<string, JsonObject | null>,
    query: URLSearchParams,
    status = 200,
  ): Reply {
    const force = query.get("force") === "true";
    const holders = this.state.holders([...changes.keys()]);
    if (holders.length > 0 && !force) {
      const message =
        "App is locked by one or more deployments. View details at '/v2/deployments/<DEPLOYMENT_ID>'.";
      return { status: 409, body: { message, deployments: holders.map((holder) => ({ id: holder })) } };
    }
    const deployment = this.state.deploy(changes, force);
    return this.result(deployment, status, [...changes.keys()][0] ?? "");
  }

  private result({ id, version }: FakeDeployment, status: number, created: string): Reply {
    const headers = { "Marathon-Deployment-Id": id };
    if (status !== 201) return { status, body: { deploymentId: id, version }, headers };
    const app = this.state.apps.get(created);
    const shown = app === undefined ? {} : shownApp(app, this.state.deployments);
    const { versionInfo: _none, ...body } = shown;
    return { status, body, headers };
  }

  private deployments({ method, query }: Asked, id: string): Reply {
    const { state } = this;
    if (method === "GET") return ok(state.deployments.map(shownDeployment));
    const found = state.deployments.find((deployment) => deployment.id === id);
    if (found === undefined)
      return { status: 404, body: { message: `DeploymentPlan ${id} does not exist`, details: [] } };
    state.cancel([id]);
    if (query.get("force") === "true") return { status: 202, body: "" };
    return this.result(state.deploy(found.before, true), 200, "");
  }

  private queue(): Json[] {
    return [...this.state.apps.values()]
      .map((app) => ({ app, fresh: app.tasks.filter((task) => task.version >= app.configVersion).length }))
      .filter(({ app, fresh }) => fresh < app.instances && !app.going)
      .map(({ app, fresh }) => ({
        count: app.instances - fresh,
        role: "*",
        delay: { timeLeftSeconds: app.failure === null ? 0 : 7, overdue: app.failure === null },
        since: app.version,
        processedOffersSummary: {
          processedOffersCount: 12,
          rejectSummaryLastOffers: [
            { reason: "AgentMaintenance", declined: 1, processed: 3 },
            { reason: "InsufficientCpus", declined: 2, processed: 2 },
          ],
        },
        app: { id: app.written["id"] ?? "" },
      }));
  }

  private groups({ method, query, body }: Asked, id: string): Reply {
    const shown = this.shownGroup(id);
    if (method === "GET")
      return shown === null
        ? { status: 404, body: { message: `Group '${id}' does not exist`, details: [] } }
        : ok(shown);
    const below = [...this.state.apps.keys()].filter((app) => app.startsWith(`${id}/`));
    if (method === "DELETE") return this.started(new Map(below.map((app) => [app, null])), query);
    const changes = new Map<string, JsonObject | null>();
    collect(isObject(body) ? body : {}, id, below, changes);
    if (query.get("dryRun") !== "true") return this.started(changes, query);
    const actions: JsonObject[] = [...changes].map(([app, written]) => ({
      action:
        written === null
          ? "StopApplication"
          : this.state.apps.has(app)
            ? "RestartApplication"
            : "StartApplication",
      app,
    }));
    actions.push(...this.podsOfDropped(id, body).map((pod) => ({ action: "StopPod", pod })));
    return ok({ steps: actions.length === 0 ? [] : [{ actions }] });
  }

  /** Pods of a kept group stay, pods of a dropped one go with it. */
  private podsOfDropped(id: string, body: Json): string[] {
    const groups = isObject(body) ? body["groups"] : undefined;
    if (!Array.isArray(groups)) return [];
    const named = (groups as readonly JsonObject[]).map((group) => String(group["id"]));
    return [...this.pods.keys()].filter((pod) => {
      const child = `${id}/${pod.slice(id.length + 1).split("/")[0]}`;
      return pod.startsWith(`${id}/`) && pod !== child && !named.includes(child);
    });
  }

  private shownGroup(id: string): JsonObject | null {
    const ids = [...this.state.apps.keys()].filter((app) => app.startsWith(`${id}/`));
    if (ids.length === 0) return null;
    const direct = ids.filter((app) => !app.slice(id.length + 1).includes("/"));
    const children = new Set(
      ids.filter((app) => !direct.includes(app)).map((app) => app.slice(id.length + 1).split("/")[0] ?? ""),
    );
    const top = id.split("/").length === 2;
    return {
      id,
      // In an order that nobody asked for.
      apps: direct.reverse().flatMap((app) => {
        const found = this.state.apps.get(app);
        const { tasks: _t, deployments: _d, ...shown } = found === undefined ? {} : shownApp(found, []);
        return found === undefined ? [] : [shown as JsonObject];
      }),
      pods: [],
      groups: [...children].flatMap((child) => this.shownGroup(`${id}/${child}`) ?? []),
      dependencies: [],
      version: "2021-03-05T07:40:02.118Z",
      ...(top ? { enforceRole: false } : {}),
    };
  }

  private podCalls({ method, body }: Asked, path: string): Reply {
    const [id = "", sub] = path.split("::");
    const target = method === "POST" && isObject(body) ? String(body["id"]) : id;
    const known = this.pods.get(target);
    const headers = { "Marathon-Deployment-Id": `pod-${this.writes.length}` };
    if (method === "POST" || (method === "PUT" && known !== undefined)) {
      if (method === "POST" && known !== undefined)
        return { status: 409, body: { message: `A pod with id [${target}] already exists.` } };
      const pod = { version: this.state.nextVersion(), role: "*", ...(isObject(body) ? body : {}) };
      this.pods.set(target, pod);
      return { status: method === "POST" ? 201 : 200, body: pod, headers };
    }
    if (known === undefined)
      return { status: 404, body: { message: `Pod '${id}' does not exist`, details: [] } };
    if (method === "DELETE") {
      this.pods.delete(target);
      return { status: 202, body: "", headers };
    }
    return ok(sub === "status" ? podStatus(target, known) : known);
  }
}

function ok(body: Json): Reply {
  return { status: 200, body };
}

function shownDeployment(deployment: FakeDeployment): JsonObject {
  const actions = deployment.apps.map((app) => ({ action: "ScaleApplication", app }));
  return {
    id: deployment.id,
    steps: [{ actions }],
    version: deployment.version,
    affectedApps: [...deployment.apps],
    affectedPods: [],
    currentActions: actions.map((action) => ({ ...action, readinessCheckResults: [] })),
    currentStep: 1,
    totalSteps: 1,
  };
}

function podStatus(id: string, pod: JsonObject): JsonObject {
  const scaling = isObject(pod["scaling"]) ? pod["scaling"] : {};
  const count = Number(scaling["instances"] ?? 1);
  const instances = Array.from({ length: count }, (_, at) => ({
    id: `${id}.instance-${at}`,
    status: "STABLE",
  }));
  return { id, spec: pod, status: "STABLE", instances };
}

/** What a group's PUT means for apps: full definitions, and an end for those that a list leaves out. */
function collect(
  group: JsonObject,
  id: string,
  below: readonly string[],
  into: Map<string, JsonObject | null>,
): void {
  const list = (name: string): JsonObject[] | null => {
    const value = group[name];
    return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : null;
  };
  const absolute = (member: JsonObject): string => {
    const own = String(member["id"]);
    return own.startsWith("/") ? own : `${id}/${own}`;
  };
  const apps = list("apps");
  const groups = list("groups");
  const named = new Set((apps ?? []).map(absolute));
  const children = new Set((groups ?? []).map(absolute));
  for (const app of below) {
    const rest = app.slice(id.length + 1);
    const gone = rest.includes("/")
      ? groups !== null && !children.has(`${id}/${rest.split("/")[0]}`)
      : apps !== null && !named.has(app);
    if (gone) into.set(app, null);
  }
  for (const app of apps ?? []) into.set(absolute(app), { ...app, id: absolute(app) });
  for (const child of groups ?? []) {
    const own = absolute(child);
    collect(
      child,
      own,
      below.filter((app) => app.startsWith(`${own}/`)),
      into,
    );
  }
}
