/** What checkpoints remember of ferry's own writes: the last version of each znode, until the other direction has passed it. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NOTHING_WRITTEN, noted, type Written, wrote } from "../../../src/sync/apply/written.js";
import type { TargetOp } from "../../../src/sync/translate/target-op.js";

const written = suite("written znodes");
const LEVEL = () => ({ version: 0, aversion: 0 });

function set(path: string, version: number, expect?: number): TargetOp {
  return {
    kind: "setData",
    path,
    data: null,
    version,
    times: 1,
    ...(expect === undefined ? {} : { expect }),
  };
}
function create(path: string): TargetOp {
  return { kind: "create", path, data: null, acl: [], mode: "persistent", ttlMs: 0 };
}

written("only the last write of a znode counts, and only with the version it left", () => {
  const first = noted(NOTHING_WRITTEN, 1, [create("/a"), set("/b", 4)], 0, LEVEL);
  const second = noted(first, 2, [set("/a", 1)], 0, LEVEL);
  assert.ok(wrote(first, "/a", 0));
  assert.not.ok(wrote(second, "/a", 0));
  assert.ok(wrote(second, "/a", 1));
  assert.ok(wrote(second, "/b", 4));
  assert.not.ok(wrote(second, "/c", 0));
  const gone = noted(second, 3, [{ kind: "delete", path: "/a", version: 1 }], 0, LEVEL);
  assert.not.ok(wrote(gone, "/a", 0), "who makes it again is somebody else");
});

written("a version is the target's: read before, or apart from the source's", () => {
  const apart = noted(NOTHING_WRITTEN, 1, [set("/a", 3)], 0, () => ({ version: 2, aversion: 0 }));
  assert.ok(wrote(apart, "/a", 5));
  assert.ok(wrote(noted(NOTHING_WRITTEN, 1, [set("/a", 9, 6)], 0, LEVEL), "/a", 7));
  const unknown = noted(NOTHING_WRITTEN, 1, [set("/a", 9, -1)], 0, LEVEL);
  assert.not.ok(wrote(unknown, "/a", 9));
});

written("what the other direction has passed is forgotten, and too much is owned up to", () => {
  const all = Array.from({ length: 1_500 }, (_, at) => create(`/n${at}`));
  const one = noted(NOTHING_WRITTEN, 1, all, 0, LEVEL);
  const two = noted(
    one,
    2,
    all.map(({ path }) => create(`${path}x`)),
    0,
    LEVEL,
  );
  assert.is(two.lost, 1);
  assert.not.ok(wrote(two, "/n0", 0));
  assert.ok(wrote(two, "/n0x", 0));
  const passed = noted(two, 3, [create("/z")], 1, LEVEL);
  assert.is(passed.lost, null);
  assert.equal(
    passed.multis.map(([multi]) => multi),
    [2, 3],
  );
  assert.equal(noted(passed, 4, [], 3, LEVEL), NOTHING_WRITTEN);
});

written("remembers like a plain map, whatever is written and passed", () => {
  const step = fc.record({
    paths: fc.array(fc.tuple(fc.constantFrom("/a", "/b", "/c", "/d"), fc.nat(5)), { maxLength: 4 }),
    pass: fc.nat(3),
  });
  void fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let now: Written = NOTHING_WRITTEN;
      const plain = new Map<string, { version: number; multi: number }>();
      let seen = 0;
      steps.forEach(({ paths, pass }, at) => {
        seen = Math.min(at, seen + pass);
        now = noted(
          now,
          at + 1,
          paths.map(([path, version]) => set(path, version)),
          seen,
          LEVEL,
        );
        for (const [path, version] of paths) plain.set(path, { version, multi: at + 1 });
        for (const [path, { version, multi }] of plain) {
          assert.is(wrote(now, path, version), multi > seen, path);
        }
      });
    }),
  );
});

written.run();
