/** The table of what a master does when it learns who leads: recorded in scenarios 1, 4, 9, 10 and 13. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type MasterInfo, masterInfo } from "../../../../src/sandbox/mesos/coordination/master-info.js";
import { type Occurrence, react } from "../../../../src/sandbox/mesos/coordination/reaction.js";

const reaction = suite("mesos master's reactions");

const master = (id: string, ip = "127.0.0.11"): MasterInfo =>
  masterInfo({ id, ip, port: 5050, hostname: ip, version: "1.12.0" });
const self = master("self");
const other = master("other", "127.0.0.12");

const detected = (leader: MasterInfo | null): Occurrence => ({ kind: "detected", leader });
const exits = (message: string) => ({ kind: "exit", message });

const TABLE: readonly [string, MasterInfo | null, Occurrence, readonly string[], object][] = [
  [
    "nobody → itself",
    null,
    detected(self),
    ["Elected as the leading master!"],
    { kind: "elected", leader: self },
  ],
  [
    "another → itself",
    other,
    detected(self),
    ["Elected as the leading master!"],
    { kind: "elected", leader: self },
  ],
  [
    "itself → itself",
    self,
    detected(self),
    ["Re-elected as the leading master"],
    { kind: "re-elected", leader: self },
  ],
  [
    "itself → another",
    self,
    detected(other),
    ["The newly elected leader is master@127.0.0.12:5050 with id other"],
    exits("Conceded leadership to another master... committing suicide!"),
  ],
  [
    "itself → nobody",
    self,
    detected(null),
    ["No master was elected."],
    exits("Lost leadership after indecisive election... committing suicide!"),
  ],
  [
    "another → another",
    other,
    detected(other),
    ["The newly elected leader is master@127.0.0.12:5050 with id other"],
    { kind: "following", leader: other },
  ],
  ["another → nobody", other, detected(null), ["No master was elected."], { kind: "leaderless" }],
  [
    "leader, znode gone",
    self,
    { kind: "candidacy-lost" },
    [],
    exits("Lost candidacy as a leader... committing suicide!"),
  ],
  [
    "standby, znode gone",
    other,
    { kind: "candidacy-lost" },
    ["Lost candidacy as a follower... Contend again"],
    { kind: "contend-again" },
  ],
  [
    "unreadable",
    other,
    { kind: "detection-failed", message: "Failed to parse data of unknown label 'migration'" },
    [],
    exits(
      "Failed to detect the leading master: Failed to parse data of unknown label 'migration'; committing suicide!",
    ),
  ],
  [
    "refused",
    null,
    {
      kind: "contending-failed",
      message: "Failed to create ephemeral node at '/m/json.info_' in ZooKeeper: node exists",
    },
    [],
    exits("Failed to contend: Failed to create ephemeral node at '/m/json.info_' in ZooKeeper: node exists"),
  ],
];

for (const [name, before, occurrence, log, outcome] of TABLE) {
  reaction(name, () => assert.equal(react(before, self, occurrence), { log, outcome }));
}

reaction("a master that was started again at the same address is another", () => {
  const restarted = master("restarted");
  assert.is(react(self, self, detected(restarted)).outcome.kind, "exit");
  assert.is(react(restarted, self, detected(self)).outcome.kind, "elected");
});

reaction("a leader stays or ends; a standby never ends because of who leads", () => {
  const leaders = fc.constantFrom(self, other, master("third", "127.0.0.13"), null);
  fc.assert(
    fc.property(leaders, leaders, (before, leader) => {
      const { kind } = react(before, self, detected(leader)).outcome;
      if (before === self) assert.is(kind, leader === self ? "re-elected" : "exit");
      else assert.is(kind, leader === null ? "leaderless" : leader === self ? "elected" : "following");
    }),
  );
});

reaction.run();
