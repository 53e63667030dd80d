/** Deployments, kills, backoff, lost agents and a new leader, on a cluster in memory under a clock of its own. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Refusal } from "../../../../src/sandbox/marathon/definition/refusal.js";
import { removeSpec } from "../../../../src/sandbox/marathon/definition/root.js";
import { revertPlan } from "../../../../src/sandbox/marathon/deployment/revert.js";
import type { Instance } from "../../../../src/sandbox/marathon/instance/instance.js";
import { MemoryCluster } from "./memory-cluster.js";
import { AGENTS, ManualClock, SETTINGS, World } from "./world.js";

const engine = suite("engine");

const first = (instances: readonly Instance[]): Instance => {
  const [one] = instances;
  if (one === undefined) throw new Error("there is no instance");
  return one;
};

async function refused(promise: Promise<unknown>): Promise<Refusal> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

engine("an app starts, scales up and down, restarts and goes", async () => {
  const world = await new World().start();
  const plan = await world.put({ id: "/web", instances: 3 });
  assert.is(world.engine.deployments.count, 1);
  await world.clock.pass(1000);
  assert.is(world.running("/web").length, 3);
  assert.is(world.engine.deployments.count, 0);
  const about = world.events.filter(({ data }) => data["id"] === plan.id).map(({ type }) => type);
  assert.equal(about, ["deployment_success"]);
  await world.put({ id: "/web", instances: 5 });
  await world.clock.pass(6000);
  assert.is(world.running("/web").length, 5);
  const before = world.running("/web").map(({ id }) => id);
  await world.put({ id: "/web", instances: 2 });
  await world.clock.pass(1000);
  assert.is(world.running("/web").length, 2);
  assert.ok(world.running("/web").every(({ id }) => before.includes(id)));
  await world.put({ id: "/web", instances: 2, cpus: 0.2 });
  await world.clock.pass(10_000);
  assert.is(world.running("/web").length, 2);
  assert.not.ok(world.running("/web").some(({ id }) => before.includes(id)));
  await world.remove("/web");
  await world.clock.pass(1000);
  assert.is(world.engine.tracker.all.length, 0);
  assert.is(world.cluster.tasks.size, 0);
  assert.ok(world.types().includes("app_terminated_event"));
});

engine("a write of the same changes no version and ends at once", async () => {
  const world = await new World().start();
  await world.put({ id: "/web" });
  await world.clock.pass(1000);
  const { version } = world.engine.groups.root;
  const plan = await world.put({ id: "/web" });
  assert.is(plan.steps.length, 0);
  assert.is(world.engine.deployments.count, 0);
  assert.ok(world.engine.groups.root.version > version);
  assert.is.not(world.engine.groups.root.specs.get("/web")?.version, plan.version);
});

engine("locks, force and the limit of deployments", async () => {
  const world = await new World(undefined, undefined, undefined, { maxRunningDeployments: 2 }).start();
  const stuck = await world.put({ id: "/big", cpus: 100 });
  const locked = await refused(world.put({ id: "/big", cpus: 99 }));
  assert.is(locked.status, 409);
  assert.equal(locked.body["deployments"], [{ id: stuck.id }]);
  await world.put({ id: "/other", cpus: 50 });
  assert.is((await refused(world.put({ id: "/third" }))).status, 403);
  assert.is((await refused(world.put({ id: "/big", cpus: 0.1 }, true))).status, 403);
  world.engine.deployments.cancel(world.engine.deployments.touching("/other")[0] ?? "");
  await world.put({ id: "/big", cpus: 0.1 }, true);
  assert.is(world.engine.deployments.count, 0, "waits for what it cancelled");
  await world.clock.pass(1000);
  const failed = world.events.filter(({ type }) => type === "deployment_failed");
  assert.ok(
    failed.some(({ data }) => data["id"] === stuck.id && data["reason"] === "The upgrade has been cancelled"),
  );
  await world.clock.pass(10_000);
  assert.is(world.running("/big").length, 1);
});

engine("a crash loop is held back for longer and longer, and shown in the queue", async () => {
  const world = await new World().start();
  await world.put({
    id: "/crash",
    labels: { "sandbox.fail-after": "10ms" },
    backoffSeconds: 4,
    backoffFactor: 2,
  });
  await world.clock.pass(200);
  const [item] = world.engine.launcher.items();
  assert.is(item?.count, 1);
  assert.ok((item?.delayMs ?? 0) > 3000 && (item?.delayMs ?? 0) <= 4000);
  assert.is(first(world.engine.tracker.of("/crash")).incarnation, 1);
  assert.is(world.engine.failures.get("/crash")?.["state"], "TASK_FAILED");
  await world.clock.pass(6000);
  const again = first(world.engine.tracker.of("/crash"));
  assert.is(again.incarnation, 2);
  assert.ok((world.engine.launcher.items()[0]?.delayMs ?? 0) > 4000);
});

engine("a killed task comes back as the next incarnation of its instance", async () => {
  const world = await new World().start();
  await world.put({ id: "/web", instances: 2 });
  await world.clock.pass(1000);
  const victim = first(world.running("/web"));
  world.engine.kill([victim], false);
  await world.clock.pass(10_000);
  const after = world.engine.tracker.get(victim.id);
  assert.is(after?.incarnation, 2);
  assert.is(after?.condition, "Running");
  world.engine.kill([first(world.running("/web"))], true);
  await world.clock.pass(10_000);
  assert.is(world.running("/web").length, 2);
});

engine("offers that do not fit are explained", async () => {
  const world = await new World().start();
  await world.put({ id: "/big", cpus: 100 });
  await world.clock.pass(1000);
  const summary = world.engine.launcher.items()[0]?.statistics.summary() ?? {};
  assert.is(summary["processedOffersCount"], 3);
  const rows = summary["rejectSummaryLastOffers"] as readonly {
    reason: string;
    declined: number;
    processed: number;
  }[];
  assert.equal(
    rows.find(({ reason }) => reason === "InsufficientCpus"),
    { reason: "InsufficientCpus", declined: 3, processed: 3 },
  );
  assert.is(rows.at(-1)?.processed, 0);
});

engine("constraints place instances", async () => {
  const world = await new World().start();
  await world.put({ id: "/one", instances: 3, constraints: [["hostname", "UNIQUE"]] });
  await world.put({ id: "/rack", instances: 4, constraints: [["rack", "IS", "r0"]] });
  await world.put({ id: "/even", instances: 4, constraints: [["rack", "GROUP_BY", "2"]] });
  await world.clock.pass(60_000);
  assert.is(new Set(world.running("/one").map(({ agent }) => agent?.host)).size, 3);
  assert.ok(world.running("/rack").every(({ agent }) => agent?.attributes["rack"] === "r0"));
  const racks = world.running("/even").map(({ agent }) => agent?.attributes["rack"]);
  assert.is(racks.filter((rack) => rack === "r0").length, 2);
  assert.is(racks.length, 4);
});

engine("a lost agent: replaced at once, or after the times that the app asks for", async () => {
  const world = await new World().start();
  await world.put({ id: "/quick", instances: 3, constraints: [["hostname", "MAX_PER", "3"]] });
  const slow = { inactiveAfterSeconds: 60, expungeAfterSeconds: 120 };
  await world.put({ id: "/slow", instances: 3, unreachableStrategy: slow });
  await world.clock.pass(10_000);
  const lost = first(world.running("/slow")).agent?.id ?? "";
  const lostQuick = world.running("/quick").filter(({ agent }) => agent?.id === lost).length;
  const lostSlow = world.running("/slow").filter(({ agent }) => agent?.id === lost);
  assert.ok(lostSlow.length > 0);
  world.cluster.lose(lost);
  await world.clock.pass(15_000);
  assert.is(world.running("/quick").length, 3, `${lostQuick} were lost`);
  assert.is(world.running("/slow").length, 3 - lostSlow.length);
  await world.clock.pass(100_000);
  assert.is(world.running("/slow").length, 3);
  await world.clock.pass(200_000);
  assert.is(world.engine.tracker.of("/slow").length, 3);
  world.cluster.back(lost);
  await world.clock.pass(5000);
  assert.is(
    [...world.cluster.tasks.values()].filter(({ agentId }) => agentId === lost).length,
    0,
    "unknown tasks are killed",
  );
});

engine("health checks gate a deployment and kill what fails", async () => {
  const world = await new World().start();
  const check = {
    protocol: "HTTP",
    path: "/",
    portIndex: 0,
    gracePeriodSeconds: 5,
    intervalSeconds: 10,
    maxConsecutiveFailures: 2,
  };
  await world.put({ id: "/web", healthChecks: [check], labels: { "sandbox.healthy-after": "2secs" } });
  await world.clock.pass(1500);
  assert.is(world.running("/web").length, 1);
  assert.is(world.engine.deployments.count, 1);
  await world.clock.pass(1000);
  assert.is(world.engine.deployments.count, 0);
  await world.put({ id: "/web", healthChecks: [check], labels: { "sandbox.unhealthy-after": "0secs" } });
  const [old] = world.running("/web");
  await world.clock.pass(60_000);
  assert.is(world.engine.deployments.count, 1);
  assert.is(world.engine.tracker.get(old?.id ?? "")?.condition, "Running", "the old one serves on");
  assert.ok(world.types().includes("unhealthy_instance_kill_event"));
  assert.ok(world.types().includes("failed_health_check_event"));
});

engine("readiness holds a restart back", async () => {
  const world = await new World().start();
  const readinessChecks = [{ name: "warm", portName: "default", preserveLastResponse: true }];
  await world.put({ id: "/web", readinessChecks });
  await world.clock.pass(1000);
  await world.put({ id: "/web", readinessChecks, labels: { "sandbox.ready-after": "30secs" } });
  await world.clock.pass(10_000);
  const [deployment] = world.engine.deployments.list();
  const actions = deployment?.["currentActions"] as readonly {
    readinessCheckResults: readonly { ready: boolean }[];
  }[];
  assert.is(actions[0]?.readinessCheckResults[0]?.ready, false);
  assert.is(world.running("/web").length, 2);
  await world.clock.pass(30_000);
  assert.is(world.engine.deployments.count, 0);
  assert.is(world.running("/web").length, 1);
});

engine("a new leader goes on with the deployment under its id", async () => {
  const clock = new ManualClock();
  const cluster = new MemoryCluster(clock, AGENTS);
  const one = await new World(undefined, clock, cluster).start();
  await one.put({ id: "/web", instances: 4 });
  await clock.pass(10_000);
  const plan = await one.put({
    id: "/web",
    instances: 4,
    labels: { "sandbox.start-delay": "20secs" },
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 0.5 },
  });
  await clock.pass(5000);
  const started = one.engine.tracker.of("/web").length;
  await one.engine.stop();
  const two = await new World(one.store, clock, cluster).start();
  assert.is(two.engine.frameworkId, "memory-0000");
  assert.is(two.engine.tracker.of("/web").length, started);
  assert.equal(two.engine.deployments.touching("/web"), [plan.id]);
  await clock.pass(120_000);
  assert.is(two.engine.deployments.count, 0);
  assert.is(two.running("/web").length, 4);
  assert.ok(two.running("/web").every(({ specVersion }) => specVersion === plan.version));
  assert.is(cluster.tasks.size, 4);
});

engine("without a framework id it refuses to leave running instances behind", async () => {
  const one = await new World().start();
  await one.put({ id: "/web" });
  await one.clock.pass(1000);
  await one.store.remove("framework-id", "id");
  const two = await new World(one.store, one.clock).start();
  assert.is(two.ended?.status, 108);
});

engine("losing the master ends the leadership", async () => {
  const world = await new World().start();
  world.cluster.disconnect();
  assert.is(world.ended?.status, 103);
});

const step = fc.oneof(
  fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 10, max: 4000 }) }),
  fc.record({ kind: fc.constant("crash" as const), at: fc.nat(20) }),
  fc.record({ kind: fc.constant("kill" as const), at: fc.nat(20) }),
);

engine("a restart under crashes keeps its limits and ends", async () => {
  const share = fc.constantFrom(0, 0.25, 0.5, 0.75, 1);
  const scenario = fc.record({
    n: fc.integer({ min: 1, max: 6 }),
    min: share,
    over: share,
    steps: fc.array(step, { maxLength: 15 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ n, min, over, steps }) => {
      const world = await new World().start();
      const upgradeStrategy = { minimumHealthCapacity: min, maximumOverCapacity: over };
      await world.put({ id: "/web", instances: n, upgradeStrategy, maxLaunchDelaySeconds: 2 });
      await world.clock.pass(20_000);
      assert.is(world.running("/web").length, n);
      const most = Math.floor(n * (1 + over));
      const cap = most + (Math.ceil(n * min) === most ? 1 : 0);
      const { kill } = world.cluster;
      const wanted = Math.ceil(n * min);
      let own = true;
      world.cluster.kill = (taskId, agentId) => {
        const left = world.running("/web").filter(({ goal }) => goal === "Running").length;
        const isHealthy = world.cluster.tasks.get(taskId)?.state === "TASK_RUNNING";
        if (own && isHealthy) assert.ok(left >= wanted, `${left} left of at least ${wanted}`);
        kill.call(world.cluster, taskId, agentId);
      };
      const plan = await world.put({
        id: "/web",
        instances: n,
        upgradeStrategy,
        maxLaunchDelaySeconds: 2,
        cpus: 0.2,
      });
      for (const one of steps) {
        if (one.kind === "pass") await world.clock.pass(one.ms);
        const tasks = [...world.cluster.tasks.keys()];
        if (one.kind === "crash")
          world.cluster.finish(tasks[one.at % Math.max(tasks.length, 1)] ?? "", "TASK_FAILED");
        own = false;
        if (one.kind === "kill") world.engine.kill(world.running("/web").slice(0, 1), false);
        own = true;
        assert.ok(world.engine.tracker.of("/web").length <= cap, "over the cap");
      }
      await world.clock.pass(300_000);
      assert.is(world.engine.deployments.count, 0, JSON.stringify(world.engine.deployments.list()));
      assert.is(world.running("/web").length, n);
      assert.ok(world.running("/web").every(({ specVersion }) => specVersion === plan.version));
    }),
    { numRuns: 80, includeErrorInReport: true },
  );
});

engine("a restart that fits nowhere is rolled back at once or later", async () => {
  for (const [pause, healthChecks] of [
    [1_000, []],
    [0, [{ protocol: "HTTP", path: "/", portIndex: 0, gracePeriodSeconds: 5, intervalSeconds: 1 }]],
    [30_000, [{ protocol: "HTTP", path: "/", portIndex: 0, gracePeriodSeconds: 5, intervalSeconds: 1 }]],
  ] as const) {
    const world = await new World().start();
    await world.put({ id: "/web", instances: 4, healthChecks });
    await world.clock.pass(20_000);
    assert.is(world.running("/web").length, 4);
    const plan = await world.put({ id: "/web", instances: 4, cpus: 900, healthChecks });
    await world.clock.pass(pause);
    await world.engine.groups.write((root) => revertPlan(plan, root, SETTINGS.definitions), {
      groupId: "/",
      force: true,
    });
    await world.clock.pass(60_000);
    assert.is(world.engine.deployments.count, 0);
    assert.is(world.running("/web").length, 4);
    assert.is(world.engine.groups.root.specs.get("/web")?.definition["cpus"], 0.1);
    await world.remove("/web");
    await world.clock.pass(60_000);
    assert.equal(world.engine.tracker.all, []);
  }
});

engine(
  "a deployment that waits for what it cancels is locked already, and can be cancelled itself",
  async () => {
    const world = await new World().start();
    await world.put({ id: "/web", instances: 4 });
    await world.clock.pass(20_000);
    await world.put({ id: "/web", instances: 4, cpus: 900 });
    await world.put({ id: "/web", instances: 4, cpus: 0.2 }, true);
    assert.is(world.engine.deployments.list().length, 0, "not listed yet");
    const refused = await world.put({ id: "/web", instances: 4, cpus: 0.3 }).catch((error: unknown) => error);
    assert.ok(refused instanceof Refusal && refused.status === 409);
    await world.engine.groups.write((root) => removeSpec(root, "/web"), { groupId: "/", force: true });
    await world.clock.pass(60_000);
    assert.equal([world.engine.deployments.count, world.engine.tracker.all.length], [0, 0]);
    assert.is(world.types().filter((type) => type === "deployment_failed").length, 2);
  },
);

engine.run();
