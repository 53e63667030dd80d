/** Releases in stages on an imitated Marathon: what the plan shows, what is done, and what an abort restores. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { copyOf } from "../../../providers/marathon/release/copy.js";
import { releaseOf } from "../../../providers/marathon/release/release-spec.js";
import { type Stage, stagesOf } from "../../../providers/marathon/release/stages.js";
import { normaliseApp } from "../../../src/marathon/normalise/app.js";
import { isObject, type JsonObject } from "../../../src/value/json.js";
import { codesOf, detailsOf, succeeded, World } from "./world.js";

const KIND = "MarathonApp";
const WEB: JsonObject = {
  id: "/shop/web",
  cmd: "exec ./web",
  instances: 4,
  healthChecks: [{ path: "/health" }],
  labels: {
    HAPROXY_GROUP: "external",
    HAPROXY_DEPLOYMENT_GROUP: "web",
    HAPROXY_DEPLOYMENT_ALT_PORT: "10099",
  },
};
const CANARY = {
  strategy: "canary",
  steps: [{ weight: 25, holdSeconds: 5 }, { weight: 50 }],
  holdSeconds: 2,
  loadBalancer: "marathon-lb",
};
const BLUE_GREEN = { strategy: "blue-green", holdSeconds: 3 };

function brief(stages: readonly Stage[]): string {
  return stages
    .map((stage) =>
      stage.kind === "copy"
        ? `copy ${stage.instances}`
        : stage.kind === "hold"
          ? `hold ${stage.seconds}`
          : stage.kind,
    )
    .join(", ");
}

const releases = suite<{ world: World }>("releases in stages");

releases.before.each(async (context) => {
  context.world = new World();
  await context.world.start();
});

releases.after.each(async ({ world }) => {
  await world.stop();
});

releases("stages are data: steps of a canary, all at once for blue-green, none for rolling", () => {
  const stages = (release: JsonObject, instances: number): string =>
    brief(stagesOf(releaseOf({ release }), instances));
  assert.is(stages(CANARY, 4), "copy 1, hold 5, copy 2, hold 2, copy 4, replace, remove-copy");
  assert.is(
    stages({ ...CANARY, loadBalancer: "none" }, 4),
    "copy 1, hold 5, copy 2, hold 2, replace, remove-copy",
  );
  // One instance has no halves.
  assert.is(stages(CANARY, 1), "copy 1, hold 5, hold 2, replace, remove-copy");
  assert.is(stages({ strategy: "canary" }, 20), "copy 2, hold 30, copy 10, hold 30, replace, remove-copy");
  assert.is(stages(BLUE_GREEN, 4), "copy 4, hold 3, replace, remove-copy");
  assert.is(stages({ strategy: "rolling" }, 4), "");
  assert.is(stages(BLUE_GREEN, 0), "");
});

releases("the copy has its own ports, and takes traffic only where that is wanted", () => {
  const after = normaliseApp({
    ...WEB,
    networks: [{ mode: "container/bridge" }],
    container: {
      docker: { image: "x" },
      portMappings: [
        { containerPort: 80, servicePort: 10004 },
        { containerPort: 81, servicePort: 10005 },
      ],
    },
  });
  const balanced = copyOf("/shop/web", after, releaseOf({ release: CANARY }), 1, "2021-03-04T12:00:00.000Z");
  const labels = isObject(balanced["labels"]) ? balanced["labels"] : {};
  assert.is(balanced["id"], "/shop/web-next");
  assert.is(labels["HAPROXY_DEPLOYMENT_GROUP"], "web");
  assert.is(labels["HAPROXY_DEPLOYMENT_STARTED_AT"], "2021-03-04T12:00:00.000Z");
  assert.is(labels["HAPROXY_DEPLOYMENT_NEW_INSTANCES"], undefined);
  assert.is(labels["FERRY_RELEASE_OF"], "/shop/web");
  assert.match(JSON.stringify(balanced["container"]), /"servicePort":10099.*"servicePort":0/);
  const alone = copyOf("/shop/web", after, releaseOf({ release: BLUE_GREEN }), 1, "");
  assert.equal(
    Object.keys(alone["labels"] ?? {}).filter((name) => name.startsWith("HAPROXY")),
    [],
  );
});

releases("a canary goes through its stages, and nothing is left of it", async ({ world }) => {
  succeeded(await world.create(KIND, world.spec(WEB, { release: CANARY })));
  const spec = world.spec({ ...WEB, cmd: "exec ./web2" }, { release: CANARY });
  const change = await world.change(KIND, spec);
  const steps = world.handler(KIND).describeSteps(change);
  assert.equal(steps, [
    "run /shop/web-next with 1 instance of the new definition, taking 25 % of the traffic; all must become healthy",
    "keep /shop/web-next healthy for 5 s",
    "run /shop/web-next with 2 instances of the new definition, taking 50 % of the traffic; all must become healthy",
    "keep /shop/web-next healthy for 2 s",
    "run /shop/web-next with 4 instances of the new definition, taking 100 % of the traffic; all must become healthy",
    "put the new definition in the place of /shop/web",
    "remove /shop/web-next",
  ]);
  succeeded(await world.apply(KIND, change));
  assert.equal(
    steps.filter((step) => !world.messages.includes(step)),
    [],
  );
  assert.equal(world.marathon.writes.slice(1), [
    "POST /v2/apps",
    "PATCH /v2/apps/shop/web-next",
    "PATCH /v2/apps/shop/web-next",
    "PUT /v2/apps/shop/web?partialUpdate=false",
    "DELETE /v2/apps/shop/web-next?force=false",
  ]);
  assert.equal([...world.marathon.state.apps.keys()], ["/shop/web"]);
  assert.equal(await world.differing(KIND, spec), []);
});

releases("blue-green keeps the old instances whole until the copy is proved", async ({ world }) => {
  succeeded(await world.create(KIND, world.spec(WEB, { release: BLUE_GREEN })));
  const spec = world.spec({ ...WEB, cmd: "exec ./web2" }, { release: BLUE_GREEN });
  let least = 4;
  world.onWait = () => {
    const main = world.marathon.state.apps.get("/shop/web");
    const copy = world.marathon.state.apps.get("/shop/web-next");
    const proved = (copy?.tasks.filter((task) => task.healthy).length ?? 0) === 4;
    if (main !== undefined && !proved && world.marathon.writes.length < 3)
      least = Math.min(least, main.tasks.length);
  };
  succeeded(await world.update(KIND, spec));
  assert.is(least, 4);
  assert.equal(await world.differing(KIND, spec), []);
});

releases("a copy that does not become healthy is aborted: the app was never touched", async ({ world }) => {
  const good = world.spec(WEB, { release: CANARY });
  succeeded(await world.create(KIND, good));
  for (const cmd of ["sick", "crash", "no-offers"]) {
    const bad = world.spec({ ...WEB, cmd }, { release: CANARY, deployment: { timeoutSeconds: 20 } });
    const result = await world.update(KIND, bad);
    assert.is(codesOf(result).at(-1), "marathon-release-aborted", cmd);
    assert.match(detailsOf(result), /\/shop\/web has its old definition, and \/shop\/web-next is gone/);
    assert.equal([...world.marathon.state.apps.keys()], ["/shop/web"], cmd);
    assert.equal(await world.differing(KIND, good), [], cmd);
  }
});

releases("a copy that turns sick while it is watched is aborted", async ({ world }) => {
  const good = world.spec(WEB, { release: CANARY });
  succeeded(await world.create(KIND, good));
  world.onWait = () => {
    const copy = world.marathon.state.apps.get("/shop/web-next");
    const watched = world.messages.includes("keep /shop/web-next healthy for 5 s");
    for (const task of watched ? (copy?.tasks ?? []) : []) task.healthy = false;
  };
  const result = await world.update(KIND, world.spec({ ...WEB, cmd: "exec ./web2" }, { release: CANARY }));
  assert.equal(codesOf(result), ["marathon-release-unhealthy", "marathon-release-aborted"]);
  assert.match(detailsOf(result), /1 of its tasks are unhealthy/);
  assert.equal(await world.differing(KIND, good), []);
});

releases("a replacement that fails is rolled back before the copy goes", async ({ world }) => {
  const good = world.spec(WEB, { release: BLUE_GREEN });
  succeeded(await world.create(KIND, good));
  // The copy is well, and the app itself gets no offers.
  world.onWait = () => {
    const app = world.marathon.state.apps.get("/shop/web");
    if (app !== undefined && app.written["cmd"] === "exec ./web2")
      app.written = { ...app.written, cmd: "exec ./web2 no-offers" };
  };
  const spec = world.spec(
    { ...WEB, cmd: "exec ./web2" },
    { release: BLUE_GREEN, deployment: { timeoutSeconds: 20 } },
  );
  const result = await world.update(KIND, spec);
  assert.equal(codesOf(result), ["marathon-rolled-back", "marathon-release-aborted"]);
  assert.equal([...world.marathon.state.apps.keys()], ["/shop/web"]);
  assert.equal(await world.differing(KIND, good), []);
});

releases("an interrupted release stays as it is, shows in the plan, and goes on", async ({ world }) => {
  const first = new World();
  await first.start();
  try {
    succeeded(await first.create(KIND, first.spec(WEB, { release: CANARY })));
    first.onWait = () => {
      if (first.messages.some((message) => message.startsWith("keep /shop/web-next healthy for 2 s")))
        first.interrupt();
    };
    const spec = first.spec({ ...WEB, cmd: "exec ./web2" }, { release: CANARY });
    assert.equal(codesOf(await first.update(KIND, spec)), ["interrupted"]);
    // Somebody else goes on, or gives up.
    for (const [id, app] of first.marathon.state.apps) world.marathon.state.apps.set(id, app);
    world.applied.set(KIND, first.applied.get(KIND) ?? {});
    world.marathon.state.serial = first.marathon.state.serial;
  } finally {
    await first.stop();
  }
  const old = world.spec(WEB, { release: CANARY });
  assert.equal(await world.differing(KIND, old), ["release.copy"]);
  const back = await world.change(KIND, old);
  assert.equal(world.handler(KIND).describeSteps(back), [
    "remove /shop/web-next, left by an earlier release",
  ]);
  const onwards = world.spec({ ...WEB, cmd: "exec ./web2" }, { release: CANARY });
  assert.equal((await world.differing(KIND, onwards)).sort(), ["definition.cmd", "release.copy"]);
  succeeded(await world.update(KIND, onwards));
  // The copy had two instances already: it was neither made nor scaled to them again.
  assert.equal(world.marathon.writes, [
    "PATCH /v2/apps/shop/web-next",
    "PUT /v2/apps/shop/web?partialUpdate=false",
    "DELETE /v2/apps/shop/web-next?force=false",
  ]);
  assert.equal(await world.differing(KIND, onwards), []);
});

releases(
  "a copy of another definition is made anew, and an app of that name which is none stays",
  async ({ world }) => {
    const good = world.spec(WEB, { release: BLUE_GREEN });
    succeeded(await world.create(KIND, good));
    const stale = copyOf("/shop/web", normaliseApp({ ...WEB, cmd: "other" }), releaseOf({}), 1, "");
    world.marathon.state.deploy(new Map([["/shop/web-next", stale]]), false);
    world.marathon.settle();
    const spec = world.spec({ ...WEB, cmd: "exec ./web2" }, { release: BLUE_GREEN });
    succeeded(await world.update(KIND, spec));
    assert.ok(world.messages.includes("remove /shop/web-next, which proves another definition"));
    world.marathon.state.deploy(
      new Map([["/shop/web-next", { id: "/shop/web-next", cmd: "theirs" }]]),
      false,
    );
    world.marathon.settle();
    const result = await world.update(
      KIND,
      world.spec({ ...WEB, cmd: "exec ./web3" }, { release: BLUE_GREEN }),
    );
    assert.equal(codesOf(result), ["marathon-release-copy"]);
    assert.is(world.marathon.state.definitionOf("/shop/web-next")?.["cmd"], "theirs");
  },
);

releases("a change of the number of instances alone is never staged", async ({ world }) => {
  succeeded(await world.create(KIND, world.spec(WEB, { release: CANARY })));
  succeeded(await world.update(KIND, world.spec({ ...WEB, instances: 6 }, { release: CANARY })));
  assert.equal(world.marathon.writes, ["POST /v2/apps", "PUT /v2/apps/shop/web?partialUpdate=false"]);
});

releases("what cannot be copied is refused in the configuration", ({ world }) => {
  const codes = (definition: JsonObject, release: JsonObject): string[] =>
    world
      .handler(KIND)
      .validate(world.spec({ ...WEB, ...definition }, { release }))
      .map(({ path }) => path);
  const volumes = [{ containerPath: "data", persistent: { size: 1 }, mode: "RW" }];
  assert.equal(codes({ container: { type: "MESOS", volumes } }, CANARY), ["release.strategy"]);
  assert.equal(codes({ labels: {} }, CANARY), ["release.loadBalancer"]);
  assert.equal(codes({}, { ...CANARY, steps: [{ weight: 50 }, { weight: 10 }] }), ["release.steps"]);
  assert.equal(codes({}, { ...BLUE_GREEN, steps: [{ weight: 50 }] }), ["release.steps"]);
  assert.equal(codes({}, CANARY), []);
});

releases.run();
