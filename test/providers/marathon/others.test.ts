/** Groups, pods and the Marathon itself on an imitated one. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isObject, type JsonObject } from "../../../src/value/json.js";
import { example, objectIn } from "../../marathon/examples.js";
import { codesOf, detailsOf, succeeded, World } from "./world.js";

const GROUP = "MarathonGroup";
const POD = "MarathonPod";
const SHOP: JsonObject = {
  id: "/shop",
  apps: [
    { id: "web", cmd: "exec ./web", instances: 2, dependencies: ["data/cart"] },
    { id: "worker", cmd: "exec ./worker" },
  ],
  groups: [{ id: "data", apps: [{ id: "cart", cmd: "exec ./cart" }] }],
};

function shopWith(apps: readonly JsonObject[]): JsonObject {
  return { ...SHOP, apps };
}
const [web = {}, worker = {}] = SHOP["apps"] as readonly JsonObject[];

const others = suite<{ world: World }>("groups, pods and Marathons");

others.before.each(async (context) => {
  context.world = new World();
  await context.world.start();
});

others.after.each(async ({ world }) => {
  await world.stop();
});

others("a group is in step right after it was created, the example too", async ({ world }) => {
  const spec = world.spec(SHOP);
  const result = succeeded(await world.create(GROUP, spec));
  assert.equal(await world.differing(GROUP, spec), []);
  assert.ok(result.status === "done");
  assert.equal(result.attributes["tasks"], {
    "/shop/web": { instances: 2, running: 2, healthy: 0 },
    "/shop/worker": { instances: 1, running: 1, healthy: 0 },
    "/shop/data/cart": { instances: 1, running: 1, healthy: 0 },
  });
  const other = new World();
  await other.start();
  const written = other.spec(objectIn(example("07-group-put-request")));
  succeeded(await other.create(GROUP, written));
  assert.equal(await other.differing(GROUP, written), []);
  await other.stop();
});

others(
  "a group's update says what stops, starts, restarts and scales, and does it in one deployment",
  async ({ world }) => {
    succeeded(await world.create(GROUP, world.spec(SHOP)));
    const spec = world.spec(
      shopWith([
        { ...web, cmd: "exec ./web2" },
        { id: "api", cmd: "exec ./api" },
      ]),
    );
    const change = await world.change(GROUP, spec);
    assert.equal(world.handler(GROUP).describeSteps(change), [
      "write /shop in one deployment, followed for at most 900 s",
      "stop and delete /shop/worker",
      "start /shop/api",
      "rolling restart of /shop/web",
    ]);
    succeeded(await world.apply(GROUP, change));
    assert.equal(world.marathon.writes, ["PUT /v2/groups/shop", "PUT /v2/groups/shop"]);
    assert.equal(await world.differing(GROUP, spec), []);
    assert.equal([...world.marathon.state.apps.keys()].sort(), ["/shop/api", "/shop/data/cart", "/shop/web"]);
    // The URL says which group it is, and enforceRole is kept.
    const body = world.marathon.bodies.at(-1) ?? null;
    assert.ok(isObject(body) && body["id"] === undefined);
    assert.is(isObject(body) ? body["enforceRole"] : undefined, false);
  },
);

others(
  "an app that was added to a listed group is seen, and never deleted without having been planned",
  async ({ world }) => {
    succeeded(await world.create(GROUP, world.spec(SHOP)));
    const changed = world.spec(shopWith([{ ...web, cmd: "exec ./web2" }, worker]));
    const change = await world.change(GROUP, changed);
    world.marathon.state.deploy(new Map([["/shop/theirs", { id: "/shop/theirs", cmd: "sleep 1" }]]), false);
    world.marathon.settle();
    const result = await world.apply(GROUP, change);
    assert.equal(codesOf(result), ["changed-meanwhile"]);
    assert.equal(await world.differing(GROUP, world.spec(SHOP)), ["definition.apps[id=/shop/theirs]"]);
  },
);

others("what goes with a group and no plan can show is found by the dry run", async ({ world }) => {
  succeeded(await world.create(GROUP, world.spec(SHOP)));
  world.marathon.pods.set("/shop/data/batch", { id: "/shop/data/batch", version: "v", containers: [] });
  const smaller = world.spec({ ...SHOP, apps: [{ ...web, dependencies: [] }, worker], groups: [] });
  const result = await world.update(GROUP, smaller);
  assert.equal(codesOf(result), ["marathon-would-delete"]);
  assert.match(detailsOf(result), /it would delete \/shop\/data\/batch/);
  assert.is(world.marathon.writes.length, 1);
  world.marathon.pods.clear();
  succeeded(await world.update(GROUP, smaller));
  assert.not.ok(world.marathon.state.apps.has("/shop/data/cart"));
});

others(
  "a group that lists no apps leaves those of others alone, and is not deleted over their heads",
  async ({ world }) => {
    const spec = world.spec({ id: "/shop", groups: SHOP["groups"] ?? [] });
    succeeded(await world.create(GROUP, spec));
    world.marathon.state.deploy(new Map([["/shop/theirs", { id: "/shop/theirs", cmd: "sleep 1" }]]), false);
    world.marathon.settle();
    assert.equal(await world.differing(GROUP, spec), []);
    const result = await world.delete(GROUP, spec);
    assert.equal(codesOf(result), ["marathon-group-not-empty"]);
    assert.match(detailsOf(result), /\/shop\/theirs/);
    world.marathon.state.deploy(new Map([["/shop/theirs", null]]), false);
    world.marathon.settle();
    assert.is(succeeded(await world.delete(GROUP, spec)).status, "deleted");
    assert.is(world.marathon.state.apps.size, 0);
  },
);

others("numbers of instances of a group can be somebody else's", async ({ world }) => {
  const spec = world.spec(SHOP, { scaling: "external" });
  succeeded(await world.create(GROUP, spec));
  const held = world.marathon.state.definitionOf("/shop/web") ?? {};
  world.marathon.state.deploy(new Map([["/shop/web", { ...held, instances: 7 }]]), false);
  world.marathon.settle();
  assert.equal(await world.differing(GROUP, spec), []);
  succeeded(
    await world.update(GROUP, world.spec(shopWith([web, { ...worker, mem: 256 }]), { scaling: "external" })),
  );
  assert.is(world.marathon.state.apps.get("/shop/web")?.instances, 7);
});

others("a group whose deployment does not end is rolled back as a whole", async ({ world }) => {
  const spec = world.spec(SHOP);
  succeeded(await world.create(GROUP, spec));
  const deployment = { timeoutSeconds: 20, rollback: "automatic" };
  const bad = world.spec(
    shopWith([
      { ...web, cmd: "no-offers" },
      { ...worker, mem: 256 },
    ]),
    { deployment },
  );
  const result = await world.update(GROUP, bad);
  assert.equal(codesOf(result), ["marathon-rolled-back"]);
  assert.match(detailsOf(result), /\/shop\/web: 2 instances wait for offers/);
  assert.equal(await world.differing(GROUP, spec), []);
});

others("a pod is created, changed, scaled and deleted", async ({ world }) => {
  const pod = objectIn(example("18-pod-create-get-status"), "create", "body");
  const spec = world.spec(pod);
  succeeded(await world.create(POD, spec));
  assert.equal(await world.differing(POD, spec), []);
  assert.equal(codesOf(await world.create(POD, spec)), ["exists-unmanaged"]);
  const scaled = world.spec({ ...pod, scaling: { instances: 3 } });
  const change = await world.change(POD, scaled);
  assert.equal(world.handler(POD).describeSteps(change), [
    "scale /shop/batch from 1 to 3, followed for at most 900 s",
  ]);
  succeeded(await world.apply(POD, change));
  assert.equal(await world.differing(POD, scaled), []);
  const elsewhere = world.spec({ ...pod, labels: { a: "b" } }, { scaling: "external" });
  succeeded(await world.update(POD, elsewhere));
  assert.equal(world.marathon.pods.get("/shop/batch")?.["scaling"], { kind: "fixed", instances: 3 });
  assert.is(succeeded(await world.delete(POD, spec)).status, "deleted");
  assert.equal(world.marathon.writes, [
    "POST /v2/pods",
    "POST /v2/pods",
    "PUT /v2/pods/shop/batch",
    "PUT /v2/pods/shop/batch",
    "DELETE /v2/pods/shop/batch",
  ]);
});

others("what Marathon forgets of a pod with its leader is believed as applied", async ({ world }) => {
  const pod = objectIn(example("18-pod-create-get-status"), "create", "body");
  const spec = world.spec({
    ...pod,
    scheduling: { killSelection: "OLDEST_FIRST" },
    executorResources: { cpus: 0.5 },
  });
  succeeded(await world.create(POD, spec));
  const stored = world.marathon.pods.get("/shop/batch") ?? {};
  const { executorResources: _forgotten, scheduling: _too, ...kept } = stored;
  world.marathon.pods.set("/shop/batch", kept as JsonObject);
  assert.equal(await world.differing(POD, spec), []);
  const { diagnostics } = await world.present(POD, spec);
  assert.match(
    diagnostics[0]?.summary ?? "",
    /no longer shows scheduling.killSelection, executorResources of \/shop\/batch/,
  );
});

others(
  "a Marathon is registered, and another framework under its name stops everything",
  async ({ world }) => {
    const handler = world.handler("Marathon");
    const spec = handler.normalise({ urls: world.urls });
    const address = "Marathon/m";
    const request = { address, desired: spec, recorded: null, identity: null };
    assert.is((await handler.read(request, world.context)).status, "absent");
    const made = await handler.apply(
      { action: "create", address, after: spec, identity: null },
      world.context,
      () => undefined,
    );
    assert.ok(made.status === "done");
    assert.equal(made.identity, { frameworkId: "f-1" });
    assert.equal(made.attributes, { version: "1.11.24", leader: "m:8080", frameworkId: "f-1" });
    world.marathon.state.frameworkId = "f-2";
    const read = await handler.read({ ...request, recorded: spec, identity: made.identity }, world.context);
    assert.equal([read.status, ...codesOf(read)], ["unreadable", "marathon-other-framework"]);
    assert.equal(world.marathon.writes, []);
  },
);

others("a Marathon that does not answer makes its apps unreadable, not absent", async ({ world }) => {
  world.marathon.stop();
  const read = await world.read("MarathonApp", world.spec({ id: "/a", cmd: "sleep 1" }));
  assert.equal([read.status, ...codesOf(read)], ["unreadable", "marathon-unreachable"]);
});

others("fields that Marathon refuses are named as they are written", async ({ world }) => {
  world.marathon.refuseNext = {
    message: "Object is not valid",
    details: [{ path: "/constraints(0)", errors: ["is not good"] }],
  };
  const result = await world.create("MarathonApp", world.spec({ id: "/a", cmd: "sleep 1" }));
  assert.equal(codesOf(result), ["marathon-invalid"]);
  assert.match(
    detailsOf(result),
    /definition\.constraints\[0\]: is not good\nMarathon has changed nothing of it/,
  );
});

others.run();
