/** Agents without a master of today: the steps between states, and masters before 1.9, where maintenance stands for a drain. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Found, stepsBetween, type Wanted } from "../../../providers/mesos/agent/state.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { json, SmallMaster } from "../../mesos/small-master.js";
import { codesOf, succeeded, World } from "./world.js";

const KIND = "MesosAgent";
const MACHINE = { hostname: "a1", ip: "10.0.0.1" };
const OTHER = {
  machine_ids: [{ hostname: "b1", ip: "10.0.0.2" }],
  unavailability: { start: { nanoseconds: 1_795_410_940_000_000_000 } },
};

const agents = suite("MesosAgent");

agents("steps lead to what is wanted, and none where it is so already", () => {
  const found: readonly Found[] = ["active", "deactivated", "drained", "draining"];
  const wanted: readonly Wanted[] = ["active", "deactivated", "drained", "gone"];
  for (const from of found) {
    for (const to of wanted) {
      let state: string = from;
      for (const step of stepsBetween(from, to)) {
        if (step === "wait") assert.is(state, "draining");
        if (step === "reactivate") assert.is.not(state, "active");
        if (step === "reactivate") assert.is.not(state, "draining");
        const next = {
          reactivate: "active",
          deactivate: "deactivated",
          drain: "draining",
          "drain-and-go": "going",
          wait: "drained",
          "mark-gone": "gone",
          "wait-gone": "gone",
        };
        state = next[step];
      }
      assert.is(state, to, `${from} to ${to}`);
    }
  }
});

/** A master of 1.8 with one agent, which ends when its machine goes down. */
class OldMaster {
  windows: Json[] = [OTHER];
  down: Json[] = [];
  allocated: Json[] = [{ name: "cpus", type: "SCALAR", scalar: { value: 1 } }];
  readonly server = new SmallMaster((call) => this.answer(String(call["type"]), call));

  private answer(type: string, call: JsonObject) {
    const part = isObject(call[type.toLowerCase()]) ? call[type.toLowerCase()] : {};
    const { schedule, machines } = part as { schedule?: { windows?: Json[] }; machines?: Json[] };
    switch (type) {
      case "GET_MASTER":
        return json({
          get_master: { master_info: { id: "m", port: 5050, hostname: "m1", version: "1.8.1" } },
        });
      case "GET_AGENTS":
        return json({ get_agents: { agents: this.down.length > 0 ? [] : [this.agent()] } });
      case "GET_MAINTENANCE_STATUS":
        return json({ get_maintenance_status: { status: this.status() } });
      case "GET_MAINTENANCE_SCHEDULE":
        return json({ get_maintenance_schedule: { schedule: { windows: this.windows } } });
      case "UPDATE_MAINTENANCE_SCHEDULE":
        this.windows = schedule?.windows ?? [];
        return {};
      case "START_MAINTENANCE":
        this.down = machines ?? [];
        return {};
      case "STOP_MAINTENANCE":
        this.down = [];
        this.windows = [OTHER];
        return {};
      default:
        return { status: 400, body: "Expecting 'type' to be present" };
    }
  }

  private agent(): JsonObject {
    return {
      agent_info: { id: { value: "m-S0" }, hostname: "a1" },
      active: true,
      pid: "slave(1)@10.0.0.1:5051",
      allocated_resources: this.allocated,
    };
  }

  private status(): JsonObject {
    const ids = this.windows.flatMap((window) => (isObject(window) ? (window["machine_ids"] as Json[]) : []));
    const isDown = (id: Json): boolean =>
      this.down.some((other) => JSON.stringify(other) === JSON.stringify(id));
    return {
      draining_machines: ids.filter((id) => !isDown(id)).map((id) => ({ id })),
      down_machines: this.down,
    };
  }
}

agents("before 1.9 a drain is maintenance of the machine, and leaves other windows alone", async () => {
  const old = new OldMaster();
  await old.server.start();
  let now = 1_800_000_000_000;
  const clock = {
    now: () => now,
    delay: async (ms: number) => {
      now += ms;
      if (now > 1_800_000_003_000) old.allocated = [];
    },
  };
  const world = new World({ masters: [old.server.address] }, clock);
  try {
    const spec = { mesos: "Mesos/m", agent: { hostname: "a1" }, state: "drained" };
    assert.is((await world.read(KIND, spec)).status, "absent");
    succeeded(await world.create(KIND, spec));
    assert.equal(old.down, [MACHINE]);
    assert.equal(old.windows, [
      OTHER,
      { machine_ids: [MACHINE], unavailability: { start: { nanoseconds: 1_800_000_000_000_000_000 } } },
    ]);
    assert.equal(await world.differing(KIND, spec), []);
    const off = { ...spec, state: "deactivated" };
    assert.equal(codesOf(await world.update(KIND, off)), ["mesos-too-old"]);
    succeeded(await world.update(KIND, { ...spec, state: "active" }));
    assert.equal([old.down, old.windows], [[], [OTHER]]);
  } finally {
    await world.close();
    old.server.stop();
  }
});

agents(
  "an agent that is away keeps what was applied, and can still be deactivated, active and gone",
  async () => {
    let listed = true;
    const info = { id: { value: "m-S0" }, hostname: "a1" };
    const master = await new SmallMaster((call) => {
      switch (call["type"]) {
        case "GET_MASTER":
          return json({
            get_master: { master_info: { id: "m", port: 5050, hostname: "m1", version: "1.11.0" } },
          });
        case "GET_AGENTS":
          return json({ get_agents: { agents: listed ? [{ agent_info: info, active: true }] : [] } });
        case "REACTIVATE_AGENT":
          return { status: 409, body: "Agent removed while processing the call" };
        default:
          return {};
      }
    }).start();
    const world = new World({ masters: [master.address] });
    try {
      const spec = { mesos: "Mesos/m", agent: { hostname: "a1" } };
      succeeded(await world.create(KIND, spec));
      listed = false;
      const read = await world.read(KIND, spec);
      assert.equal([read.status, codesOf(read)], ["present", ["mesos-agent-away"]]);
      assert.equal(await world.differing(KIND, spec), []);
      for (const state of ["deactivated", "active", "gone"]) {
        assert.equal(await world.differing(KIND, { ...spec, state }), ["state"]);
        succeeded(await world.update(KIND, { ...spec, state }));
      }
      assert.equal(codesOf(await world.read(KIND, { ...spec, state: "gone" })), []);
      assert.equal(
        master.types.filter((type) => !type.startsWith("GET_")),
        ["DEACTIVATE_AGENT", "REACTIVATE_AGENT", "MARK_AGENT_GONE"],
      );
    } finally {
      await world.close();
      master.stop();
    }
  },
);

agents.run();
