/** Apps on an imitated Marathon: in step right after an apply, deployments followed, locked, given up and rolled back. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/value/json.js";
import { example, objectIn } from "../../marathon/examples.js";
import { codesOf, detailsOf, succeeded, World } from "./world.js";

const KIND = "MarathonApp";
const WEB: JsonObject = {
  id: "/shop/web",
  cmd: "exec ./web",
  instances: 3,
  healthChecks: [{ path: "/health" }],
};

const apps = suite<{ world: World }>("apps of Marathon");

apps.before.each(async (context) => {
  context.world = new World();
  await context.world.start();
});

apps.after.each(async ({ world }) => {
  await world.stop();
});

apps("is in step right after it was created, for every example", async ({ world }) => {
  const examples = [
    objectIn(example("01-app-create-request")),
    objectIn(example("04-app-host-network-pair"), "request", "body"),
    objectIn(example("05-app-legacy-pair"), "request", "body"),
  ];
  for (const definition of examples) {
    const spec = world.spec(definition);
    succeeded(await world.create(KIND, spec));
    assert.equal(await world.differing(KIND, spec), [], String(definition["id"]));
  }
});

apps("tells what it does, follows the deployment and reports facts", async ({ world }) => {
  const spec = world.spec(WEB);
  const result = succeeded(await world.create(KIND, spec));
  assert.ok(result.status === "done");
  assert.equal(result.identity, { marathon: "Marathon/m", id: "/shop/web" });
  assert.equal(result.attributes["tasks"], { staged: 0, running: 3, healthy: 3, unhealthy: 0 });
  assert.is(world.messages[0], "create /shop/web");
  assert.ok(
    world.messages.some((message) =>
      /ScaleApplication \/shop\/web \(step 1 of 1\): . of 3 running/.test(message),
    ),
  );
  assert.equal(world.marathon.writes, ["POST /v2/apps"]);
});

apps("scales by hand shows up as a difference, and is put right without a restart", async ({ world }) => {
  const spec = world.spec(WEB);
  succeeded(await world.create(KIND, spec));
  world.marathon.state.deploy(
    new Map([
      ["/shop/web", { ...world.marathon.state.definitionOf("/shop/web"), instances: 5 } as JsonObject],
    ]),
    false,
  );
  world.marathon.settle();
  assert.equal(await world.differing(KIND, spec), ["definition.instances"]);
  const change = await world.change(KIND, spec);
  assert.equal(world.handler(KIND).describeSteps(change), [
    "scale /shop/web from 5 to 3, followed for at most 900 s",
  ]);
  const before = new Set(world.marathon.state.apps.get("/shop/web")?.tasks.map((task) => task.version));
  succeeded(await world.apply(KIND, change));
  assert.equal(await world.differing(KIND, spec), []);
  const after = world.marathon.state.apps.get("/shop/web")?.tasks.map((task) => task.version) ?? [];
  assert.ok(after.every((version) => before.has(version)));
});

apps("unsets a field, which only a full replacement can", async ({ world }) => {
  succeeded(await world.create(KIND, world.spec({ ...WEB, user: "shop" })));
  const spec = world.spec(WEB);
  assert.equal(await world.differing(KIND, spec), ["definition.user"]);
  succeeded(await world.update(KIND, spec));
  assert.equal(await world.differing(KIND, spec), []);
  assert.is(world.marathon.writes.at(-1), "PUT /v2/apps/shop/web?partialUpdate=false");
});

apps(
  "another id or another Marathon is a replacement of what is there, never an orphan",
  async ({ world }) => {
    succeeded(await world.create(KIND, world.spec(WEB)));
    const { rules } = world.handler(KIND);
    assert.equal(await world.differing(KIND, world.spec({ ...WEB, id: "/shop/site" })), ["definition.id"]);
    assert.equal(await world.differing(KIND, { ...world.spec(WEB), marathon: "Marathon/other" }), [
      "marathon",
    ]);
    assert.equal(rules.forcesReplacement, ["marathon", "definition.id"]);
  },
);

apps("a setting that restarts nothing is written too", async ({ world }) => {
  succeeded(await world.create(KIND, world.spec(WEB)));
  const spec = world.spec({ ...WEB, executorResources: { cpus: 0.3 } });
  const change = await world.change(KIND, spec);
  assert.equal(world.handler(KIND).describeSteps(change), ["set what restarts nothing of /shop/web"]);
  succeeded(await world.apply(KIND, change));
  assert.equal(await world.differing(KIND, spec), []);
  assert.equal(world.marathon.state.apps.get("/shop/web")?.written["executorResources"], { cpus: 0.3 });
});

apps("sees a label that was added by hand", async ({ world }) => {
  const spec = world.spec(WEB);
  succeeded(await world.create(KIND, spec));
  const held = world.marathon.state.definitionOf("/shop/web") ?? {};
  world.marathon.state.deploy(new Map([["/shop/web", { ...held, labels: { by: "hand" } }]]), false);
  world.marathon.settle();
  assert.equal(await world.differing(KIND, spec), ["definition.labels.by"]);
});

apps(
  "keeps executorResources over a full replacement, and believes them when they are forgotten",
  async ({ world }) => {
    const spec = world.spec({
      ...WEB,
      executorResources: { cpus: 0.2 },
      resourceLimits: { mem: "unlimited" },
    });
    succeeded(await world.create(KIND, spec));
    const changed = world.spec({
      ...WEB,
      cmd: "exec ./web2",
      executorResources: { cpus: 0.2 },
      resourceLimits: { mem: "unlimited" },
    });
    succeeded(await world.update(KIND, changed));
    assert.equal(world.marathon.writes.slice(1), [
      "PUT /v2/apps/shop/web?partialUpdate=false",
      "PATCH /v2/apps/shop/web",
    ]);
    assert.equal(world.marathon.bodies.at(-1), {
      executorResources: { cpus: 0.2 },
      resourceLimits: { mem: "unlimited" },
    });
    const app = world.marathon.state.apps.get("/shop/web");
    const { executorResources: _gone, ...written } = app?.written ?? {};
    if (app !== undefined) app.written = written as JsonObject;
    assert.equal(await world.differing(KIND, changed), []);
    assert.equal(codesOf(await world.present(KIND, changed)), ["marathon-may-drift"]);
  },
);

apps(
  "leaves the number of instances to an autoscaler, also when it restarts everything",
  async ({ world }) => {
    const spec = world.spec(WEB, { scaling: "external" });
    succeeded(await world.create(KIND, spec));
    const held = world.marathon.state.definitionOf("/shop/web") ?? {};
    world.marathon.state.deploy(new Map([["/shop/web", { ...held, instances: 6 }]]), false);
    world.marathon.settle();
    assert.equal(await world.differing(KIND, spec), []);
    succeeded(await world.update(KIND, world.spec({ ...WEB, cmd: "exec ./web2" }, { scaling: "external" })));
    assert.is(world.marathon.state.apps.get("/shop/web")?.instances, 6);
  },
);

apps(
  "says why nothing moves, from the queue, and leaves the deployment when it may not roll back",
  async ({ world }) => {
    const spec = world.spec({ ...WEB, cmd: "no-offers" }, { deployment: { timeoutSeconds: 60 } });
    const result = await world.create(KIND, spec);
    assert.equal(codesOf(result), ["marathon-deployment-given-up"]);
    assert.match(
      detailsOf(result),
      /3 instances wait for offers; of the last offers of 3 agents were declined 1 for AgentMaintenance, 2 for InsufficientCpus/,
    );
    assert.ok(world.messages.some((message) => /^not moving for \d+ s: .*InsufficientCpus/.test(message)));
    assert.is(world.marathon.state.deployments.length, 1);
    assert.equal(codesOf(await world.present(KIND, spec)), ["marathon-deploying"]);
  },
);

apps("rolls back by itself when it says so, and has the old definition again", async ({ world }) => {
  const spec = world.spec(WEB);
  succeeded(await world.create(KIND, spec));
  const bad = world.spec(
    { ...WEB, cmd: "sick" },
    { deployment: { timeoutSeconds: 30, rollback: "automatic" } },
  );
  const result = await world.update(KIND, bad);
  assert.equal(codesOf(result), ["marathon-rolled-back"]);
  assert.match(detailsOf(result), /did not end within 30 s.*\n- .*unhealthy/);
  assert.is(
    world.marathon.writes.at(-1),
    `DELETE /v2/deployments/${/deployment (d-\d+)/.exec(detailsOf(result))?.[1]}`,
  );
  assert.equal(await world.differing(KIND, spec), []);
});

apps("gives up early when too many tasks of the new definition fail", async ({ world }) => {
  succeeded(await world.create(KIND, world.spec(WEB)));
  const deployment = { timeoutSeconds: 3600, maxTaskFailures: 4, rollback: "automatic" };
  const result = await world.update(KIND, world.spec({ ...WEB, cmd: "crash" }, { deployment }));
  assert.match(detailsOf(result), /4 tasks of the new definition failed/);
  assert.match(detailsOf(result), /TASK_FAILED on agent-1 .*exited with status 1/);
});

apps("says which deployment holds it, what that does, and what to do", async ({ world }) => {
  const spec = world.spec(WEB);
  succeeded(await world.create(KIND, spec));
  const held = world.marathon.state.definitionOf("/shop/web") ?? {};
  const other = world.marathon.state.deploy(new Map([["/shop/web", { ...held, cmd: "no-offers" }]]), false);
  // The change was planned on what the other deployment has stored.
  const change = await world.change(KIND, world.spec({ ...WEB, cmd: "exec ./web3" }));
  const result = await world.apply(KIND, change);
  assert.equal(codesOf(result), ["marathon-locked"]);
  assert.match(detailsOf(result), new RegExp(`deployment ${other.id} holds it`));
  assert.match(detailsOf(result), /is at ScaleApplication \/shop\/web \(step 1 of 1\)/);
  assert.match(result.diagnostics[0]?.remedy ?? "", /DELETE \/v2\/deployments\/d-\d+.*whenLocked/);
  assert.ok(world.marathon.state.deployments.some(({ id }) => id === other.id));
});

apps("waits for the other deployment, or cancels it, when it says so", async ({ world }) => {
  succeeded(await world.create(KIND, world.spec(WEB)));
  const hold = (cmd: string): void => {
    const held = world.marathon.state.definitionOf("/shop/web") ?? {};
    world.marathon.state.deploy(new Map([["/shop/web", { ...held, cmd }]]), true);
  };
  hold("exec ./web-other");
  succeeded(
    await world.update(
      KIND,
      world.spec({ ...WEB, cmd: "exec ./web4" }, { deployment: { whenLocked: "wait" } }),
    ),
  );
  assert.ok(world.messages.some((message) => /^waiting for deployment d-\d+/.test(message)));
  hold("no-offers");
  const forced = world.spec({ ...WEB, cmd: "exec ./web5" }, { deployment: { whenLocked: "force" } });
  succeeded(await world.update(KIND, forced));
  assert.is(world.marathon.writes.at(-1), "PUT /v2/apps/shop/web?force=true&partialUpdate=false");
  assert.equal(await world.differing(KIND, forced), []);
});

apps("never overwrites what somebody changed since the plan", async ({ world }) => {
  succeeded(await world.create(KIND, world.spec(WEB)));
  const change = await world.change(KIND, world.spec({ ...WEB, cmd: "exec ./web2" }));
  const held = world.marathon.state.definitionOf("/shop/web") ?? {};
  world.marathon.state.deploy(new Map([["/shop/web", { ...held, cmd: "exec ./theirs" }]]), false);
  world.marathon.settle();
  assert.equal(codesOf(await world.apply(KIND, change)), ["changed-meanwhile"]);
  assert.is(world.marathon.state.definitionOf("/shop/web")?.["cmd"], "exec ./theirs");
});

apps("can be repeated after a crash: what is stored already is only followed", async ({ world }) => {
  succeeded(await world.create(KIND, world.spec(WEB)));
  const change = await world.change(KIND, world.spec({ ...WEB, cmd: "exec ./web2" }));
  succeeded(await world.apply(KIND, change));
  const writes = world.marathon.writes.length;
  succeeded(await world.apply(KIND, change));
  assert.is(world.marathon.writes.length, writes);
});

apps("finds out what became of a write whose answer was lost", async ({ world }) => {
  world.marathon.loseNextAnswer = true;
  succeeded(await world.create(KIND, world.spec(WEB)));
  world.marathon.loseNextAnswer = true;
  succeeded(await world.update(KIND, world.spec({ ...WEB, cmd: "exec ./web2" })));
  assert.equal(world.marathon.writes, ["POST /v2/apps", "PUT /v2/apps/shop/web?partialUpdate=false"]);
  assert.ok(world.messages.some((message) => message.startsWith("the answer was lost (connection-lost)")));
});

apps("does not take over an app that is there, and imports it by its id", async ({ world }) => {
  const spec = world.spec(WEB);
  world.marathon.state.deploy(new Map([["/shop/web", WEB]]), false);
  world.marathon.settle();
  assert.equal(codesOf(await world.create(KIND, spec)), ["exists-unmanaged"]);
  const handler = world.handler(KIND);
  const request = {
    address: "MarathonApp/x",
    desired: handler.normalise(spec),
    recorded: null,
    identity: null,
  };
  assert.is((await handler.import("/shop/web", request, world.context)).status, "present");
  assert.equal(codesOf(await handler.import("/shop/other", request, world.context)), ["import-id"]);
});

apps("deletes it, without force, and is content when it is gone already", async ({ world }) => {
  const spec = world.spec(WEB);
  succeeded(await world.create(KIND, spec));
  assert.is(succeeded(await world.delete(KIND, spec)).status, "deleted");
  assert.is(world.marathon.writes.at(-1), "DELETE /v2/apps/shop/web?force=false");
  assert.is((await world.read(KIND, spec)).status, "absent");
  assert.is((await world.delete(KIND, spec)).status, "deleted");
});

apps("stops following when it is interrupted, and says that the deployment goes on", async ({ world }) => {
  world.onWait = () => world.interrupt();
  const result = await world.create(KIND, world.spec({ ...WEB, cmd: "no-offers" }));
  assert.equal(codesOf(result), ["interrupted"]);
  assert.match(detailsOf(result), /deployment d-\d+ is no longer followed/);
});

apps("says which fields an app with persistent volumes can never change", async ({ world }) => {
  const container = {
    type: "MESOS",
    volumes: [{ containerPath: "data", persistent: { size: 10 }, mode: "RW" }],
  };
  const definition = { ...WEB, container };
  succeeded(await world.create(KIND, world.spec(definition)));
  const result = await world.update(KIND, world.spec({ ...definition, mem: 512 }));
  assert.equal(codesOf(result), ["marathon-resident"]);
  assert.match(detailsOf(result), /mem of an app with persistent volumes/);
});

apps("finds what Marathon would refuse before anything is done", ({ world }) => {
  const problems = world.handler(KIND).validate(
    world.spec({
      id: "/shop/restart",
      cmd: "a",
      args: ["b"],
      uris: [],
      fetch: [],
      constraints: [["hostname", "unique"]],
      unreachableStrategy: { inactiveAfterSeconds: 9, expungeAfterSeconds: 1 },
    }),
  );
  assert.equal(
    problems.map(({ path }) => path),
    [
      "definition.id",
      "definition.args",
      "definition.uris",
      "definition.constraints[0]",
      "definition.unreachableStrategy",
    ],
  );
});

apps.run();
