/** What is done to a znode of the target that somebody else touched: right again in one step, whatever both sides have. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { LiveNode } from "../../../src/sync/apply/node-reader.js";
import type { Offset } from "../../../src/sync/apply/offsets.js";
import { type RestoreRequest, restoration } from "../../../src/sync/guard/restore.js";
import type { TargetOp } from "../../../src/sync/translate/target-op.js";

const restoring = suite("restoration");

const SPEC: RestoreRequest["spec"] = {
  ephemerals: "shadow",
  unknownAcl: { action: "stop" },
  limits: {
    batchOperations: 100,
    batchBytes: 1e6,
    inFlight: 4,
    spoolMemoryBytes: 1e6,
    spoolDiskBytes: 1e6,
    levelVersions: 5,
  },
};
const OPEN = [{ perms: 31, scheme: "world", id: "anyone" }];
const READ = [{ perms: 1, scheme: "world", id: "anyone" }];

function node(data: string | null, version: number, aversion = 0, more: object = {}): LiveNode {
  const stat = { version, aversion, ephemeralOwner: 0n, numChildren: 0, ...more };
  return {
    data: data === null ? null : Buffer.from(data),
    acl: aversion % 2 === 0 ? OPEN : READ,
    stat: stat as LiveNode["stat"],
  };
}

/** What the servers make of it. */
function applied(ops: readonly TargetOp[], before: LiveNode | null): LiveNode | null {
  let now = before;
  for (const op of ops) {
    if (op.kind === "create") {
      assert.is(now, null);
      now = { ...node(null, 0), data: op.data, acl: op.acl };
    }
    if (op.kind === "delete") {
      assert.is(op.expect, now?.stat.version);
      now = null;
    }
    if (op.kind === "setData" && now !== null) {
      assert.is(op.expect, now.stat.version);
      now = { ...now, data: op.data, stat: { ...now.stat, version: now.stat.version + op.times } };
    }
    if (op.kind === "setAcl" && now !== null) {
      assert.is(op.expect, now.stat.aversion);
      now = { ...now, acl: op.acl, stat: { ...now.stat, aversion: now.stat.aversion + 1 } };
    }
  }
  return now;
}

const side = fc.option(
  fc
    .tuple(fc.constantFrom("x", "y", null), fc.nat({ max: 12 }), fc.nat({ max: 3 }))
    .map(([data, version, aversion]) => node(data, version, aversion)),
  { nil: null },
);
const offsets = fc.record({ version: fc.integer({ min: -3, max: 3 }), aversion: fc.constant(0) });

restoring("after it the target is level, and its offset is the right one", () => {
  fc.assert(
    fc.property(side, side, offsets, (source, target, offset) => {
      const request = { path: "/x", isShadow: false, spec: SPEC, source };
      const first = restoration({ ...request, target, offset });
      if (first.kind === "level") return;
      assert.ok(first.kind === "restore" || first.kind === "ahead", first.kind);
      const after = first.kind === "restore" ? applied(first.ops, target) : target;
      const again: Offset = first.offset;
      assert.is(restoration({ ...request, target: after, offset: again }).kind, "level");
    }),
  );
});

restoring("versions are brought level as far as the limit allows", () => {
  const found = restoration({
    path: "/x",
    isShadow: false,
    spec: SPEC,
    source: node("x", 9),
    target: node("y", 6),
    offset: { version: 0, aversion: 0 },
  });
  assert.equal(found.kind === "restore" && found.offset, { version: 0, aversion: 0 });
});

restoring("a living session's znode is left, children go first, a shadow's record goes with it", () => {
  const request = { path: "/x", isShadow: true, spec: SPEC, offset: { version: 0, aversion: 0 } };
  const living = node("x", 0, 0, { ephemeralOwner: 0x1000n });
  assert.is(restoration({ ...request, source: null, target: living }).kind, "left");
  assert.is(restoration({ ...request, source: node("x", 0), target: living }).kind, "left");
  const parent = node("x", 0, 0, { numChildren: 2 });
  assert.is(restoration({ ...request, source: null, target: parent }).kind, "children-first");
  const gone = restoration({ ...request, source: null, target: node("x", 3) });
  assert.equal(gone.kind === "restore" && gone.ops.map(({ kind }) => kind), ["delete", "shadow-drop"]);
});

restoring(
  "an ephemeral znode of the source comes back as its shadow, and not at all where they are left out",
  () => {
    const source = node("x", 0, 0, { ephemeralOwner: 0x1000n });
    const request = {
      path: "/x",
      isShadow: false,
      source,
      target: null,
      offset: { version: 0, aversion: 0 },
    };
    const made = restoration({ ...request, spec: SPEC });
    assert.equal(made.kind === "restore" && made.ops.map(({ kind }) => kind), ["create", "shadow-add"]);
    assert.is(restoration({ ...request, spec: { ...SPEC, ephemerals: "skip" } }).kind, "level");
  },
);

restoring.run();
