/** Agents that are deactivated, drained and gone on a simulated master. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/value/json.js";
import { waitFor } from "../../harness/wait.js";
import { api, Lab, TestFramework } from "../../sandbox/mesos/lab.js";
import { codesOf, succeeded, World } from "./world.js";

const KIND = "MesosAgent";
const DEADLINE_MS = 30_000;

const agents = suite<{ lab: Lab; world: World; host: string; ids: string[] }>(
  "MesosAgent on a simulated master",
);

agents.before.each(async (context) => {
  const lab = await Lab.make();
  Object.assign(context, { lab, host: lab.ip(11), ids: [] });
  await lab.master(11, []);
  for (const [last, rack] of [
    [21, "r1"],
    [22, "r2"],
  ] as const) {
    const flags = [`--master=${context.host}:5050`, "--registration_backoff_factor=50ms"];
    const { process } = await lab.agent(last, rack, flags);
    await waitFor("the agent registers", DEADLINE_MS, () => process.agent?.registered);
    context.ids.push(process.agent?.id ?? "");
  }
  context.world = new World({ masters: [`${context.host}:5050`] });
});

agents.after.each(async ({ lab, world }) => {
  await world.close();
  await lab.close();
});

function first(lab: Lab, more: JsonObject = {}): JsonObject {
  return { mesos: "Mesos/m", agent: { hostname: lab.ip(21) }, ...more };
}

agents(
  "an active agent is taken on as it is, deactivated, and active again when it is no longer declared",
  async ({ world, lab, host, ids }) => {
    assert.is((await world.read(KIND, first(lab))).status, "absent");
    succeeded(await world.create(KIND, first(lab)));
    assert.equal(await world.differing(KIND, first(lab)), []);
    const off = first(lab, { state: "deactivated" });
    succeeded(await world.update(KIND, off));
    assert.equal(await world.differing(KIND, off), []);

    await api(host, { type: "REACTIVATE_AGENT", reactivate_agent: { agent_id: { value: ids[0] } } });
    assert.equal(await world.differing(KIND, off), ["state"]);
    succeeded(await world.update(KIND, off));
    succeeded(await world.delete(KIND));
    assert.is((await world.read(KIND, first(lab))).status, "absent");
  },
);

agents("a drain ends the tasks, is waited for, and is taken back", async ({ world, lab, host }) => {
  const framework = new TestFramework(host, {
    user: "u",
    name: "f",
    roles: ["web"],
    capabilities: [{ type: "MULTI_ROLE" }],
    checkpoint: true,
  });
  try {
    await framework.subscribe();
    await framework.launch(lab.ip(21), "t1", "sleep 600");
    const off = first(lab, { state: "drained", maxGraceSeconds: 5 });
    const result = succeeded(await world.create(KIND, off));
    assert.ok(result.status === "done");
    assert.is(result.attributes["drain"], "DRAINED");
    assert.ok(framework.states("t1").includes("TASK_KILLED"));
    assert.ok(
      world.messages.some((message) => /tasks still use .*cpus/.test(message)),
      world.messages.join("\n"),
    );
    assert.equal(await world.differing(KIND, off), []);
    const lesser = first(lab, { state: "deactivated", maxGraceSeconds: 5 });
    succeeded(await world.update(KIND, lesser));
    assert.equal(await world.differing(KIND, lesser), []);
    succeeded(await world.update(KIND, first(lab)));
    assert.equal(await world.differing(KIND, first(lab)), []);
  } finally {
    framework.close();
  }
});

agents("gone is for good, and for that agent only", async ({ world, lab, host, ids }) => {
  const spec = { mesos: "Mesos/m", agent: { attributes: { rack: "r2" } }, state: "gone" };
  succeeded(await world.create(KIND, spec));
  assert.equal(await world.differing(KIND, spec), []);
  const { get_agents } = (await api(host, { type: "GET_AGENTS" })) as { get_agents: JsonObject };
  assert.not(JSON.stringify(get_agents).includes(String(ids[1])));
  const flags = [`--master=${host}:5050`, "--registration_backoff_factor=50ms"];
  const { process } = await lab.agent(23, "r2", flags);
  await waitFor("another one registers", DEADLINE_MS, () => process.agent?.registered);
  assert.equal(await world.differing(KIND, spec), []);
  succeeded(await world.delete(KIND));
});

agents("which agent is meant must be clear", async ({ world }) => {
  const both = { mesos: "Mesos/m", agent: { attributes: { zone: "z1" } } };
  assert.equal(codesOf(await world.read(KIND, both)), ["mesos-agent-ambiguous"]);
  const none = { mesos: "Mesos/m", agent: { hostname: "nobody" }, state: "drained" };
  assert.equal(codesOf(await world.create(KIND, none)), ["mesos-agent-unknown"]);
});

agents("an agent that somebody deactivated by hand is not taken over", async ({ world, lab, host, ids }) => {
  await api(host, { type: "DEACTIVATE_AGENT", deactivate_agent: { agent_id: { value: ids[0] } } });
  assert.is((await world.read(KIND, first(lab))).status, "present");
  assert.equal(codesOf(await world.create(KIND, first(lab))), ["exists-unmanaged"]);
});

agents.run();
