/**
 * The resources of the sandbox's Marathon against the example documents of a real one: the same status, the same members in the
 * same order, the same values but for ids, times and places.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MemoryStore } from "../../../../src/sandbox/marathon/storage/store.js";
import type { Json, JsonObject } from "../../../../src/value/json.js";
import { MemoryCluster } from "../engine/memory-cluster.js";
import { ManualClock, World } from "../engine/world.js";
import { example, exampleObject, part } from "../examples.js";
import { Api, masked, objectAt } from "./api.js";

const APPS = { cart: { id: "/shop/cart", cmd: "exec ./cart", cpus: 0.1, mem: 32 } };
const WORKER = {
  ...(part(example("06-app-update-bodies"), "fullReplacementThatUnsetsUser", "body") as JsonObject),
  instances: 2,
  user: "shop",
};

function like(actual: Json, expected: Json): void {
  assert.fixture(masked(actual), masked(expected));
}

const examples = suite("Marathon's examples over the API");

examples("01 to 03: an app is created, and shown while its deployment runs", async () => {
  const api = await Api.start();
  await api.ask("POST", "/v2/apps", APPS.cart);
  await api.world.clock.pass(2_000);
  const created = await api.ask("POST", "/v2/apps", exampleObject("01-app-create-request"));
  assert.is(created.status, 201);
  assert.is(created.headers["Location"], "/shop/web");
  like(created.body, example("02-app-create-response-201"));
  assert.is(created.headers["Marathon-Deployment-Id"], objectAt(created.body, "deployments", 0)["id"]);
  assert.match(created.text, '"mem":256.0');
  await api.world.clock.pass(5);
  const shown = objectAt((await api.get("/v2/apps/shop/web")).body, "app");
  const wanted = exampleObject("03-app-get-response");
  assert.equal(Object.keys(shown), Object.keys(objectAt(wanted, "app")));
  const { servicePort } = objectAt(shown, "container", "portMappings", 0);
  assert.ok(Number(servicePort) >= 10_000);
  await api.world.clock.pass(30_000);
  const healthy = (await api.get("/v2/apps/shop/web")).body;
  like([objectAt(healthy, "app", "tasks", 0)], [objectAt(wanted, "app", "tasks", 0)]);
  assert.is(objectAt(healthy, "app")["tasksHealthy"], 3);
});

examples("07 to 09: a group is written, shown, and rehearsed", async () => {
  const api = await Api.start();
  const request = exampleObject("07-group-put-request");
  const before = {
    id: "/shop",
    apps: [
      { id: "web", cmd: "exec ./web" },
      { id: "legacy-api", cmd: "exec ./old" },
    ],
  };
  assert.is((await api.ask("POST", "/v2/groups", { ...before, enforceRole: false })).status, 201);
  await api.world.clock.pass(60_000);
  const rehearsed = await api.ask("PUT", "/v2/groups/shop?dryRun=true", request);
  like(rehearsed.body, example("09-group-dryrun-response"));
  const written = await api.ask("PUT", "/v2/groups/shop", request);
  assert.is(written.status, 200);
  await api.world.clock.pass(60_000);
  like((await api.get("/v2/groups/shop")).body, example("08-group-get-response"));
});

examples("10 and 11: a deployment is listed, rolled back and stopped", async () => {
  const api = await Api.start();
  await api.ask("POST", "/v2/apps", { ...exampleObject("01-app-create-request"), dependencies: [] });
  like((await api.get("/v2/deployments")).body, [part(example("10-deployments-list"), 0)]);
  const answers = exampleObject("11-deployment-delete-responses");
  const { id } = objectAt((await api.get("/v2/deployments")).body, 0);
  const back = await api.ask("DELETE", `/v2/deployments/${String(id)}`);
  assert.is(back.status, 200);
  like(back.body, part(answers, "rollback", "body"));
  await api.world.clock.pass(60_000);
  assert.is((await api.get("/v2/apps/shop/web")).status, 404);
  await api.ask("POST", "/v2/apps", { id: "/stuck", cmd: "exec ./x", cpus: 900 });
  const [stuck] = (await api.get("/v2/deployments")).body as readonly JsonObject[];
  const stopped = await api.ask("DELETE", `/v2/deployments/${String(stuck?.["id"])}?force=true`);
  assert.equal([stopped.status, stopped.text], [202, ""]);
  assert.is((await api.get("/v2/apps/stuck")).status, 200);
  const unknown = await api.ask("DELETE", "/v2/deployments/nope");
  assert.is(unknown.status, 404);
  like(unknown.body, part(answers, "unknown", "body"));
});

examples("12: what waits, and why offers were refused", async () => {
  const clock = new ManualClock();
  const agents = [1, 2].map((number) => ({
    id: `S${number}`,
    hostname: `agent-a${number}.example.test`,
    cpus: 0.1,
    mem: 512,
    disk: 20_480,
    attributes: { dc: "a" },
  }));
  const api = await Api.start(new World(new MemoryStore(), clock, new MemoryCluster(clock, agents)));
  await api.ask("POST", "/v2/apps", WORKER);
  await clock.pass(1_000);
  const queue = (await api.get("/v2/queue?embed=lastUnusedOffers")).body;
  const wanted = exampleObject("12-queue");
  assert.equal(shapeOf(objectAt(queue, "queue", 0)), shapeOf(objectAt(wanted, "queue", 0)));
  like(objectAt(queue, "queue", 0, "app"), objectAt(wanted, "queue", 0, "app"));
  assert.equal(objectAt(queue, "queue", 0, "lastUnusedOffers", 0)["reason"], ["InsufficientCpus"]);
  const plain = (await api.get("/v2/queue")).body;
  assert.is(objectAt(plain, "queue", 0)["lastUnusedOffers"], undefined);
  assert.is((await api.ask("DELETE", "/v2/queue/shop/worker/delay")).status, 204);
});

examples("13: tasks are listed, killed, and killed with their place", async () => {
  const api = await Api.start();
  await api.ask("POST", "/v2/apps", WORKER);
  await api.world.clock.pass(60_000);
  const wanted = exampleObject("13-tasks-and-kill");
  const { body } = await api.get("/v2/tasks?status=running");
  like([objectAt(body, "tasks", 0)], [objectAt(wanted, "listAllRunning", "body", "tasks", 0)]);
  const [first, second] = (body as { tasks: readonly JsonObject[] }).tasks.map(({ id }) => String(id));
  const killed = await api.ask("DELETE", `/v2/apps/shop/worker/tasks/${first}`);
  like(killed.body, part(wanted, "killOneWithoutShrinking", "response"));
  await api.world.clock.pass(60_000);
  const again = (await api.get("/v2/apps/shop/worker/tasks")).body as { tasks: readonly JsonObject[] };
  assert.ok(
    again.tasks.some(({ id }) => id === first?.replace(/1$/, "2")),
    "the next incarnation runs",
  );
  const shrunk = await api.ask("POST", "/v2/tasks/delete?scale=true", { ids: [second ?? ""] });
  like(shrunk.body, part(wanted, "killTheseAndShrink", "response"));
  await api.world.clock.pass(60_000);
  assert.is(objectAt((await api.get("/v2/apps/shop/worker")).body, "app")["instances"], 1);
});

examples("14: what it says of itself, credentials masked", async () => {
  const api = await Api.start();
  const info = (await api.get("/v2/info")).body as JsonObject;
  const wanted = exampleObject("14-info");
  assert.equal(Object.keys(info), Object.keys(wanted));
  for (const name of ["marathon_config", "zookeeper_config", "http_config"]) {
    const [own, theirs] = [objectAt(info, name), objectAt(wanted, name)];
    assert.equal(Object.keys(own).sort(), Object.keys(theirs).sort());
    const fixed = (one: JsonObject) => masked(Object.fromEntries(Object.entries(one).sort()));
    const sites = { master: null, zk: null, mesos_leader_ui_url: null };
    assert.fixture(fixed({ ...own, ...sites }), fixed({ ...theirs, ...sites }));
  }
  assert.not.match(JSON.stringify(info), "u:p@");
});

examples("15 to 17: refusals in their words", async () => {
  const api = await Api.start();
  const web = { ...exampleObject("01-app-create-request"), dependencies: [] };
  const refusedWith = async (wanted: Json, method: string, target: string, body?: Json) => {
    const { status, body: answer } = await api.ask(method, target, body);
    assert.is(status, objectAt(wanted)["status"], `${method} ${target}`);
    const text = masked(answer).replace(/"details": "[^"]*"/, '"details": "<parser text, a string>"');
    assert.fixture(text, masked(part(wanted, "body")));
  };
  const at = (name: string, index: number) => part(example(name), index);
  const [taken, shapes, rest] = ["15-errors-409-403", "16-errors-422", "17-errors-400-401-404-500"];
  await api.ask("POST", "/v2/apps", web);
  await refusedWith(at(taken, 0), "PUT", "/v2/apps/shop/web", { cpus: 0.1 });
  await refusedWith(at(taken, 1), "POST", "/v2/apps", web);
  await refusedWith(at(taken, 2), "POST", "/v2/groups", { id: "/shop" });
  await refusedWith(at(shapes, 0), "POST", "/v2/apps", { id: 7, cmd: "sleep 60" });
  await refusedWith(at(shapes, 1), "POST", "/v2/apps", { cmd: "sleep 60" });
  await refusedWith(at(shapes, 2), "POST", "/v2/apps", { id: "/g", cmd: "sleep 60", gpus: 1 });
  const limits = { id: "/l", cmd: "sleep 60", mem: 256, resourceLimits: { mem: 128 } };
  await refusedWith(at(shapes, 3), "POST", "/v2/apps", limits);
  const shown = objectAt((await api.get("/v2/apps/shop/web")).body, "app");
  await refusedWith(at(shapes, 4), "PUT", "/v2/apps/shop/web", shown);
  await refusedWith(at(shapes, 5), "PATCH", "/v2/groups/shop/data", { enforceRole: true });
  await refusedWith(at(rest, 0), "POST", "/v2/apps", '{"id": ');
  await refusedWith(at(rest, 1), "POST", "/v2/apps");
  await refusedWith(at(rest, 2), "DELETE", "/v2/apps/shop/web/tasks?scale=true&wipe=true");
  await refusedWith(at(rest, 4), "GET", "/v2/apps/shop/none");
  await refusedWith(at(rest, 5), "GET", "/v2/groups/none");
  await refusedWith(at(rest, 6), "DELETE", "/v2/queue/shop/none/delay");
  await refusedWith(at(rest, 8), "GET", "/v2/nonsense");
});

examples("18: a pod is created, shown, watched and deleted", async () => {
  const api = await Api.start();
  const wanted = exampleObject("18-pod-create-get-status");
  const created = await api.ask("POST", "/v2/pods", part(wanted, "create", "body"));
  assert.is(created.status, 201);
  await api.world.clock.pass(60_000);
  like((await api.get("/v2/pods/shop/batch")).body, part(wanted, "get", "body"));
  const status = await api.get("/v2/pods/shop/batch::status");
  like(status.body, part(wanted, "status", "body"));
  assert.match(status.text, '"mem":128,');
  const versions = (await api.get("/v2/pods/shop/batch::versions")).body as readonly string[];
  assert.is(versions.length, 1);
  const gone = await api.ask("DELETE", "/v2/pods/shop/batch");
  assert.equal([gone.status, gone.text], [202, ""]);
  await api.world.clock.pass(60_000);
  assert.equal((await api.get("/v2/pods")).body, []);
});

examples("19: events have their members", async () => {
  const api = await Api.start();
  const attached = await api.ask("GET", "/v2/events", undefined, { accept: "text/event-stream" });
  assert.is(attached.headers["Content-Type"], "text/event-stream;charset=utf-8");
  const labels = { "sandbox.unhealthy-after": "60secs" };
  await api.ask("POST", "/v2/apps", { ...exampleObject("01-app-create-request"), dependencies: [], labels });
  await api.world.clock.pass(120_000);
  await api.ask("POST", "/v2/apps", { id: "/stuck", cmd: "exec ./x", cpus: 900 });
  await api.ask("PUT", "/v2/apps/stuck?force=true", { instances: 0 });
  await api.world.clock.pass(1_000);
  api.closeStream();
  const seen = new Map<string, string[]>();
  for (const frame of api.stream.split("\r\n\r\n").filter((one) => one.trim() !== "")) {
    const [, type = "", data = "{}"] = /^event: (.*)\r\ndata: (.*)$/.exec(frame) ?? [];
    seen.set(type, [...(seen.get(type) ?? []), JSON.stringify(shapeOf(JSON.parse(data) as Json))]);
  }
  for (const { event, data } of example("19-events") as unknown as { event: string; data: JsonObject }[]) {
    const shape = JSON.stringify(shapeOf(data));
    assert.ok(
      seen.get(event)?.includes(shape),
      `${event}: ${shape} is none of ${seen.get(event)?.join(" ")}`,
    );
  }
  assert.is((await api.ask("GET", "/v2/events")).status, 405);
});

examples("20: the leader, and metrics", async () => {
  const api = await Api.start();
  const wanted = exampleObject("20-leader-and-metrics");
  like((await api.get("/v2/leader")).body, part(wanted, "leader", "body"));
  like((await api.ask("DELETE", "/v2/leader")).body, part(wanted, "abdicate", "body"));
  assert.is(api.abdicated, 1);
  const metrics = (await api.get("/metrics")).body as JsonObject;
  const theirs = objectAt(wanted, "metricsJson", "body");
  for (const kind of ["counters", "gauges"]) {
    for (const name of Object.keys(objectAt(theirs, kind))) assert.ok(name in objectAt(metrics, kind), name);
  }
  assert.match((await api.get("/metrics/prometheus")).text, "marathon_apps_active_gauge 0");
});

/** Names of members and kinds of values; of an array the first item. */
function shapeOf(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).slice(0, 1).map(shapeOf);
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([name, item]) => [name, shapeOf(item)]),
  );
}

examples.run();
