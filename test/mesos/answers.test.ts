/** Answers of a real Mesos, as recorded, and who leads by the names of znodes. */

import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  flagsOf,
  masterOf,
  quotasOf,
  rolesOf,
  scheduleOf,
  statusOf,
  versionOf,
  weightsOf,
} from "../../src/mesos/answers.js";
import { addressIn, leadingCandidate } from "../../src/mesos/election.js";
import { joined, parseRanges, type Range, rangesText, rangesWithout } from "../../src/mesos/resources.js";
import { hasFeature } from "../../src/mesos/version.js";
import type { Json } from "../../src/value/json.js";
import { readRecording } from "../sandbox/mesos/recording.js";
import { agentsOf } from "./fleet-of.js";

function recorded(name: string): Json {
  return JSON.parse(readRecording(name).answer.body) as Json;
}

const answers = suite("answers of Mesos");

answers("master, version, weights, roles", () => {
  assert.equal(masterOf(recorded("master-leader/api_v1_GET_MASTER.http")), {
    id: "1b1779d4-cd77-4055-8407-d03f3b24c1c0",
    hostname: "127.0.0.11",
    port: 5050,
    version: "1.12.0",
  });
  assert.is(versionOf(recorded("master-leader/api_v1_GET_VERSION.http")), "1.12.0");
  assert.equal(
    [...weightsOf(recorded("ops/14_GET_WEIGHTS_after.http"))],
    [
      ["batch", 0.5],
      ["web", 2.5],
    ],
  );
  const web = rolesOf(recorded("ops/05_GET_ROLES_after_quota.http")).find(({ name }) => name === "web");
  assert.equal([web?.weight, web?.frameworks.length, web?.allocated.length], [1, 1, 2]);
});

answers("flags", () => {
  const flags = flagsOf(recorded("master-leader/api_v1_GET_FLAGS.http"));
  assert.equal([flags["quorum"], flags["cluster"]], ["2", "lab"]);
});

answers("an answer without its part is an empty one, if it is one to the call", () => {
  assert.is(weightsOf(recorded("master-leader/api_v1_GET_WEIGHTS.http")).size, 0);
  assert.throws(() => weightsOf({ hello: "world" }), /get_weights should be an object/);
});

answers("quota of versions before and after 1.9", () => {
  const found = quotasOf(recorded("ops/02_GET_QUOTA_after.http"));
  assert.equal(found.get("web"), { guarantees: { cpus: 2, mem: 1024 }, limits: { cpus: 6, mem: 4096 } });
  const old = quotasOf({
    get_quota: {
      status: {
        infos: [{ role: "web", guarantee: [{ name: "cpus", type: "SCALAR", scalar: { value: 2 } }] }],
      },
    },
  });
  assert.equal(old.get("web"), { guarantees: { cpus: 2 }, limits: { cpus: 2 } });
  assert.equal(quotasOf(recorded("ops/09_GET_QUOTA_after_clear.http")).get("web") ?? null, {
    guarantees: {},
    limits: {},
  });
});

answers("agents with a reservation, a volume and a drain", () => {
  const [, reserved] = agentsOf(recorded("ops/20_GET_AGENTS_after_volume.http"));
  assert.equal([reserved?.hostname, reserved?.ip, reserved?.active], ["127.0.0.22", "127.0.0.22", true]);
  assert.equal(reserved?.attributes, [
    { name: "rack", value: "r2" },
    { name: "zone", value: "z1" },
  ]);
  const reservations = [{ type: "DYNAMIC", role: "web", principal: "ops" }];
  assert.equal(
    reserved?.resources.filter((each) => each.reservations.length > 0),
    [
      { name: "disk", amount: { kind: "scalar", value: 256 }, reservations, volume: null, special: false },
      {
        name: "disk",
        amount: { kind: "scalar", value: 256 },
        reservations,
        volume: { id: "vol-1", containerPath: "data", mode: "RW" },
        special: false,
      },
    ],
  );
  const [draining] = agentsOf(recorded("ops/51_GET_AGENTS_draining.http"));
  assert.equal(draining?.drain, { state: "DRAINING", markGone: false, maxGraceSeconds: 12 });
  const deactivated = agentsOf(recorded("ops/66_GET_AGENTS_deactivated.http"));
  assert.ok(deactivated.some((agent) => agent.deactivated && agent.drain === null));
});

answers("maintenance", () => {
  const [window] = scheduleOf(recorded("ops/31_GET_MAINTENANCE_SCHEDULE_after.http"));
  assert.equal([window?.machines.length, window?.durationNs], [2, 3_600_000_000_000]);
  assert.equal(scheduleOf(recorded("master-leader/api_v1_GET_MAINTENANCE_SCHEDULE.http")), []);
  const status = statusOf(recorded("ops/38_GET_MAINTENANCE_STATUS_down.http"));
  assert.equal(status.down, [{ hostname: "spare-host", ip: "127.0.0.99" }]);
  assert.equal(status.draining, [{ hostname: "127.0.0.22", ip: "127.0.0.22" }]);
});

answers("the lowest number leads, whatever else lies there", () => {
  const leader = leadingCandidate(["log_replicas", "json.info_0000000012", "json.info_0000000003", "lock"]);
  assert.is(leader?.znode, "json.info_0000000003");
  assert.is(leadingCandidate(["log_replicas"]), null);
  assert.ok(leader);
  const info = Buffer.from(
    `{"address":{"hostname":"m1","ip":"10.0.0.1","port":5050},"hostname":"m1","port":5050}`,
  );
  assert.equal(addressIn(leader, info), { address: "m1:5050" });
  assert.ok("fault" in addressIn(leader, Buffer.alloc(0)));
  assert.ok("fault" in addressIn({ ...leader, label: "info" }, info));
});

answers("versions", () => {
  assert.equal(
    ["1.0.1", "1.8.1", "1.9.0", "1.11.0", "2.0.0", "unknown"].map((version) =>
      hasFeature(version, "draining"),
    ),
    [false, false, true, true, true, true],
  );
});

answers("ranges: taking away is what is left number by number", () => {
  const range = fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 9 }))
    .map(([begin, length]): Range => ({ begin, end: begin + length }));
  const numbers = (ranges: readonly Range[]): number[] =>
    [...Array(80).keys()].filter((at) => ranges.some(({ begin, end }) => begin <= at && at <= end));
  void fc.assert(
    fc.property(fc.array(range, { maxLength: 5 }), fc.array(range, { maxLength: 5 }), (from, without) => {
      const gone = new Set(numbers(without));
      const left = rangesWithout(from, without);
      assert.equal(
        numbers(left),
        numbers(from).filter((at) => !gone.has(at)),
      );
      if (from.length > 0) assert.equal(parseRanges(rangesText(from)), joined(from));
    }),
  );
  assert.is(parseRanges("31010-31000"), null);
  assert.is(parseRanges("all"), null);
});

answers.run();
