/** Paths and patterns: text and back, reading, writing, matching. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../src/value/json.js";
import {
  type FieldPath,
  formatPath,
  type PathStep,
  parsePath,
  valueAt,
  withValueAt,
} from "../../src/value/path.js";
import { PatternCursor, parsePattern } from "../../src/value/path-pattern.js";

const paths = suite("field paths");

paths("are written as people write them", () => {
  const text: [FieldPath, string][] = [
    [["a", "b", 0, "c"], "a.b[0].c"],
    [["servers", { key: "id", value: 3 }, "clientPort"], "servers[id=3].clientPort"],
    [["children", "x.y", "data"], 'children["x.y"].data'],
    [["jute.maxbuffer"], '["jute.maxbuffer"]'],
    [["users", { key: "name", value: "a b" }], 'users[name="a b"]'],
    [["users", { key: "id", value: "3" }], 'users[id="3"]'],
    [[], ""],
  ];
  for (const [path, written] of text) {
    assert.is(formatPath(path), written);
    assert.equal(parsePath(written), path);
  }
});

paths("that are none are refused", () => {
  for (const text of [
    ".a",
    "a..b",
    "a.",
    "a[",
    "a[]",
    "a b",
    "[0",
    'a["x]',
    "a[id=]",
    "a[*]",
    "*",
    "a.*",
    "[0]x",
  ]) {
    assert.is(parsePath(text), undefined, text);
  }
});

const key = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9]{0,4}$/),
  fc.string({ maxLength: 6 }),
  fc.constant("__proto__"),
);
const step: fc.Arbitrary<PathStep> = fc.oneof(
  key,
  fc.nat(9),
  fc.record(
    {
      key: fc.stringMatching(/^[a-z]{1,4}$/),
      value: fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    },
    { noNullPrototype: true },
  ),
);

paths("come back from their text", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), (path) => {
      const normal = path.map((one) =>
        typeof one === "object" && Object.is(one.value, -0) ? { ...one, value: 0 } : one,
      );
      assert.equal(parsePath(formatPath(normal)), normal);
    }),
  );
});

paths("read what they wrote", () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 4 }),
      fc.jsonValue() as fc.Arbitrary<Json>,
      fc.jsonValue() as fc.Arbitrary<Json>,
      (path, root, value) => {
        const written = withValueAt(root, path, value);
        assert.equal(valueAt(written, path), value);
        assert.is(valueAt(withValueAt(written, path, undefined), path), undefined);
      },
    ),
  );
});

paths("write items of keyed lists", () => {
  const value = { servers: [{ id: 1, port: 1 }] };
  const path = parsePath("servers[id=1].port") ?? [];
  assert.equal(withValueAt(value, path, 7), { servers: [{ id: 1, port: 7 }] });
  assert.equal(withValueAt(value, parsePath("servers[id=2].port") ?? [], 7), {
    servers: [
      { id: 1, port: 1 },
      { id: 2, port: 7 },
    ],
  });
  assert.equal(withValueAt(value, parsePath("servers[id=1]") ?? [], undefined), { servers: [] });
  assert.equal(value, { servers: [{ id: 1, port: 1 }] });
});

paths.run();

const patterns = suite("path patterns");

function matches(pattern: string, path: string): boolean {
  const parsed = parsePattern(pattern);
  if (parsed === undefined) throw new Error(`no pattern: ${pattern}`);
  let cursor = PatternCursor.of([[parsed, true] as const]);
  for (const one of parsePath(path) ?? []) cursor = cursor.child(one);
  return cursor.marks.length > 0;
}

patterns("match any item, any key, any depth", () => {
  assert.ok(matches("servers[*].host", "servers[id=3].host"));
  assert.ok(matches("servers[*].host", "servers[0].host"));
  assert.not(matches("servers[*].host", "servers[0].port"));
  assert.not(matches("servers[*]", "servers.x"));
  assert.ok(matches("children.*.data", 'children["x.y"].data'));
  assert.not(matches("children.*.data", "children[0].data"));
  assert.ok(matches("children.**.acl", "children.acl"));
  assert.ok(matches("children.**.acl", "children.a.children.b.acl"));
  assert.not(matches("children.**.acl", "children.a.data"));
  assert.ok(matches("**", "a.b[0]"));
  assert.ok(matches("", ""));
  assert.ok(matches("servers[id=3].running", "servers[id=3].running"));
  assert.not(matches("servers[id=3].running", "servers[id=4].running"));
});

patterns("without wildcards match themselves only", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 4 }), fc.array(step, { maxLength: 4 }), (a, b) => {
      const pattern = parsePattern(formatPath(a)) ?? [];
      let cursor = PatternCursor.of([[pattern, true] as const]);
      for (const one of b) cursor = cursor.child(one);
      const same = (one: FieldPath): string =>
        JSON.stringify(one.map((s) => (typeof s === "object" ? { ...s, value: String(s.value) } : s)));
      assert.is(cursor.marks.length > 0, same(a) === same(b));
    }),
  );
});

patterns("that are none are refused", () => {
  for (const text of ["a.", ".a", ".*", "a[", "a..b", "a[**]", "*b"])
    assert.is(parsePattern(text), undefined, text);
});

patterns.run();
