/**
 * Copies of a source that changes while it is copied, for any history: each operation fits what the ones before it have made
 * of the target, no znode is ever open to more than it was on the source, and in the end both are the same.
 */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OffsetStore } from "../../../src/sync/apply/offset-store.js";
import { Offsets } from "../../../src/sync/apply/offsets.js";
import { Copier } from "../../../src/sync/copy/copier.js";
import { aclKey, dataKey, type TargetEntry } from "../../../src/sync/copy/target-tree.js";
import { Shadows } from "../../../src/sync/translate/shadows.js";
import { TreeIndex } from "../../../src/sync/tree/tree-index.js";
import type { Acl } from "../../../src/zookeeper/types.js";
import { Random } from "../../harness/random.js";
import { FuzzySource } from "../bootstrap/fuzzy-source.js";
import { AppliedTarget } from "./applied.js";

const copier = suite("copier");

const limits = {
  batchOperations: 100,
  batchBytes: 100_000,
  inFlight: 4,
  levelVersions: 1_000,
  spoolMemoryBytes: 1_000_000,
  spoolDiskBytes: 0,
};
const isOurs = (path: string): boolean => path !== "/" && !path.startsWith("/zookeeper");
const own = (path: string): string | null => (isOurs(path) ? path : null);
const unreachable = () => Promise.reject(new Error("the target is not asked for anything"));

interface World {
  readonly source: FuzzySource;
  readonly target: AppliedTarget;
  readonly index: TreeIndex;
  readonly offsets: Offsets;
  /** All ACLs each path had on the source. */
  readonly acls: Map<string, Set<readonly Acl[]>>;
}

/** @param copied of the source's znodes, the share that the target has level already */
function copy(seed: number, steps: number, copied: number, ephemerals: "shadow" | "skip"): World {
  const random = new Random(seed);
  const source = new FuzzySource(random, ["x", "y", "z"]);
  const offsets = new Offsets();
  const target = new AppliedTarget(offsets);
  const tree = new Map<string, TargetEntry>();
  const acls = new Map<string, Set<readonly Acl[]>>();
  const note = (path: string, acl: readonly Acl[]) => acls.set(path, (acls.get(path) ?? new Set()).add(acl));
  for (const { path, data, acl, version, aversion, owner } of source.nodes.values()) {
    note(path, acl);
    const hasParent = path.lastIndexOf("/") === 0 || tree.has(path.slice(0, path.lastIndexOf("/")));
    if (!isOurs(path) || owner !== 0n || !hasParent || !random.chance(copied)) continue;
    target.nodes.set(path, { data: data === null ? null : data.toString("latin1"), acl, version, aversion });
    target.before.add(path);
    const stamps = { czxid: 1n, mzxid: 1n, mtimeMs: 0, owner: 0n, hasChildren: true };
    tree.set(path, { version, aversion, data: dataKey(data), acl: aclKey(acl), ...stamps });
  }
  const index = new TreeIndex();
  const copy = new Copier({
    spec: { containers: "keep", ephemerals, limits },
    toTarget: own,
    toSource: own,
    index,
    shadows: new Shadows(),
    skipped: new Shadows(),
    offsets: new OffsetStore(offsets, unreachable, "/records"),
    target: tree,
    client: unreachable,
    submit: ({ ops }) => {
      for (const op of ops) target.apply(op);
    },
    idle: () => Promise.resolve(),
    deletableShare: 1,
    merge: null,
    unreadable: new Set(),
    isOwn: () => false,
    now: () => 0,
    signal: new AbortController().signal,
  });
  copy.begin(source.zxid);
  const { nodes, transactions } = source.connection(steps);
  for (const node of nodes) copy.node(node);
  for (const transaction of transactions) {
    if (transaction.body.kind === "changes") {
      for (const change of transaction.body.changes) {
        if (change.kind === "create" || change.kind === "setAcl") note(change.path, change.acl);
      }
    }
    copy.transaction(transaction);
  }
  return { source, target, index, offsets, acls };
}

copier("brings a source that changes meanwhile over exactly, and shows nothing it never showed", () => {
  void fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 0, max: 300 }),
      fc.constantFrom(0, 0.7, 1),
      fc.constantFrom("shadow" as const, "skip" as const),
      (seed, steps, copied, ephemerals) => {
        const { source, target, index, offsets, acls } = copy(seed, steps, copied, ephemerals);
        for (const [path, { data, acl, version, aversion, owner }] of source.nodes) {
          if (!isOurs(path) || (ephemerals === "skip" && owner !== 0n)) continue;
          const offset = offsets.of(path);
          const versions = { version: version + offset.version, aversion: aversion + offset.aversion };
          const expected = { data: data === null ? null : data.toString("latin1"), acl, ...versions };
          if (copied === 0) assert.equal(offset, { version: 0, aversion: 0 }, `${path}: nothing was there`);
          assert.equal(target.nodes.get(path), expected, path);
          assert.is(target.shadows.get(path) ?? 0n, owner, `${path}: shadow`);
          assert.is(index.lookup(path)?.version, version, `${path}: index`);
        }
        if (copied === 0) {
          const surplus = [...target.nodes.keys()].filter((path) => !source.nodes.has(path));
          assert.equal(surplus, []);
        }
        for (const [path, shown] of target.shown) {
          for (const acl of shown) assert.ok(acls.get(path)?.has(acl), `${path} was never ${aclKey(acl)}`);
        }
      },
    ),
    { numRuns: 1_000, includeErrorInReport: true },
  );
});

copier.run();
