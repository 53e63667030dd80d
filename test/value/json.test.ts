/** The textual form of values. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { canonicalJson, type Json } from "../../src/value/json.js";

const canonical = suite("canonical JSON");

canonical("has sorted keys and no blanks", () => {
  assert.is(canonicalJson({ b: [1, { d: null, c: "x" }], a: {} }), '{"a":{},"b":[1,{"c":"x","d":null}]}');
  assert.is(canonicalJson([]), "[]");
  assert.is(canonicalJson("é\n"), '"é\\n"');
});

canonical("holds the value, whatever the order of keys", () => {
  const reordered = (value: Json): Json => {
    if (Array.isArray(value)) return value.map((item: Json) => reordered(item));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([key, item]) => [key, reordered(item)] as const);
    return Object.fromEntries(entries.reverse());
  };
  fc.assert(
    fc.property(fc.jsonValue() as fc.Arbitrary<Json>, (value) => {
      const text = canonicalJson(value);
      assert.is(canonicalJson(reordered(value)), text);
      assert.is(
        JSON.stringify(JSON.parse(text)),
        JSON.stringify(JSON.parse(canonicalJson(JSON.parse(text) as Json))),
      );
      assert.equal(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    }),
  );
});

canonical.run();
