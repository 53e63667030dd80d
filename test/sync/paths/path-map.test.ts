/** The mapping of paths against its definition written out plainly, and the words for rules that cannot be. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pathMap, pathRulesFault } from "../../../src/sync/paths/path-map.js";
import type { PathRule } from "../../../src/sync/spec.js";

const paths = suite("path map");

const rule = (a: string, b = a, exclude: readonly string[] = []): PathRule => ({ a, b, exclude });
const within = (path: string, top: string) => top === "/" || path === top || path.startsWith(`${top}/`);
const reserved = (path: string) => within(path, "/zookeeper") || within(path, "/ferry");

paths("a subtree under its own name", () => {
  const map = pathMap([rule("/app")]);
  assert.is(map.toB("/app"), "/app");
  assert.is(map.toB("/app/x/y"), "/app/x/y");
  for (const outside of ["/", "/ap", "/apple", "/apple/x", "/other/app"]) assert.is(map.toB(outside), null);
});

paths("a renamed subtree, and what it excludes", () => {
  const map = pathMap([rule("/app", "/eu/shop", ["/app/cache"])]);
  assert.is(map.toB("/app"), "/eu/shop");
  assert.is(map.toB("/app/x"), "/eu/shop/x");
  assert.is(map.toA("/eu/shop/x"), "/app/x");
  assert.is(map.toA("/app/x"), null);
  assert.is(map.toA("/eu"), null);
  assert.is(map.toB("/app/cache/deep/er"), null);
  assert.is(map.toA("/eu/shop/cache"), null);
  assert.is(map.toB("/app/cached"), "/eu/shop/cached");
  assert.not(map.inScopeB("/eu/shop/cache/x"));
  assert.ok(map.inScopeA("/app/cached"));
});

paths("everything, in place and moved", () => {
  const all = pathMap([rule("/")]);
  assert.is(all.toB("/"), "/");
  assert.is(all.toB("/x"), "/x");
  assert.is(all.toB("/zookeeper/quota"), null);
  assert.is(all.toB("/ferry"), null);
  assert.is(all.toA("/ferryboat"), "/ferryboat");

  const deeper = pathMap([rule("/", "/old")]);
  assert.is(deeper.toB("/"), "/old");
  assert.is(deeper.toB("/x/y"), "/old/x/y");
  assert.is(deeper.toA("/old"), "/");
  assert.is(deeper.toA("/old/ferry/x"), null);

  const higher = pathMap([rule("/old", "/")]);
  assert.is(higher.toB("/old"), "/");
  assert.is(higher.toB("/old/x"), "/x");
  assert.is(higher.toB("/old/zookeeper"), null);
  assert.is(higher.toA("/"), "/old");
  assert.is(higher.toA("/zookeeper/config"), null);
});

paths("the innermost rule decides where the outer one steps aside", () => {
  const map = pathMap([rule("/", "/", ["/app", "/new"]), rule("/app", "/new")]);
  assert.is(map.toB("/app/x"), "/new/x");
  assert.is(map.toB("/new/x"), null);
  assert.is(map.toA("/new/x"), "/app/x");
  assert.is(map.toA("/app"), null);
  assert.is(map.toB("/else"), "/else");
});

paths("an exclusion within another one takes nothing from the rule that lies there", () => {
  const map = pathMap([rule("/x", "/y"), rule("/", "/x", ["/x/x", "/x"])]);
  assert.is(map.toB("/x/x"), "/y/x");
  assert.is(map.toA("/y/x"), "/x/x");
  assert.is(map.toB("/z"), "/x/z");
});

paths("knows parents with children that are left out", () => {
  const map = pathMap([rule("/", "/", ["/app/cache/x"])]);
  assert.ok(map.leavesOutChildren("a", "/"));
  assert.ok(map.leavesOutChildren("b", "/app/cache"));
  assert.not(map.leavesOutChildren("a", "/app"));
  assert.not(map.leavesOutChildren("a", "/else/where"));
});

paths("rules that cannot be are explained", () => {
  const faults: [PathRule[], string][] = [
    [[], "there is no path to synchronise"],
    [[rule("app")], "app is no path: a path begins with /"],
    [[rule("/app", "/x/")], "/x/ is no path: a path does not end with /"],
    [[rule("/ferry/x")], "/ferry/x: what is in /ferry is never synchronised"],
    [[rule("/x", "/zookeeper")], "/zookeeper: what is in /zookeeper is never synchronised"],
    [[rule("/app", "/app", ["/app"])], "/app is excluded from itself: leave the path out instead"],
    [[rule("/app", "/eu", ["/eu/x"])], "/eu/x is excluded from /app, but is not below it"],
    [[rule("/app"), rule("/app", "/eu")], "/app of side a is named by two paths"],
    [[rule("/x", "/eu"), rule("/y", "/eu")], "/eu of side b is named by two paths"],
    [
      [rule("/app/x"), rule("/app")],
      "/app/x lies within /app on side a: each znode can take part only once. Exclude /app/x from /app, or drop one of the two",
    ],
    [
      [rule("/app", "/eu"), rule("/x", "/eu/in")],
      "/eu/in lies within /eu on side b: each znode can take part only once. Exclude /app/in from /app, or drop one of the two",
    ],
  ];
  for (const [rules, words] of faults) assert.is(pathRulesFault(rules), words);
  assert.is(pathRulesFault([rule("/app"), rule("/apple"), rule("/x", "/y")]), null);
});

const aName = fc.constantFrom("x", "y", "xy", "ferry", "zookeeper");
const aPath = fc.array(aName, { maxLength: 4 }).map((names) => `/${names.join("/")}`);
const someRules = fc
  .array(fc.record({ a: aPath, b: aPath, exclude: fc.array(aPath, { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((rules) =>
    rules.map((one) => ({
      ...one,
      exclude: one.exclude.filter((path) => path !== one.a && within(path, one.a)),
    })),
  )
  .filter((rules) => pathRulesFault(rules) === null);

/** The definition, without a thought for speed. */
function plainToB(rules: readonly PathRule[], path: string): string | null {
  const found = rules
    .filter((one) => within(path, one.a) && !one.exclude.some((out) => within(path, out)))
    .map((one) => `${one.b === "/" ? "" : one.b}${path.slice(one.a === "/" ? 0 : one.a.length)}`)
    .map((moved) => (moved.endsWith("/") ? moved.slice(0, -1) : moved) || "/");
  assert.ok(found.length <= 1, `${path} takes part twice`);
  const [target] = found;
  return target === undefined || reserved(path) || reserved(target) ? null : target;
}

paths("property: as defined, there and back, nothing twice, nothing outside", () => {
  fc.assert(
    fc.property(someRules, fc.array(aPath, { maxLength: 40 }), (rules, sample) => {
      const map = pathMap(rules);
      for (const path of sample) {
        const there = map.toB(path);
        assert.is(there, plainToB(rules, path), path);
        assert.is(map.inScopeA(path), there !== null);
        if (there !== null) {
          assert.is(map.toA(there), path);
          assert.ok(map.inScopeB(there));
        }
        const back = map.toA(path);
        if (back !== null) assert.is(map.toB(back), path);
      }
    }),
    { numRuns: 3_000 },
  );
});

paths.run();
