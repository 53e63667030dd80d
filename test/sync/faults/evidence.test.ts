/** The rules about transaction logs find what they are there for: each is shown a history that breaks it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Change, Transaction } from "../../../src/zookeeper/learner/transaction.js";
import { type Evidence, findingsIn } from "./evidence.js";
import { planOf } from "./plan.js";

const rules = suite("rules about transaction logs");

const CLIENT = 1n;
const ENGINE = 2n;
const STALE = 3n;
const ACL = [{ perms: 31, scheme: "world", id: "anyone" }];
const CONTROL = "/ferry/sync/s";

function transaction(zxid: number, session: bigint, changes: readonly Change[]): Transaction {
  return {
    zxid: BigInt(zxid),
    session,
    cxid: 0,
    timeMs: 0,
    type: 14,
    body: { kind: "changes", changes },
    digest: null,
  };
}

const create = (name: string, text: string): Change => ({
  kind: "create",
  path: `/s/${name}`,
  data: Buffer.from(text),
  acl: ACL,
  owner: 0n,
  parentCversion: 1,
});
const set = (name: string, version: number, text: string): Change => ({
  kind: "setData",
  path: `/s/${name}`,
  data: Buffer.from(text),
  version,
});
const record = (path: string, version: number, engine: string, zxid: string): Change => ({
  kind: "setData",
  path: `${CONTROL}/${path}`,
  data: Buffer.from(JSON.stringify({ format: 1, zxid, engine })),
  version,
});

const SOURCE: readonly (readonly Change[])[] = [
  [create("x", "0")],
  [set("x", 1, "1"), create("y", "0")],
  [set("x", 2, "2")],
  [set("y", 1, "1")],
];

/** Each group of changes is a multi of the engine; the zxid of its checkpoint rises. */
function target(groups: readonly (readonly Change[])[], by: bigint = ENGINE, engine = "one"): Transaction[] {
  const owner = transaction(10, ENGINE, [record("owner", 1, "one", "")]);
  const multis = groups.map((changes, at) => {
    const checkpoint = record("a-to-b/checkpoint", at + 1, engine, `0x${at + 1}`);
    return transaction(11 + at, by, [checkpoint, ...changes]);
  });
  return [owner, ...multis];
}

function evidence(b: readonly Transaction[], more: Partial<Evidence> = {}): Evidence {
  return {
    name: "s",
    root: "/s",
    transactions: { a: SOURCE.map((changes, at) => transaction(1 + at, CLIENT, changes)), b },
    writers: { a: new Set([CLIENT]), b: new Set() },
    streams: [{ direction: "a-to-b", root: "/s", merged: false }],
    shared: null,
    admitted: false,
    ...more,
  };
}

const MERGED = { streams: [{ direction: "a-to-b", root: "/s", merged: true }] } as const;

function found(given: Evidence, ...words: readonly RegExp[]): void {
  const { faults } = findingsIn(given);
  assert.ok(faults.length > 0, "nothing was found");
  for (const word of words) assert.match(faults.join("\n"), word);
}

rules("a target that did the same passes, in multis of any size", () => {
  assert.equal(findingsIn(evidence(target(SOURCE))).faults, []);
  assert.equal(findingsIn(evidence(target([SOURCE.flat()]))).faults, []);
  assert.equal(findingsIn(evidence(target(SOURCE), MERGED)).faults, []);
});

rules("a transaction that is missing, there twice or late is found", () => {
  found(evidence(target(SOURCE.filter((_, at) => at !== 2))), /\/s\/x/, /nothing there|step 2/);
  found(evidence(target(SOURCE.slice(0, 3))), /nothing there/);
  found(evidence(target([...SOURCE, ...SOURCE.slice(3)])), /more than the source/);
  const swapped = [0, 1, 3, 2].map((at) => SOURCE[at] ?? []);
  found(evidence(target(swapped)), /transaction 0x3 of the source/);
});

rules("a transaction that was split is found", () => {
  const [first = [], second = [], ...rest] = SOURCE;
  const split = [first, second.slice(0, 1), second.slice(1), ...rest];
  found(evidence(target(split)), /split over 0xc and 0xd/);
});

rules(
  "after a comparison of states, versions may be left out, but none comes back and the last one counts",
  () => {
    const merged = (...groups: Change[][]) => evidence(target(groups), MERGED);
    const fine = merged([create("x", "0")], [set("x", 1, "2"), set("x", 2, "2")], [create("y", "1")]);
    assert.equal(findingsIn(fine).faults, []);
    found(
      merged([create("x", "2")], [set("x", 1, "1")], [set("x", 2, "2")], [create("y", "1")]),
      /\/s\/x data/,
    );
    found(merged([create("x", "1")], [create("y", "1")]), /ends as/);
    found(merged([create("x", "2")]), /\/s\/y data: ends as/);
  },
);

rules("what the engine said may be undone counts apart, and only what it said", () => {
  const undone = evidence(target([[create("x", "1")], [create("y", "1")]]), { ...MERGED, admitted: true });
  assert.equal(findingsIn(undone).faults, []);
  assert.match(findingsIn(undone).known.join("\n"), /ends as/);
  found({ ...undone, admitted: false }, /ends as/);
});

rules("a write of an engine where it has no business is found", () => {
  const given = evidence(target(SOURCE));
  const echo = transaction(9, ENGINE, [set("x", 3, "2")]);
  found({ ...given, transactions: { ...given.transactions, a: [...given.transactions.a, echo] } }, /side a/);
});

rules("a write of an engine that was relieved is found, in a multi or alone", () => {
  found(evidence(target(SOURCE, STALE, "two")), /by two while one owns it/);
  const relieved = transaction(20, STALE, [record("owner", 2, "two", "")]);
  const alone = transaction(21, ENGINE, [{ kind: "setAcl", path: "/s/x", acl: ACL, version: 1 }]);
  found(evidence([...target(SOURCE), relieved, alone]), /setAcl \/s\/x by one while two owns it/);
});

rules("a checkpoint that falls behind or misses a link is found", () => {
  const [owner, first, second] = target(SOURCE);
  const missing = [owner, second].flatMap((one) => one ?? []);
  found(evidence(missing), /version 2 after 0/);
  const back = transaction(30, ENGINE, [record("a-to-b/checkpoint", 2, "one", "0x0")]);
  found(evidence([owner, first, back].flatMap((one) => one ?? [])), /zxid 0 after 1/);
});

rules("the same seed gives the same plan, another one another", () => {
  assert.equal(planOf(7), planOf(7));
  assert.not.equal(planOf(7).faults, planOf(8).faults);
});

rules.run();
