/** Masters and agents of the simulation as containers of a real engine, over a real ZooKeeper, driven by the command. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { packTar } from "../../../providers/docker/tar.js";
import { type TestEngine, whyNoEngine } from "../../harness/docker.js";
import { metric } from "../../sandbox/mesos/lab.js";
import { startShellEngine } from "../docker/engine.js";
import { agent, DeployedWorld, leaderAddress, master, NET } from "./deployed-world.js";
import { importSimulator, SIMULATOR } from "./simulator-image.js";

const THREE = { quorum: 2, servers: [1, 2, 3].map((id) => master(id)) };
const ONE_AGENT = { agents: [agent(1)] };

const containers = suite<{ engine: TestEngine; world: DeployedWorld }>(
  "MesosMasters and MesosAgents as containers",
);
const obstacle = whyNoEngine();
const docker = obstacle === null ? containers : containers.skip;
if (obstacle !== null) console.log(`skipped: ${obstacle}`);

containers.before(async (context) => {
  if (obstacle !== null) return;
  context.engine = await startShellEngine();
  await importSimulator(context.engine);
  context.world = await DeployedWorld.make({
    runtime: { docker: { endpoint: context.engine.endpoint } },
    common: { image: SIMULATOR, container: { network: "host" } },
  });
});

containers.after(async ({ engine, world }) => {
  await world?.close();
  await engine?.close();
});

/** The container of a unit, and the folder that its master was told to keep its log in. */
async function workDir(engine: TestEngine, unit: string) {
  const all = await engine.docker.listContainers();
  const found = all.find(({ Names }) => Names.some((name) => name.includes(unit)));
  assert.ok(found, `no container of ${unit} among ${all.flatMap(({ Names }) => Names).join(", ")}`);
  const container = engine.docker.getContainer(String(found?.Id));
  const { Path, Args } = await container.inspect();
  const path = /--work_dir=(\S+)/.exec([Path, ...Args].join(" "))?.[1] ?? "";
  assert.ok(path.startsWith("/"), `no work_dir in ${Args.join(" ")}`);
  return { container, id: found?.Id, path };
}

const marked = new Map<string, string | undefined>();

async function putMarker(engine: TestEngine, unit: string): Promise<void> {
  const { container, id, path } = await workDir(engine, unit);
  const marker = {
    path: "marker",
    kind: "file",
    content: Buffer.from("kept"),
    mode: 0o600,
    uid: 0,
    gid: 0,
  } as const;
  await container.putArchive(packTar([marker]), { path });
  marked.set(unit, id);
}

/** True when another container than the marked one has the marker. */
async function hasMarker(engine: TestEngine, unit: string): Promise<boolean> {
  const { container, id, path } = await workDir(engine, unit);
  assert.is.not(id, marked.get(unit));
  return container.infoArchive({ path: `${path}/marker` }).then(
    () => true,
    () => false,
  );
}

docker(
  "three masters and an agent come up, and a plan right after has nothing to do",
  async ({ engine, world }) => {
    world.declare({ masters: THREE, agents: ONE_AGENT });
    await world.applied();
    assert.is((await engine.docker.listContainers()).length, 4);
    for (const last of [11, 12, 13]) assert.is(await metric(`${NET}.${last}`, "registrar/log/recovered"), 1);
    const plan = await world.planned();
    assert.is(plan.code, 0, plan.text);
  },
);

docker(
  "a flag goes to one master after another, the leader last, and work_dir is kept",
  async ({ engine, world }) => {
    await putMarker(engine, "mesos-master-m-1");
    const before = await leaderAddress(`${NET}.11`);
    const pids = await world.pids();
    world.declare({ masters: { ...THREE, flags: { cluster: "lab" } }, agents: ONE_AGENT });
    const said = await world.applied();
    const order = [...said.matchAll(/\[\d\/3\] restart master (\d)( \(the leader, last\))?/g)];
    assert.equal(
      [order.length, Number(order[2]?.[1]), order[2]?.[2]],
      [3, Number(before.split(".").at(-1)) - 10, " (the leader, last)"],
      said,
    );
    const leader = await leaderAddress(`${NET}.11`);
    assert.is.not(leader, before);
    // The log alone would not show it: an emptied replica catches up from the others.
    assert.ok(await hasMarker(engine, "mesos-master-m-1"));
    assert.is(await metric(leader, "master/slaves_active"), 1);
    assert.type(pids["mesos-agent-a-a1"], "number");
    assert.is((await world.pids())["mesos-agent-a-a1"], pids["mesos-agent-a-a1"]);
    const plan = await world.planned();
    assert.is(plan.code, 0, plan.text);
  },
);

docker("a container that was stopped by hand shows, and comes back", async ({ world }) => {
  await world.stopByHand("mesos-master-m-2");
  const plan = await world.planned();
  assert.is(plan.code, 2, plan.text);
  assert.match(plan.text, /servers\[id=2\]\.running\s+false → true/);
  await world.applied();
  assert.is((await world.planned()).code, 0);
});

containers.run();
