/** The splitter against JSON.parse, however the text is laid out and cut. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ItemSplitter, SplitError } from "../../../src/mesos/state/item-splitter.js";
import { isObject, type Json } from "../../../src/value/json.js";

const PATHS = ["list", "deep.list", "deep.er.list"];

interface Split {
  readonly items: Readonly<Record<string, readonly Json[]>>;
  readonly around: Json;
}

function split(text: string, sizes: readonly number[], skipped: readonly string[] = []): Split {
  const items: Record<string, Json[]> = {};
  const takers = PATHS.map((path) => {
    const taken: Json[] = [];
    items[path] = taken;
    return [path, skipped.includes(path) ? null : (item: Json) => void taken.push(item)] as const;
  });
  const splitter = new ItemSplitter(new Map(takers));
  const bytes = Buffer.from(text);
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    splitter.push(bytes.subarray(at, at + size));
    at += size;
  }
  return { items, around: splitter.finish() };
}

/** What is to come out, from the whole document. */
function expected(document: Json): Split {
  const items: Record<string, readonly Json[]> = Object.fromEntries(PATHS.map((path) => [path, []]));
  const emptied = (value: Json, path: string): Json => {
    if (Array.isArray(value)) {
      if (!PATHS.includes(path)) return value;
      items[path] = value as readonly Json[];
      return [];
    }
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        name,
        emptied(each, path === "" ? name : `${path}.${name}`),
      ]),
    );
  };
  return { around: emptied(document, ""), items };
}

const splitting = suite("JSON split by its items");

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('"', "\\", "[{", "}]", "list", "deep", "\\\\", "žluť\u{1f4a5}"),
);
const item = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.array(fc.dictionary(text, text))));
const list = fc.array(item, { maxLength: 4 });
const other = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(item));
const document = fc.record(
  {
    type: text,
    list,
    deep: fc.record(
      { list, other, er: fc.record({ list, other }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
    // Lists of the wanted names elsewhere are none of the wanted.
    others: fc.array(fc.record({ list, deep: fc.record({ list }) })),
  },
  { requiredKeys: [] },
);

splitting("gives what JSON.parse gives", () => {
  fc.assert(
    fc.property(
      document,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      fc.constantFrom(0, 1, "\t"),
      (value, sizes, indent) => {
        const plain = JSON.parse(JSON.stringify(value)) as Json;
        assert.equal(split(JSON.stringify(plain, null, indent), sizes), expected(plain));
      },
    ),
  );
});

splitting("skips a list unparsed", () => {
  const { items, around } = split(`{"list":[{"a":[1,{}]},{"b":"]"}],"deep":{"list":[{}]}}`, [3], ["list"]);
  assert.equal(items, { list: [], "deep.list": [{}], "deep.er.list": [] });
  assert.equal(around, { list: [], deep: { list: [] } });
});

splitting("says what is wrong with a text", () => {
  const wrong = (json: string, reason: RegExp): void => {
    assert.throws(
      () => split(json, [7]),
      (error: unknown) => error instanceof SplitError && reason.test(error.message),
    );
  };
  wrong(`{"list":[{"a":1}`, /ends in the middle/);
  wrong(`{"list":[{"a":1`, /ends in the middle/);
  wrong(`{"list":[1]}`, /list should be a list of objects/);
  wrong(`{"list":[{a}]}`, /no JSON/);
  wrong("<html>", /no JSON/);
  wrong("", /no JSON/);
});

splitting.run();
