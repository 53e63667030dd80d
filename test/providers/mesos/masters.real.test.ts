/** Masters and agents of the simulation deployed, changed, grown and cut down by the command, over a real ZooKeeper. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
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
    const order = [...said.matchAll(/restart master (\d)( \(the leader, last\))?/g)];
    assert.equal([...new Set(order.map(([, id]) => Number(id)))].at(-1), last, said);
    assert.ok(
      order.some(([, id, leads]) => Number(id) === last && leads !== undefined),
      said,
    );
    assert.is.not(await leaderAddress(`${NET}.11`), before);
    const plan = await world.planned();
    assert.is(plan.code, 0, plan.text);
    assert.equal((await agents()).map(({ id }) => id).sort(), ids.map(({ id }) => id).sort());
    await framework.subscribe(await leaderAddress(`${NET}.11`));
    await framework.call("RECONCILE", { tasks: [] });
    await framework.untilState("kept", "TASK_RUNNING");
  },
);

deployed.run();
