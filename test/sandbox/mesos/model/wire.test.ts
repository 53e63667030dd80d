/** The text of answers: valid JSON of what it was made from, whether written at once or in pieces. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LongList, type Wire, wireBytes, wireText } from "../../../../src/sandbox/mesos/model/wire.js";

const text = fc.oneof(fc.string(), fc.constantFrom('"', "\\", "\n", "é", "\u{1f4a5}", "\u2028", "a]b[c"));
const { value } = fc.letrec<{ value: Wire }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value")),
    fc.dictionary(text, tie("value")),
  ),
}));

const wire = suite("text of answers");

wire("is what JSON.parse reads back, in pieces too", () => {
  fc.assert(
    fc.property(value, (given) => {
      const written = wireText(given);
      assert.equal(JSON.stringify(JSON.parse(written)), JSON.stringify(given));
      assert.is(Buffer.concat(wireBytes(given)).toString(), written);
    }),
  );
});

wire("a long list is written as a list of what is made of its items", () => {
  fc.assert(
    fc.property(fc.array(value), (items) => {
      const list = LongList.of(items, (item) => ({ item }));
      const plain = items.map((item) => ({ item }));
      const [given, wanted] = [{ a: { list } }, { a: { list: plain } }];
      assert.is(Buffer.concat(wireBytes(given)).toString(), wireText(wanted));
      assert.is(wireText(given), wireText(wanted));
    }),
  );
});

wire("an answer of several pieces is whole", () => {
  const items = Array.from({ length: 20_000 }, (_, at) => ({ name: `é-${at}`.repeat(40) }));
  const list = LongList.of(items, (item) => item);
  const pieces = wireBytes({ list });
  assert.ok(pieces.length > 2);
  assert.equal(JSON.parse(Buffer.concat(pieces).toString()), { list: items });
});

wire.run();
