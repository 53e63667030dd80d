/** Weights and quotas of roles on a simulated master. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/value/json.js";
import { waitFor } from "../../harness/wait.js";
import { api, Lab } from "../../sandbox/mesos/lab.js";
import { codesOf, detailsOf, succeeded, World } from "./world.js";

const KIND = "MesosRole";
const WEB: JsonObject = {
  mesos: "Mesos/m",
  role: "web",
  weight: 2.5,
  quota: { guarantees: { cpus: 2, mem: 1024.0001, gpus: 0 }, limits: { cpus: 4, mem: 4096 } },
};

const roles = suite<{ lab: Lab; world: World; host: string }>("MesosRole on a simulated master");

roles.before.each(async (context) => {
  context.lab = await Lab.make();
  context.host = context.lab.ip(11);
  await context.lab.master(11, []);
  const flags = [`--master=${context.host}:5050`, "--registration_backoff_factor=50ms"];
  const agent = await context.lab.agent(21, "r1", flags);
  await waitFor("the agent registers", 30_000, () => agent.process.agent?.registered);
  context.world = new World({ masters: [`${context.host}:5050`] });
});

roles.after.each(async ({ lab, world }) => {
  await world.close();
  await lab.close();
});

roles("the master itself is asked for its version only", async ({ world, host }) => {
  const result = succeeded(await world.create("Mesos", { masters: [`${host}:5050`] }));
  assert.ok(result.status === "done");
  assert.match(String(result.attributes["version"]), /^1\.\d+/);
  assert.is(result.attributes["leader"], `${host}:5050`);
  assert.equal(await world.differing("Mesos", { masters: [`${host}:5050`] }), []);
});

roles(
  "in step right after it was made; drift by hand shows; taken away without a trace",
  async ({ world, host }) => {
    assert.is((await world.read(KIND, WEB)).status, "absent");
    succeeded(await world.create(KIND, WEB));
    assert.equal(await world.differing(KIND, WEB), []);

    await api(host, {
      type: "UPDATE_WEIGHTS",
      update_weights: { weight_infos: [{ role: "web", weight: 7 }] },
    });
    const config = { role: "web", guarantees: { cpus: { value: 1 } }, limits: { disk: { value: 5 } } };
    await api(host, { type: "UPDATE_QUOTA", update_quota: { quota_configs: [config] } });
    assert.equal((await world.differing(KIND, WEB)).sort(), [
      "quota.guarantees.cpus",
      "quota.guarantees.mem",
      "quota.limits.cpus",
      "quota.limits.disk",
      "quota.limits.mem",
      "weight",
    ]);
    succeeded(await world.update(KIND, WEB));
    assert.equal(await world.differing(KIND, WEB), []);

    const less = { ...WEB, quota: { limits: { cpus: 4 } } };
    succeeded(await world.update(KIND, less));
    assert.equal(await world.differing(KIND, less), []);
    succeeded(await world.delete(KIND));
    assert.is((await world.read(KIND, WEB)).status, "absent");
  },
);

roles("what somebody else set meanwhile is not overwritten", async ({ world, host }) => {
  succeeded(await world.create(KIND, WEB));
  const change = await world.change(KIND, { ...WEB, weight: 3 });
  await api(host, { type: "UPDATE_WEIGHTS", update_weights: { weight_infos: [{ role: "web", weight: 7 }] } });
  assert.equal(codesOf(await world.apply(KIND, change)), ["changed-meanwhile"]);
  assert.equal(await world.differing(KIND, WEB), ["weight"]);
  const unknown = new World({ masters: [`${host}:5050`] });
  assert.equal(codesOf(await unknown.create(KIND, WEB)), ["exists-unmanaged"]);
  await unknown.close();
});

roles(
  "a quota above the cluster is refused in Mesos' words, and forced where that is said",
  async ({ world }) => {
    const big = { ...WEB, quota: { guarantees: { cpus: 2000 } } };
    const refused = await world.create(KIND, big);
    assert.equal(codesOf(refused), ["mesos-invalid"]);
    assert.match(detailsOf(refused), /UPDATE_QUOTA at .*:5050: .*exceed cluster capacity/);
    succeeded(await world.create(KIND, { ...big, force: true }));
  },
);

roles.run();
