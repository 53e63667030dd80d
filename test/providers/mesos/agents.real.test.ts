/** Agents of the simulation deployed by the command: what their restart costs is told before, and their ids outlive it. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/value/json.js";
import { api, TestFramework } from "../../sandbox/mesos/lab.js";
import { agent, DeployedWorld, master, NET } from "./deployed-world.js";

const AGENT_CREDENTIAL: JsonObject = { principal: "agent", secret: "env:SECRET" };
const MASTERS: JsonObject = {
  quorum: 1,
  servers: [master(1)],
  credentials: [AGENT_CREDENTIAL],
  acls: { permissive: true },
  flags: { authenticate_agents: true },
};
const AGENTS: JsonObject = { agents: [agent(1), agent(2)], credential: AGENT_CREDENTIAL };

interface Fixture {
  world: DeployedWorld;
  keeper: TestFramework;
  loser: TestFramework;
}

const agents = suite<Fixture>("MesosAgents");

agents.before(async (context) => {
  context.world = await DeployedWorld.make();
  const info = {
    user: "root",
    role: "*",
    failover_timeout: 3600,
    capabilities: [{ type: "PARTITION_AWARE" }],
  };
  context.keeper = new TestFramework(`${NET}.11`, { ...info, name: "keeper", checkpoint: true });
  context.loser = new TestFramework(`${NET}.11`, { ...info, name: "loser", checkpoint: false });
});

agents.after(async ({ world, keeper, loser }) => {
  await world.close();
  keeper.close();
  loser.close();
});

/** Host name → id. */
async function registered(): Promise<Readonly<Record<string, string>>> {
  const answer = (await api(`${NET}.11`, { type: "GET_AGENTS" })) as {
    get_agents: { agents?: { agent_info: { id: { value: string }; hostname: string }; active: boolean }[] };
  };
  const active = (answer.get_agents.agents ?? []).filter((one) => one.active);
  return Object.fromEntries(active.map(({ agent_info: info }) => [info.hostname, info.id.value]));
}

agents("they authenticate with secrets that only their user can read", async ({ world }) => {
  world.declare({ masters: MASTERS, agents: AGENTS });
  await world.applied();
  assert.is((await world.planned()).code, 0);
  assert.equal(Object.keys(await registered()).sort(), [`${NET}.21`, `${NET}.22`]);
  for (const unit of ["mesos-master-m-1/conf/credentials.json", "mesos-agent-a-a1/conf/credential.json"]) {
    const file = join(world.project.directory, ".ferry/hosts/h/units", unit);
    assert.match(readFileSync(file, "utf8"), /hush/);
    assert.is(statSync(file).mode & 0o777, 0o600);
  }
  const state = readFileSync(join(world.project.directory, ".ferry/state.json"), "utf8");
  assert.not.match(state, /hush/);
});

agents(
  "a change names the tasks that it ends, keeps the others, and keeps ids",
  async ({ world, keeper, loser }) => {
    await keeper.subscribe();
    await keeper.launch(`${NET}.21`, "kept", "sleep 1000");
    await loser.subscribe();
    await loser.launch(`${NET}.22`, "lost", "sleep 1000");
    const ids = await registered();
    world.declare({ masters: MASTERS, agents: { ...AGENTS, flags: { gc_delay: "2weeks" } } });
    const plan = await world.planned();
    assert.is(plan.code, 2);
    assert.match(
      plan.text,
      /warning\[mesos-tasks-lost\][\s\S]*a restart of agent a2 ends tasks: loser\/lost/,
    );
    assert.not.match(plan.text, /keeper\/kept/);
    const said = await world.applied();
    assert.match(said, /restart agent a1[\s\S]*restart agent a2/);
    assert.equal(await registered(), ids);
    assert.is((await world.planned()).code, 0);
    await loser.untilState("lost", "TASK_LOST").catch(() => loser.untilState("lost", "TASK_GONE"));
    await keeper.call("RECONCILE", { tasks: [] });
    assert.not.ok(
      keeper.states("kept").some((state) => state !== "TASK_RUNNING" && state !== "TASK_STARTING"),
    );
  },
);

agents("what a live agent would refuse is refused before, and nothing is touched", async ({ world }) => {
  const pids = await world.pids();
  const moved = { ...AGENTS, agents: [agent(1, { attributes: { rack: "r9" } }), agent(2)] };
  world.declare({ masters: MASTERS, agents: { ...moved, flags: { gc_delay: "2weeks" } } });
  assert.match((await world.planned()).text, /agent a1 would refuse to start again with other attributes/);
  const answer = await world.run("apply", "--auto-approve");
  assert.is(answer.code, 1);
  assert.match(answer.stderr, /mesos-agent-incompatible[\s\S]*agent a1: attributes[\s\S]*replaceWhenChanged/);
  assert.equal(await world.pids(), pids);
});

agents("it is drained and started anew under another id where that is allowed", async ({ world, keeper }) => {
  const ids = await registered();
  const moved = { ...AGENTS, agents: [agent(1, { attributes: { rack: "r9" } }), agent(2)] };
  const flags = { gc_delay: "2weeks" };
  world.declare({ masters: MASTERS, agents: { ...moved, flags, replaceWhenChanged: true } });
  await world.applied();
  await keeper.untilState("kept", "TASK_KILLED");
  const after = await registered();
  assert.is.not(after[`${NET}.21`], ids[`${NET}.21`]);
  assert.is(after[`${NET}.22`], ids[`${NET}.22`]);
  assert.is((await world.planned()).code, 0);
});

agents("one that is taken out is drained and gone for good", async ({ world }) => {
  const flags = { gc_delay: "2weeks" };
  world.declare({ masters: MASTERS, agents: { ...AGENTS, agents: [agent(2)], flags } });
  await world.applied();
  assert.equal(Object.keys(await registered()), [`${NET}.22`]);
  assert.equal(Object.keys(await world.pids()), ["mesos-agent-a-a2", "mesos-master-m-1"]);
});

agents.run();
