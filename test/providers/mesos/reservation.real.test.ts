/** Reservations and volumes on a simulated master and its agents. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/value/json.js";
import { waitFor } from "../../harness/wait.js";
import { api, Lab } from "../../sandbox/mesos/lab.js";
import { codesOf, detailsOf, succeeded, World } from "./world.js";

const KIND = "MesosReservation";
const reservations = suite<{ lab: Lab; world: World; host: string; ids: string[] }>(
  "MesosReservation on a simulated master",
);

reservations.before.each(async (context) => {
  const lab = await Lab.make();
  Object.assign(context, { lab, host: lab.ip(11), ids: [] });
  await lab.master(11, []);
  for (const [last, rack] of [
    [21, "r1"],
    [22, "r2"],
  ] as const) {
    const flags = [`--master=${context.host}:5050`, "--registration_backoff_factor=50ms"];
    const { process } = await lab.agent(last, rack, flags);
    await waitFor("the agent registers", 30_000, () => process.agent?.registered);
    context.ids.push(process.agent?.id ?? "");
  }
  context.world = new World({ masters: [`${context.host}:5050`] });
});

reservations.after.each(async ({ lab, world }) => {
  await world.close();
  await lab.close();
});

const DB: JsonObject = {
  mesos: "Mesos/m",
  agent: { attributes: { rack: "r2" } },
  role: "db",
  principal: "ops",
  resources: { cpus: 1.5, mem: 512, disk: 4096 },
  ports: "31001-31005, 31007, 31000",
  volumes: [
    { id: "vol-2", size: 1024, containerPath: "more" },
    { id: "vol-1", size: 2048, containerPath: "data" },
  ],
};

reservations("in step right after it was made, changed in place, and freed", async ({ world, lab }) => {
  assert.is((await world.read(KIND, DB)).status, "absent");
  const made = succeeded(await world.create(KIND, DB));
  assert.ok(made.status === "done");
  assert.is(made.attributes["hostname"], lab.ip(22));
  assert.equal(await world.differing(KIND, DB), []);
  const other = {
    ...DB,
    resources: { cpus: 2, disk: 3000 },
    ports: "31005-31010",
    volumes: [
      { id: "vol-1", size: 2048, containerPath: "data" },
      { id: "vol-3", size: 900, containerPath: "new" },
    ],
  };
  succeeded(await world.update(KIND, other));
  assert.equal(await world.differing(KIND, other), []);
  succeeded(await world.delete(KIND));
  assert.is((await world.read(KIND, DB)).status, "absent");
});

reservations("what somebody reserves or frees by hand shows", async ({ world, host, ids }) => {
  const small = { ...DB, resources: { cpus: 1 }, ports: "", volumes: [] };
  succeeded(await world.create(KIND, small));
  const reserved = [{ type: "DYNAMIC", role: "db", principal: "ops" }];
  const extra = { type: "SCALAR", name: "mem", scalar: { value: 64 }, reservations: reserved };
  const part = { agent_id: { value: ids[1] }, resources: [extra] };
  await api(host, { type: "RESERVE_RESOURCES", reserve_resources: part });
  assert.equal(await world.differing(KIND, small), ["resources.mem"]);
  succeeded(await world.update(KIND, small));
  assert.equal(await world.differing(KIND, small), []);
});

reservations("reservations of other principals are nobody's business", async ({ world, host, ids }) => {
  const small = { ...DB, resources: { cpus: 1 }, ports: "", volumes: [] };
  const reserved = [{ type: "DYNAMIC", role: "db", principal: "somebody" }];
  const extra = { type: "SCALAR", name: "mem", scalar: { value: 64 }, reservations: reserved };
  const part = { agent_id: { value: ids[1] }, resources: [extra] };
  await api(host, { type: "RESERVE_RESOURCES", reserve_resources: part });
  assert.is((await world.read(KIND, small)).status, "absent");
  succeeded(await world.create(KIND, small));
  assert.equal(await world.differing(KIND, small), []);
});

reservations("a volume is never made anew, and too much is refused in Mesos' words", async ({ world }) => {
  succeeded(await world.create(KIND, DB));
  const volumes = [{ id: "vol-1", size: 2000, containerPath: "data" }];
  assert.equal(codesOf(await world.update(KIND, { ...DB, volumes })), ["mesos-volume-change"]);
  const much = await world.update(KIND, { ...DB, resources: { cpus: 999, mem: 512, disk: 4096 } });
  assert.equal(codesOf(much), ["mesos-conflict"]);
  assert.match(detailsOf(much), /RESERVE_RESOURCES at .* does not contain cpus:/);
});

reservations.run();
