/** Which condition raises which alert, since when, and that a short one raises none. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { DirectionStatus } from "../../../src/sync/control/records.js";
import { idleStatus } from "../../../src/sync/engine/status.js";
import { AlertBook, type AlertInput } from "../../../src/sync/status/alerts.js";

const alerting = suite("alerts");

const side = { name: "somebody" } as AlertInput["spec"]["a"];
const FEED = { kind: "observer", server: "h:1", exact: true, losses: [] } as const;

function input(direction: Partial<DirectionStatus>, more: Partial<AlertInput> = {}): AlertInput {
  return {
    spec: {
      a: { ...side, name: "zk-a" },
      b: { ...side, name: "zk-b" },
      alertLagMs: 500,
      conflicts: { strategy: "last-write-wins", alertPerMinute: 10 },
    },
    directions: [{ ...idleStatus("a-to-b", "live"), feed: FEED, ...direction }],
    conflictsPerMinute: 0,
    clockSkew: null,
    connected: { a: true, b: true },
    ...more,
  };
}

const codes = (book: AlertBook, from: AlertInput, at: number) =>
  book.alerts(from, at).map(({ code, sinceMs }) => `${code} since ${sinceMs}`);

alerting("a healthy direction raises none", () => {
  assert.equal(new AlertBook().alerts(input({}), 1), []);
});

alerting("each condition by itself, since it began", () => {
  const cases: readonly (readonly [string, AlertInput])[] = [
    ["lag", input({ waitingMs: 501 })],
    ["lag", input({ lagMs: { p50: 1, p99: 600, max: 700 } })],
    ["held", input({ held: 2 })],
    ["stopped", input({ problem: { code: "feed", text: "a gap", remedy: "" }, state: "stopped" })],
    ["digest", input({ problem: { code: "digest", text: "differs", remedy: "" }, state: "stopped" })],
    ["conflicts", input({}, { conflictsPerMinute: 11 })],
    ["clocks", input({}, { clockSkew: { ms: -1_050, plusMinusMs: 40 } })],
  ];
  for (const [code, from] of cases) {
    const book = new AlertBook();
    assert.equal(codes(book, from, 100), [`${code} since 100`]);
    assert.equal(codes(book, from, 900), [`${code} since 100`]);
    assert.equal(codes(book, input({}), 1_000), []);
    assert.equal(codes(book, from, 1_100), [`${code} since 1100`]);
  }
});

alerting("a lost side counts after five seconds, and not while the direction rests", () => {
  for (const [code, from] of [
    ["source-lost", input({ feed: { ...FEED, server: null } })],
    ["target-lost", input({}, { connected: { a: true, b: false } })],
  ] as const) {
    const book = new AlertBook();
    assert.equal(codes(book, from, 1_000), []);
    assert.equal(codes(book, from, 5_999), []);
    assert.equal(codes(book, from, 6_000), [`${code} since 1000`]);
    const [resting] = from.directions;
    if (resting === undefined) throw new Error("no direction");
    assert.equal(codes(book, { ...from, directions: [{ ...resting, state: "paused" }] }, 7_000), []);
  }
});

alerting("a comparison of whole states is told of for an hour", () => {
  const merged = input({ mergedMs: 1_000 });
  const book = new AlertBook();
  assert.equal(codes(book, merged, 2_000), ["merged since 2000"]);
  assert.equal(codes(book, merged, 3_600_000), ["merged since 2000"]);
  assert.equal(codes(book, merged, 3_602_000), []);
});

alerting("clocks apart matter to last-write-wins alone, and not within what is uncertain", () => {
  const skewed = { clockSkew: { ms: 2_000, plusMinusMs: 1_001 } };
  assert.equal(new AlertBook().alerts(input({}, skewed), 1), []);
  const far = input({}, { clockSkew: { ms: 5_000, plusMinusMs: 1 } });
  const spec = { ...far.spec, conflicts: { strategy: "source-wins", alertPerMinute: 10 } } as const;
  assert.equal(new AlertBook().alerts({ ...far, spec }, 1), []);
});

alerting.run();
