/** The order of a file for any renaming: parents before children, each znode in one round, what takes no part made up once. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { TargetOrder } from "../../../src/sync/bootstrap/target-order.js";
import { pathMap, pathRulesFault } from "../../../src/sync/paths/path-map.js";
import type { PathRule } from "../../../src/sync/spec.js";

const order = suite("order in the file");

const path = fc
  .array(fc.constantFrom("a", "b", "c"), { maxLength: 3 })
  .map((names) => (names.length === 0 ? "/" : `/${names.join("/")}`));
const rule = fc.record({ a: path, b: path, exclude: fc.array(path, { maxLength: 3 }) });
const below = (one: string, name: string): string => `${one === "/" ? "" : one}/${name}`;
/** One subtree within another one on the target. */
const nested = fc
  .record({ outer: rule, inner: rule, name: fc.constantFrom("a", "b", "c"), deeper: fc.boolean() })
  .map(({ outer, inner, name, deeper }) => {
    const place = below(outer.b, name);
    return [
      { ...outer, exclude: [...outer.exclude, below(outer.a, name)] },
      { ...inner, b: deeper ? below(place, "a") : place },
    ];
  });
const rules = fc
  .oneof(fc.array(rule, { minLength: 1, maxLength: 4 }), nested)
  .filter((some) => pathRulesFault(some) === null);
/** Of the source, with their parents, as a snapshot shows them. */
const tree = fc
  .uniqueArray(path, { maxLength: 40 })
  .map((some) => [...new Set(["/", ...some.flatMap(withParents)])].sort());

function withParents(of: string): string[] {
  const names = of.split("/").filter((name) => name !== "");
  return names.map((_, at) => `/${names.slice(0, at + 1).join("/")}`);
}

order("parents come first, and nothing comes twice", () => {
  let within = 0;
  void fc.assert(
    fc.property(rules, tree, (some: readonly PathRule[], paths) => {
      const map = pathMap(some);
      const target = new TargetOrder(some);
      if (target.rounds > 1) within++;
      const written: string[] = [];
      const write = (one: string) => {
        const parent = one.slice(0, one.lastIndexOf("/")) || "/";
        assert.ok(one === "/" || written.includes(parent), `${one} before its parent`);
        assert.not.ok(written.includes(one), `${one} twice`);
        written.push(one);
      };
      for (let round = 0; round < target.rounds; round++) {
        for (const one of paths) {
          const there = map.toB(one);
          if (there === null || target.roundOf(there) !== round) continue;
          for (const above of target.before(there)) write(above.path);
          write(there);
        }
      }
      assert.is(target.hasRoot, written.includes("/"));
      for (const one of paths) {
        const there = map.toB(one);
        // A subtree below a znode of another subtree that the source does not have comes with that parent made up.
        if (there !== null) assert.ok(written.includes(there), `${one} → ${there} is missing`);
      }
    }),
    { numRuns: 2_000, includeErrorInReport: true },
  );
  assert.ok(within > 100, `${within} with subtrees within subtrees`);
});

order("a parent that is made up counts the children the rules give it", () => {
  const target = new TargetOrder([
    { a: "/x", b: "/eu/x", exclude: [] },
    { a: "/y", b: "/eu/y", exclude: [] },
  ]);
  const [root, eu, ...more] = target.before("/eu/x");
  assert.equal([root?.path, root?.cversion, eu?.path, eu?.cversion, more], ["/", 1, "/eu", 2, []]);
  assert.equal(target.before("/eu/y"), []);
});

order.run();
