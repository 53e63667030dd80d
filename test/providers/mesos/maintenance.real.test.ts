/** Windows of machines on a simulated master: beside others' windows, down and up again. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json, JsonObject } from "../../../src/value/json.js";
import { waitFor } from "../../harness/wait.js";
import { api, Lab } from "../../sandbox/mesos/lab.js";
import { codesOf, succeeded, World } from "./world.js";

const KIND = "MesosMaintenance";
const OTHERS = {
  machine_ids: [{ hostname: "elsewhere", ip: "127.0.0.99" }],
  unavailability: {
    start: { nanoseconds: 1_795_410_940_000_000_000 },
    duration: { nanoseconds: 3_600_000_000_000 },
  },
};

const windows = suite<{ lab: Lab; world: World; host: string }>("MesosMaintenance on a simulated master");

windows.before.each(async (context) => {
  const lab = await Lab.make();
  Object.assign(context, { lab, host: lab.ip(11) });
  await lab.master(11, []);
  const flags = [`--master=${context.host}:5050`, "--registration_backoff_factor=50ms"];
  const { process } = await lab.agent(21, "r1", flags);
  await waitFor("the agent registers", 30_000, () => process.agent?.registered);
  await schedule(context.host, [OTHERS]);
  context.world = new World({ masters: [`${context.host}:5050`] });
});

windows.after.each(async ({ lab, world }) => {
  await world.close();
  await lab.close();
});

async function schedule(host: string, list: readonly JsonObject[]): Promise<void> {
  await api(host, {
    type: "UPDATE_MAINTENANCE_SCHEDULE",
    update_maintenance_schedule: { schedule: { windows: list } },
  });
}

async function scheduled(host: string): Promise<Json> {
  const answer = await api(host, { type: "GET_MAINTENANCE_SCHEDULE" });
  return (answer["get_maintenance_schedule"] as { schedule: { windows?: Json } }).schedule.windows ?? [];
}

function machine(lab: Lab, last: number): JsonObject {
  return { hostname: lab.ip(last), ip: lab.ip(last) };
}

windows("a window is written beside the others, moved, and taken out again", async ({ world, lab, host }) => {
  const spec = {
    mesos: "Mesos/m",
    machines: [{ hostname: "Spare", ip: "127.0.0.98" }, machine(lab, 21)],
    start: "2027-03-01T23:00:00.5+01:00",
    durationSeconds: 7200,
  };
  assert.is((await world.read(KIND, spec)).status, "absent");
  const made = succeeded(await world.create(KIND, spec));
  assert.equal(codesOf(made), ["mesos-machine-unknown"]);
  assert.equal(await world.differing(KIND, spec), []);
  assert.is(((await scheduled(host)) as Json[]).length, 2);
  assert.equal(((await scheduled(host)) as Json[])[0], OTHERS);

  const open = { mesos: "Mesos/m", machines: [machine(lab, 21)], start: "2027-03-02T00:00:00Z" };
  assert.equal((await world.differing(KIND, open)).sort(), [
    "durationSeconds",
    "machines[hostname=spare]",
    "start",
  ]);
  succeeded(await world.update(KIND, open));
  assert.equal(await world.differing(KIND, open), []);

  await schedule(host, [OTHERS]);
  assert.is((await world.read(KIND, open)).status, "absent");
  succeeded(await world.create(KIND, open));
  succeeded(await world.delete(KIND));
  assert.equal(await scheduled(host), [OTHERS]);
});

windows("machines go down and up again, and drift by hand shows", async ({ world, lab, host }) => {
  const spec = {
    mesos: "Mesos/m",
    machines: [machine(lab, 21)],
    start: "2027-03-01T23:00:00Z",
    state: "down",
  };
  const result = succeeded(await world.create(KIND, spec));
  assert.ok(result.status === "done");
  assert.equal(result.attributes["modes"], { [lab.ip(21)]: "DOWN" });
  assert.equal(await world.differing(KIND, spec), []);
  await api(host, { type: "STOP_MAINTENANCE", stop_maintenance: { machines: [machine(lab, 21)] } });
  assert.is((await world.read(KIND, spec)).status, "absent");
  succeeded(await world.create(KIND, spec));
  const up = { ...spec, state: "scheduled" };
  succeeded(await world.update(KIND, up));
  assert.equal(await world.differing(KIND, up), []);
  assert.equal(await world.differing(KIND, spec), ["state"]);
  succeeded(await world.update(KIND, spec));
  succeeded(await world.delete(KIND));
  assert.equal(await scheduled(host), [OTHERS]);
});

windows("a machine that is in somebody's window is not taken out of it", async ({ world }) => {
  const spec = {
    mesos: "Mesos/m",
    machines: [{ hostname: "elsewhere", ip: "127.0.0.99" }],
    start: "2027-03-01T23:00:00Z",
  };
  assert.equal(codesOf(await world.create(KIND, spec)), ["exists-unmanaged"]);
});

windows.run();
