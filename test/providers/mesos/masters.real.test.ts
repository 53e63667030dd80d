/** Masters and agents of the simulation deployed, changed, grown and cut down by the command, over a real ZooKeeper. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../../harness/wait.js";
import { api, metric, TestFramework } from "../../sandbox/mesos/lab.js";
import { agent, DeployedWorld, leaderAddress, master, NET } from "./deployed-world.js";

const THREE = { quorum: 2, servers: [1, 2, 3].map((id) => master(id)) };
const TWO_AGENTS = { agents: [agent(1), agent(2)] };

const deployed = suite<{ world: DeployedWorld; framework: TestFramework }>("MesosMasters and MesosAgents");

deployed.before(async (context) => {
  context.world = await DeployedWorld.make();
});

deployed.after(async ({ world, framework }) => {
  await world.close();
  framework?.close();
});

/** Agents as the masters have them. */
async function agents(): Promise<{ id: string; active: boolean }[]> {
  const answer = (await api(await leaderAddress(`${NET}.11`), { type: "GET_AGENTS" })) as {
    get_agents: { agents?: { agent_info: { id: { value: string } }; active: boolean }[] };
  };
  return (answer.get_agents.agents ?? []).map(({ agent_info, active }) => ({
    id: agent_info.id.value,
    active,
  }));
}

deployed(
  "three masters and two agents come up, and a plan right after has nothing to do",
  async (context) => {
    const { world } = context;
    world.declare({ masters: THREE, agents: TWO_AGENTS });
    await world.applied();
    const plan = await world.planned();
    assert.is(plan.code, 0, plan.text);
    for (const last of [11, 12, 13]) assert.is(await metric(`${NET}.${last}`, "registrar/log/recovered"), 1);
    assert.equal(
      (await agents()).map(({ active }) => active),
      [true, true],
    );
    const info = { user: "root", name: "keeper", role: "*", checkpoint: true, failover_timeout: 3600 };
    context.framework = new TestFramework(await leaderAddress(`${NET}.11`), {
      ...info,
      capabilities: [{ type: "PARTITION_AWARE" }],
    });
    await context.framework.subscribe();
    await context.framework.launch(`${NET}.21`, "kept", "sleep 1000");
  },
);

deployed(
  "a flag goes to one master after another, the leader last, with one change of leader",
  async ({ world, framework }) => {
    const before = await leaderAddress(`${NET}.11`);
    const ids = await agents();
    world.declare({ masters: { ...THREE, flags: { cluster: "lab" } }, agents: TWO_AGENTS });
    const said = await world.applied();
    const last = Number(before.split(".").at(-1)) - 10;
    const order = [...said.matchAll(/\[\d\/3\] restart master (\d)( \(the leader, last\))?/g)];
    assert.equal([Number(order[2]?.[1]), order[2]?.[2]], [last, " (the leader, last)"], said);
    assert.is(order.filter(([, , leads]) => leads !== undefined).length, 1, said);
    assert.is.not(await leaderAddress(`${NET}.11`), before);
    const plan = await world.planned();
    assert.is(plan.code, 0, plan.text);
    assert.equal((await agents()).map(({ id }) => id).sort(), ids.map(({ id }) => id).sort());
    await framework.subscribe(await leaderAddress(`${NET}.11`));
    await framework.call("RECONCILE", { tasks: [] });
    await framework.untilState("kept", "TASK_RUNNING");
  },
);

deployed("a master that was stopped by hand shows, and comes back", async ({ world }) => {
  const pid = await world.pid("mesos-master-m-2");
  await world.stopByHand("mesos-master-m-2");
  const plan = await world.planned();
  assert.is(plan.code, 2, plan.text);
  assert.match(plan.text, /servers\[id=2\]\.running\s+false → true/);
  await world.applied();
  assert.is.not(await world.pid("mesos-master-m-2"), pid);
  assert.is((await world.planned()).code, 0);
});

deployed("one master cannot be left, and says why, with all as it was", async ({ world }) => {
  const pids = await world.pids();
  world.declare({ masters: { quorum: 1, servers: [master(1)] }, agents: TWO_AGENTS });
  const answer = await world.run("apply", "--auto-approve");
  assert.is(answer.code, 1);
  assert.match(answer.stderr, /several masters cannot become one[\s\S]*Nothing was touched/);
  assert.equal(await world.pids(), pids);
});

deployed(
  "a flag that no master starts with is taken back from the first one, and the others never see it",
  async ({ world }) => {
    const pids = await world.pids();
    const broken = { ...THREE, flags: { cluster: "lab", bogus: 1 }, rolling: { waitSeconds: 5 } };
    world.declare({ masters: broken, agents: TWO_AGENTS });
    const answer = await world.run("apply", "--auto-approve");
    assert.is(answer.code, 1);
    assert.match(answer.stderr, /master \d did not come into step within 5 s/);
    assert.match(
      answer.stderr,
      /given its former configuration again, and is back[\s\S]*unknown flag 'bogus'/,
    );
    const after = await world.pids();
    assert.is(Object.entries(pids).filter(([unit, pid]) => after[unit] !== pid).length, 1);
  },
);

deployed(
  "three become five with the quorum first, although ferry is killed on the way",
  async ({ world }) => {
    const five = { quorum: 3, servers: [1, 2, 3, 4, 5].map((id) => master(id)), flags: { cluster: "lab" } };
    world.declare({ masters: five, agents: TWO_AGENTS });
    const before = await world.pids();
    const running = world.start("apply", "--auto-approve");
    await waitFor("the second step", 60_000, () => /\[2\/5\] restart/.test(running.stderr()));
    running.child.kill("SIGKILL");
    await running.ended;
    const first = /\[1\/5\] restart master (\d)/.exec(running.stderr())?.[1];
    const done = (await world.pids())[`mesos-master-m-${first}`];
    assert.is.not(done, before[`mesos-master-m-${first}`]);
    const said = await world.applied();
    assert.not.match(said, new RegExp(`\\] restart master ${first} `), said);
    assert.is((await world.pids())[`mesos-master-m-${first}`], done);
    assert.match(said, /deploy master 4[\s\S]*deploy master 5/);
    for (const last of [11, 12, 13, 14, 15]) {
      assert.is(await metric(`${NET}.${last}`, "registrar/log/ensemble_size"), 5);
      assert.is(await metric(`${NET}.${last}`, "registrar/log/recovered"), 1);
    }
    assert.is((await world.planned()).code, 0);
  },
);

deployed(
  "five become three again: two go, then the quorum, and the agents keep their ids",
  async ({ world, framework }) => {
    const ids = await agents();
    const leader = Number((await leaderAddress(`${NET}.11`)).split(".").at(-1)) - 10;
    const left = [1, 2, 3, 4, 5].filter((id) => id !== leader).slice(0, 2);
    const servers = [leader, ...left].sort().map((id) => master(id));
    world.declare({ masters: { quorum: 2, servers, flags: { cluster: "lab" } }, agents: TWO_AGENTS });
    const said = await world.applied();
    assert.equal(
      [...said.matchAll(/(?<=\[\d\/5\] )(stop|restart) master (\d)/g)].map(([, what]) => what),
      ["stop", "stop", "restart", "restart", "restart"],
    );
    assert.equal((await agents()).map(({ id }) => id).sort(), ids.map(({ id }) => id).sort());
    for (const { ip } of servers as unknown as { ip: string }[]) {
      assert.is(await metric(ip, "registrar/log/ensemble_size"), 3);
    }
    await framework.subscribe(await leaderAddress(String(servers[0]?.["ip"])));
    await framework.call("RECONCILE", { tasks: [] });
    await framework.untilState("kept", "TASK_RUNNING");
    assert.is((await world.planned()).code, 0);
  },
);

deployed.run();
