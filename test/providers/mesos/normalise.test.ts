/** Maintenance and reservations: what is normalised is what Mesos gives back of it, whatever was written. */

import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  comparedFields,
  liveFields,
  normaliseMaintenance,
  validateMaintenance,
  windowOf,
} from "../../../providers/mesos/maintenance/spec.js";
import { withoutMachines, withWindow } from "../../../providers/mesos/maintenance/windows.js";
import {
  heldIn,
  heldOn,
  jsonOf,
  normaliseReservation,
  reservationOf,
  validateReservation,
} from "../../../providers/mesos/reservation/spec.js";
import { Shape } from "../../../src/http/shape.js";
import { type Machine, scheduleOf } from "../../../src/mesos/answers.js";
import { resourceJson, resourcesOf } from "../../../src/mesos/resources.js";
import type { Json, JsonObject } from "../../../src/value/json.js";

const normal = suite("normal forms of maintenance and reservations");

const machineOf = (at: number): Machine => ({ hostname: `Host-${at % 7}`, ip: `10.0.0.${at % 7}` });
const machines = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 });

normal("a window comes back from the schedule as it was declared", () => {
  const spec = fc.record({
    machines,
    ms: fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) }),
    duration: fc.option(fc.integer({ min: 0, max: 1e7 }), { nil: undefined }),
  });
  void fc.assert(
    fc.property(spec, machines, ({ machines: own, ms, duration }, others) => {
      const written = normaliseMaintenance({
        machines: own.map((at): JsonObject => ({ ...machineOf(at) })),
        start: new Date(ms).toISOString(),
        ...(duration === undefined ? {} : { durationSeconds: duration / 1000 }),
      });
      assert.equal(normaliseMaintenance(written), written);
      const before = [{ machines: others.map(machineOf), startNs: 1e18, durationNs: null }];
      const windows = withWindow(before, windowOf(written));
      const back = scheduleOf(JSON.parse(JSON.stringify(answerOf(windows))) as Json);
      const none = { draining: [], down: [] };
      const live = liveFields(windowOf(written), windowOf(written).machines, back, none);
      assert.equal(comparedFields(live ?? {}), comparedFields(written));
      const rest = withoutMachines(windows, windowOf(written).machines);
      const left = others.map(machineOf).filter(({ ip }) => !own.some((at) => machineOf(at).ip === ip));
      assert.equal(
        rest.flatMap((window) => window.machines),
        left,
      );
    }),
  );
});

function answerOf(windows: ReturnType<typeof scheduleOf>): JsonObject {
  const list = windows.map(({ machines: ids, startNs, durationNs }): JsonObject => {
    const duration = durationNs === null ? {} : { duration: { nanoseconds: durationNs } };
    return {
      machine_ids: ids.map((id): JsonObject => ({ ...id })),
      unavailability: { start: { nanoseconds: startNs }, ...duration },
    };
  });
  return { get_maintenance_schedule: { schedule: { windows: list } } };
}

normal("times that are none and machines listed twice are refused", () => {
  const twice = {
    machines: [{ ...machineOf(1) }, { hostname: "HOST-1", ip: "10.0.0.1" }],
    start: "2027-02-31T25:00Z",
  };
  assert.equal(
    validateMaintenance(twice).map(({ path }) => path),
    ["start", "machines[1]"],
  );
});

normal("a reservation comes back from the agent's resources, in both notations", () => {
  const amount = fc.double({ min: 0, max: 1e5, noNaN: true });
  const volume = fc.record({ id: fc.constantFrom("a", "b", "c"), size: fc.integer({ min: 1, max: 100 }) });
  const spec = fc.record({
    cpus: amount,
    mem: amount,
    spare: fc.integer({ min: 0, max: 50 }),
    volumes: fc.uniqueArray(volume, { selector: ({ id }) => id }),
    ports: fc.array(fc.tuple(fc.integer({ min: 31000, max: 31050 }), fc.integer({ min: 0, max: 5 })), {
      maxLength: 4,
    }),
  });
  void fc.assert(
    fc.property(spec, fc.boolean(), ({ cpus, mem, spare, volumes, ports }, old) => {
      const onDisk = volumes.reduce((sum, { size }) => sum + size, 0);
      const written = normaliseReservation({
        role: "db",
        principal: "ops",
        resources: { cpus, mem, disk: onDisk + spare },
        ports: ports.map(([begin, length]) => `${begin}-${begin + length}`).join(", "),
        volumes: volumes.map((each) => ({ ...each, containerPath: each.id })),
      });
      assert.equal(normaliseReservation(written), written);
      const held = heldIn(written);
      const rest = { reservations: [reservationOf(written)], volume: null };
      const pieces = [
        ...Object.entries({ ...held.scalars, disk: spare }).map(([name, value]) => ({
          name,
          amount: { kind: "scalar" as const, value },
          ...rest,
        })),
        ...held.volumes.map(({ id, size, containerPath }) => ({
          name: "disk",
          amount: { kind: "scalar" as const, value: size },
          ...rest,
          volume: { id, containerPath, mode: "RW" as const },
        })),
        { name: "ports", amount: { kind: "ranges" as const, ranges: held.ports }, ...rest },
      ];
      const strange = {
        ...rest,
        reservations: [],
        name: "cpus",
        amount: { kind: "scalar" as const, value: 3 },
      };
      const shown = [...pieces, strange].map((piece) => Shape.of(resourceJson(piece, old)));
      const back = jsonOf(heldOn(resourcesOf(shown), reservationOf(written)));
      const { resources, ports: ranges, volumes: list } = written;
      assert.equal(back, { resources, ports: ranges, volumes: list });
    }),
  );
});

normal("reservations that cannot be are refused", () => {
  const paths = (spec: JsonObject): string[] => validateReservation(spec).map(({ path }) => path);
  const volumes = [{ id: "a", size: 10, containerPath: "data" }];
  assert.equal(paths({ role: "db", resources: { cpus: 1 } }), []);
  assert.equal(paths({ role: "*", resources: { cpus: 1 } }), ["role"]);
  assert.equal(paths({ role: "db", resources: { cpus: 0 } }), ["resources"]);
  assert.equal(paths({ role: "db", resources: { disk: 9 }, volumes }), ["volumes"]);
  assert.equal(paths({ role: "db", ports: "31010-31000" }), ["ports"]);
});

normal.run();
