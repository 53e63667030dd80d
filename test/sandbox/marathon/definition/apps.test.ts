/** Apps, groups and pods as a Marathon keeps them: the examples, and what must hold for all of them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { normaliseApp } from "../../../../src/sandbox/marathon/definition/app/normalise.js";
import { changeApp, createApp, replaceApp } from "../../../../src/sandbox/marathon/definition/app/update.js";
import { readGroup, writeGroup } from "../../../../src/sandbox/marathon/definition/group/write.js";
import { createPod } from "../../../../src/sandbox/marathon/definition/pod/normalise.js";
import { Refusal } from "../../../../src/sandbox/marathon/definition/refusal.js";
import { emptyRoot, type Root } from "../../../../src/sandbox/marathon/definition/root.js";
import { newRunSpec } from "../../../../src/sandbox/marathon/definition/run-spec.js";
import type { DefinitionSettings } from "../../../../src/sandbox/marathon/definition/settings.js";
import { nextRoot } from "../../../../src/sandbox/marathon/definition/versioning.js";
import { actionName, planDeployment } from "../../../../src/sandbox/marathon/deployment/plan.js";
import { canonicalJson, type Json, type JsonObject } from "../../../../src/value/json.js";
import { example, exampleObject, part } from "../examples.js";

const definitions = suite("definitions");

const settings: DefinitionSettings = {
  defaultNetworkName: null,
  features: new Set(),
  role: "*",
  newGroupEnforceRole: "off",
  localPortMin: 10_000,
  localPortMax: 20_000,
};
const context = { settings, role: "*" };

const LIVE = [
  "version",
  "versionInfo",
  "tasksStaged",
  "tasksRunning",
  "tasksHealthy",
  "tasksUnhealthy",
  "deployments",
  "tasks",
];

function still(app: Json): JsonObject {
  return Object.fromEntries(Object.entries(app as JsonObject).filter(([name]) => !LIVE.includes(name)));
}

function same(actual: Json, expected: Json): void {
  assert.is(canonicalJson(actual), canonicalJson(expected));
}

function refusal(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

function rootWith(...apps: readonly JsonObject[]): Root {
  const empty = emptyRoot("2021-03-04T09:00:00.000Z");
  const specs = new Map(
    apps.map((app) => [String(app["id"]), newRunSpec("app", app, "2021-03-04T09:00:00.000Z")]),
  );
  return nextRoot(empty, { ...empty, specs }, { settings, version: "2021-03-04T09:00:00.000Z" });
}

definitions("example 01 becomes 02", () => {
  same(createApp(example("01-app-create-request"), context), still(example("02-app-create-response-201")));
});

definitions("example 04, with the port given out", () => {
  const pair = exampleObject("04-app-host-network-pair");
  const app = createApp(part(pair, "request", "body"), context);
  const other = createApp({ id: "/a", cmd: "sleep 1", portDefinitions: [{ port: 10_000 }] }, context);
  const stored = rootWith(other, app).specs.get("/shop/worker")?.definition ?? {};
  same(stored, still(part(pair, "laterGet", "body", "app")));
});

definitions("example 05: older spellings", () => {
  const pair = exampleObject("05-app-legacy-pair");
  const app = createApp(part(pair, "request", "body"), context);
  for (const [name, value] of Object.entries(part(pair, "partsOfLaterGetThatDiffer") as JsonObject)) {
    same(app[name] ?? null, value);
  }
});

definitions("examples 07 to 09: a group written, and its plan", () => {
  const web = createApp(example("01-app-create-request"), context);
  const legacy = createApp(part(example("05-app-legacy-pair"), "request", "body"), context);
  const empty = rootWith({ ...web, dependencies: [] }, legacy);
  const groups = new Map([...empty.groups, ["/shop", { id: "/shop", dependencies: [], enforceRole: false }]]);
  const original = { ...empty, groups };
  const request = readGroup("/shop", exampleObject("07-group-put-request"));
  if (request.kind !== "content") throw new Error(request.kind);
  assert.is(request.id, "/shop");
  const target = nextRoot(original, writeGroup(original, request, settings), {
    settings,
    version: "2021-03-05T07:40:02.118Z",
  });
  const group = exampleObject("08-group-get-response");
  same(target.specs.get("/shop/web")?.definition ?? null, still(part(group, "apps", 0)));
  same(target.specs.get("/shop/data/cart")?.definition ?? null, still(part(group, "groups", 0, "apps", 0)));
  const steps = planDeployment("p", original, target).steps.map(({ actions }) => ({
    actions: actions.map((action) => ({ action: actionName(action), [action.kind]: action.id })),
  }));
  same({ steps }, example("09-group-dryrun-response"));
});

definitions("example 18: a pod", () => {
  const pod = exampleObject("18-pod-create-get-status");
  same(createPod(part(pod, "create", "body"), context), still(part(pod, "get", "body")));
});

definitions("bringing an app into its form twice changes nothing", () => {
  for (const body of [
    example("01-app-create-request"),
    part(example("04-app-host-network-pair"), "request", "body"),
    part(example("05-app-legacy-pair"), "request", "body"),
  ]) {
    const app = createApp(body, context);
    same(normaliseApp(app, context), app);
    const stored = rootWith(app).specs.get(String(app["id"]))?.definition ?? {};
    const again = changeApp(stored, { instances: stored["instances"] ?? 1 }, context);
    same(again.kind === "change" ? again.app : null, stored);
  }
});

definitions("a partial change keeps, a replacement forgets", () => {
  const app = createApp({ id: "/a", cmd: "sleep 9", user: "x", executorResources: { cpus: 1 } }, context);
  const changed = changeApp(app, { cpus: 2, user: null }, context);
  if (changed.kind !== "change") throw new Error(changed.kind);
  assert.is(changed.app["user"], "x");
  assert.is(changed.app["executorResources"], undefined);
  const replaced = replaceApp(
    "/a",
    { cmd: "sleep 9", instances: 3, executorResources: { cpus: 1 } },
    context,
  );
  assert.is(replaced["user"], undefined);
  assert.is(replaced["executorResources"], undefined);
  assert.is(replaced["instances"], 3);
});

definitions("example 16: what is refused, and how", () => {
  const list = example("16-errors-422") as readonly JsonObject[];
  const body = (at: number) => list[at]?.["body"] ?? null;
  same(refusal(() => createApp({ id: 7, cmd: "sleep 60" }, context)).body, body(0));
  same(refusal(() => createApp({ cmd: "sleep 60" }, context)).body, body(1));
  same(refusal(() => createApp({ id: "/a", cmd: "sleep 60", gpus: 1 }, context)).body, body(2));
  same(
    refusal(() => createApp({ id: "/a", cmd: "sleep 60", mem: 256, resourceLimits: { mem: 128 } }, context))
      .body,
    body(3),
  );
  const app = createApp(example("01-app-create-request"), context);
  same(refusal(() => changeApp(app, { ...app, version: "2021-03-04T09:15:00.120Z" }, context)).body, body(4));
});

definitions("rules", () => {
  const errors = (app: JsonObject) => {
    const details = refusal(() => createApp({ id: "/a", cmd: "sleep 60", ...app }, context)).body["details"];
    return (details as readonly { path: string; errors: string[] }[]).map(({ path }) => path);
  };
  assert.equal(errors({ cmd: "x" }), ["/"]);
  assert.equal(errors({ args: ["a"] }), ["/"]);
  assert.equal(errors({ id: "/UPPER" }), ["/id"]);
  assert.equal(errors({ id: "/a/tasks" }), ["/id"]);
  assert.equal(errors({ constraints: [["hostname", "UNIQUE", "x"]] }), ["/constraints(0)"]);
  assert.equal(errors({ networks: [{ mode: "container" }] }), ["/networks"]);
  assert.equal(errors({ upgradeStrategy: { minimumHealthCapacity: 1 } }), [
    "/upgradeStrategy/maximumOverCapacity",
  ]);
  assert.equal(errors({ acceptedResourceRoles: ["web"] }), ["/acceptedResourceRoles"]);
  assert.equal(errors({ healthChecks: [{ portIndex: 3 }] }), ["/healthChecks(0)"]);
  assert.equal(errors({ instances: -1, cpus: "much" }), ["/cpus", "/instances"]);
});

definitions.run();
