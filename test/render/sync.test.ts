/** The texts of a synchronisation, as files a person can read: statuses, the live line, conflicts, the report. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { renderConflict, renderConflictList } from "../../src/render/sync/conflict-text.js";
import { renderSyncReport, type SyncReport } from "../../src/render/sync/report-text.js";
import { progressText, renderLine, renderStatus } from "../../src/render/sync/status-text.js";
import { duration, millis } from "../../src/render/sync/words.js";
import type { ConflictRecord, DirectionStatus, SyncStatus } from "../../src/sync/control/records.js";
import { exactnessTable } from "../../src/sync/exactness.js";
import { expectGolden } from "../harness/golden.js";

const texts = suite("texts of a synchronisation");
const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

const direction = (more: Partial<DirectionStatus> = {}): DirectionStatus => ({
  direction: "a-to-b",
  state: "live",
  problem: null,
  feed: { kind: "observer", server: "10.0.0.1:2888", exact: true, losses: [] },
  feedReason: "the quorum port 10.0.0.1:2888 answers",
  sourceZxid: "0x1a00000007",
  appliedZxid: "0x1a00000003",
  lagMs: { p50: 0.84, p99: 6.9, max: 1_820 },
  waitingMs: 0,
  backlog: 4,
  rate: 12_345,
  totals: { transactions: 1_000_000, operations: 1_234_567, skipped: 3, repaired: 1, conflicts: 2 },
  progress: null,
  digest: "equal",
  held: 0,
  ...more,
});

const status = (directions: readonly DirectionStatus[], more: Partial<SyncStatus> = {}): SyncStatus => ({
  format: 1,
  name: "shop",
  engine: { format: 1, engine: "e", host: "ops1", pid: 4242, sinceMs: AT },
  epoch: 3,
  writtenMs: AT,
  directions,
  clockSkew: null,
  alerts: [],
  ...more,
});

const BROKEN = direction({
  direction: "b-to-a",
  state: "stopped",
  problem: {
    code: "acl-refused",
    text: "the target refuses the ACL of /shop/x",
    remedy: "Declare unknownAcl",
  },
  feed: {
    kind: "watch",
    server: null,
    exact: false,
    losses: ["Versions between two readings are lost", "Changes of ACLs are seen late"],
  },
  feedReason: "no quorum port can be reached (tried 10.0.0.9:2888)",
  lagMs: null,
  waitingMs: 12_000,
  digest: "different",
  held: 2,
});

const STATUSES: Readonly<Record<string, readonly [string, SyncStatus | null]>> = {
  "no engine has ever run": ["never", null],
  "live in one direction": ["running", status([direction()])],
  "a target that others write to": [
    "running",
    status([
      direction({
        guard: {
          server: "zk9:2888",
          foreign: 12,
          restored: 7,
          waiting: 1,
          differing: 2,
          example: "/eu/x",
          gap: null,
        },
      }),
      direction({
        guard: {
          server: null,
          foreign: 0,
          restored: 0,
          waiting: 0,
          differing: 0,
          example: null,
          gap: "what was written between 0x5 and 0x9 is not known",
        },
      }),
    ]),
  ],
  "a backlog on disk": ["running", status([direction({ spooledBytes: 2_500_000 })])],
  "a copy under way": [
    "running",
    status([
      direction({
        state: "copying",
        lagMs: null,
        appliedZxid: "",
        digest: "unchecked",
        progress: { done: 30_000, total: 120_000, perSecond: 10_000 },
      }),
    ]),
  ],
  "both directions, one of them stopped": [
    "stopped",
    status([direction(), BROKEN], {
      clockSkew: { ms: -3, plusMinusMs: 1 },
      alerts: [{ code: "stopped", text: "b-to-a: the target refuses the ACL of /shop/x", sinceMs: AT }],
    }),
  ],
};

const view = (health: string, what: SyncStatus | null) => ({
  address: "Sync/shop",
  source: "ZooKeeperEnsemble/zk-a",
  target: "zk9:2181",
  health,
  status: what,
});

texts("statuses", () => {
  const pages = Object.entries(STATUSES).map(
    ([what, [health, found]]) => `# ${what}\n${renderStatus(view(health, found), false)}\n`,
  );
  expectGolden("test/render/golden/sync-status.txt", pages.join("\n"));
});

texts("with colour the words are the same", () => {
  for (const [health, found] of Object.values(STATUSES)) {
    const coloured = renderStatus(view(health, found), true);
    assert.match(coloured, "\u001b[");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are
    assert.is(coloured.replace(/\u001b\[\d+m/g, ""), renderStatus(view(health, found), false));
  }
});

texts("the line that is written over", () => {
  const lines = Object.values(STATUSES).flatMap(([, found]) =>
    found === null ? [] : [renderLine("shop", found)],
  );
  const unknown = progressText({ done: 1_500, total: null, perSecond: 300 });
  expectGolden("test/render/golden/sync-line.txt", `${[...lines, unknown].join("\n")}\n`);
});

texts("a bar is never longer or shorter than it is", () => {
  void fc.assert(
    fc.property(fc.nat(2_000_000), fc.nat(2_000_000), fc.nat(50_000), (done, total, perSecond) => {
      const text = progressText({ done, total, perSecond });
      if (total > 0) assert.is(/\[(.*?)\]/.exec(text)?.[1]?.length, 24);
      assert.not.match(text, /NaN|Infinity/);
    }),
  );
});

texts("durations", () => {
  assert.equal([0, 0.84, 9.96, 120, 999, 4_200, 65_000, 185_000, 7_800_000].map(millis), [
    "0 ms",
    "0.8 ms",
    "10 ms",
    "120 ms",
    "999 ms",
    "4.2 s",
    "65 s",
    "3 min 5 s",
    "2 h 10 min",
  ]);
  assert.is(duration(400), "0.4 s");
});

const conflict = (more: Partial<ConflictRecord> = {}): ConflictRecord => ({
  format: 1,
  id: "mc0qz1f2a-1b2c3d4e",
  direction: "a-to-b",
  path: "/shop/x",
  atMs: AT,
  kind: "changed-on-both",
  strategy: "source-wins",
  resolution: { winner: "a", by: "source-wins", atMs: AT },
  a: null,
  b: {
    zxid: "0x300000007",
    session: "0x10000000000",
    timeMs: AT,
    version: 4,
    dataSha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    deleted: false,
  },
  ...more,
});

texts("conflicts", () => {
  const held = conflict({
    id: "mc0qz1f2b-5f6a7b8c",
    path: "/shop/\u001b[31mred",
    kind: "deleted-and-changed",
    strategy: "manual",
    resolution: null,
    a: { zxid: "0x1", session: null, timeMs: 0, version: -1, dataSha256: null, deleted: true },
  });
  const names = { a: "ZooKeeperEnsemble/zk-a", b: "zk9:2181" };
  const pages = [
    renderConflictList([]),
    renderConflictList([conflict(), held]),
    renderConflict(conflict(), names),
    renderConflict(held, names),
  ];
  expectGolden("test/render/golden/sync-conflicts.txt", `${pages.join("\n\n")}\n`);
});

const LOSSES = ["Versions between two readings are lost", "Changes of ACLs are seen late"];

texts("the report", () => {
  const rules = {
    bidirectional: false,
    ephemerals: "shadow",
    containers: "keep",
    unknownAcl: { action: "stop" },
    limits: { levelVersions: 100_000 },
  } as const;
  const exact = { kind: "observer", exact: true, losses: [] };
  const report: SyncReport = {
    address: "Sync/shop",
    source: "ZooKeeperEnsemble/zk-a",
    target: "zk9:2181",
    exactness: exactnessTable(rules, exact),
    directions: [
      {
        direction: "a-to-b",
        feed: exact,
        checkpoint: { zxid: "0x1a00000003", timeMs: AT, transactions: 1_234 },
        offsets: {
          total: 21,
          first: Array.from({ length: 21 }, (_, at) => ({
            path: `/shop/o${at}`,
            version: at - 10,
            aversion: at === 10 ? 1 : 0,
          })),
        },
        shadows: { total: 1, first: [{ path: "/shop/eph", session: "0x10000000000" }] },
      },
    ],
    conflicts: { total: 3, held: 1 },
  };
  const other: SyncReport = {
    ...report,
    exactness: exactnessTable(
      {
        bidirectional: true,
        ephemerals: "skip",
        containers: "persistent",
        unknownAcl: { action: "replace", acl: [] },
        limits: { levelVersions: 0 },
      },
      { exact: false, losses: LOSSES },
    ),
    directions: [
      {
        direction: "a-to-b",
        feed: { kind: "watch", exact: false, losses: LOSSES },
        checkpoint: { zxid: "", timeMs: 0, transactions: 0 },
        offsets: { total: 0, first: [] },
        shadows: { total: 0, first: [] },
      },
      {
        direction: "b-to-a",
        feed: null,
        checkpoint: null,
        offsets: { total: 0, first: [] },
        shadows: { total: 0, first: [] },
      },
    ],
  };
  const pages = [report, other].map(renderSyncReport);
  expectGolden("test/render/golden/sync-report.txt", `${pages.join("\n\n")}\n`);
});

texts.run();
