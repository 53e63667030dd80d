/** The jute codec: what is written is read again, whatever it is; damaged input gives a clear error and nothing else. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { JuteError, JuteReader } from "../../src/zookeeper/jute-reader.js";
import { JuteWriter } from "../../src/zookeeper/jute-writer.js";
import { readMulti } from "../../src/zookeeper/multi.js";
import { readAcls, readHandshakeReply, readStat, writeAcls, writeStat } from "../../src/zookeeper/records.js";

const s = suite("jute");

const int = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

type Value =
  | { kind: "int"; value: number }
  | { kind: "long"; value: bigint }
  | { kind: "boolean"; value: boolean }
  | { kind: "buffer"; value: Buffer | null }
  | { kind: "string"; value: string | null }
  | { kind: "vector"; value: string[] };

const anyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.record({ kind: fc.constant("int" as const), value: int }),
  fc.record({ kind: fc.constant("long" as const), value: long }),
  fc.record({ kind: fc.constant("boolean" as const), value: fc.boolean() }),
  fc.record({ kind: fc.constant("buffer" as const), value: fc.option(bytes) }),
  fc.record({ kind: fc.constant("string" as const), value: fc.option(fc.string({ unit: "grapheme" })) }),
  fc.record({ kind: fc.constant("vector" as const), value: fc.array(fc.string()) }),
);

function write(writer: JuteWriter, item: Value): void {
  switch (item.kind) {
    case "int":
      writer.int(item.value);
      break;
    case "long":
      writer.long(item.value);
      break;
    case "boolean":
      writer.boolean(item.value);
      break;
    case "buffer":
      writer.buffer(item.value);
      break;
    case "string":
      writer.string(item.value);
      break;
    case "vector":
      writer.vector(item.value, (text) => writer.string(text));
      break;
  }
}

function read(reader: JuteReader, kind: Value["kind"]): Value["value"] {
  switch (kind) {
    case "int":
      return reader.int();
    case "long":
      return reader.long();
    case "boolean":
      return reader.boolean();
    case "buffer":
      return reader.buffer();
    case "string":
      return reader.nullableString();
    case "vector":
      return reader.vector(() => reader.string());
  }
}

s("any record comes back as it was written", () => {
  fc.assert(
    fc.property(fc.array(anyValue), (items) => {
      const writer = new JuteWriter();
      for (const item of items) write(writer, item);
      const reader = new JuteReader(writer.take());
      for (const item of items) assert.equal(read(reader, item.kind), item.value);
      assert.is(reader.remaining, 0);
    }),
  );
});

s("frames taken one by one stay as they were, across slabs", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 12 }), (bodies) => {
      const writer = new JuteWriter();
      const taken = bodies.map((body) => {
        writer.frame(() => writer.buffer(Buffer.from(body)));
        return writer.take();
      });
      for (const [index, body] of bodies.entries()) {
        const frame = taken[index] ?? Buffer.alloc(0);
        assert.is(frame.readInt32BE(0), body.length + 4);
        assert.ok(frame.subarray(8).equals(Buffer.from(body)));
      }
    }),
    { numRuns: 30 },
  );
});

s("frames taken together are the same bytes as taken alone", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 30_000 }), { maxLength: 8 }), (texts) => {
      const together = new JuteWriter();
      for (const text of texts) together.frame(() => together.string(text));
      const alone = texts.map((text) => {
        const writer = new JuteWriter();
        writer.frame(() => writer.string(text));
        return writer.take();
      });
      assert.ok(together.take().equals(Buffer.concat(alone)));
    }),
    { numRuns: 30 },
  );
});

s("stat and ACLs come back", () => {
  const stat = fc.record(
    {
      czxid: long,
      mzxid: long,
      ctime: long,
      mtime: long,
      version: int,
      cversion: int,
      aversion: int,
      ephemeralOwner: long,
      dataLength: int,
      numChildren: int,
      pzxid: long,
    },
    { noNullPrototype: true },
  );
  const acl = fc.record({ perms: int, scheme: fc.string(), id: fc.string() }, { noNullPrototype: true });
  fc.assert(
    fc.property(stat, fc.array(acl), (one, acls) => {
      const writer = new JuteWriter();
      writeStat(writer, one);
      writeAcls(writer, acls);
      const reader = new JuteReader(writer.take());
      assert.equal(readStat(reader), one);
      assert.equal(readAcls(reader), acls);
    }),
  );
});

s("garbage gives a JuteError or a value, never anything else", () => {
  const readers: ((reader: JuteReader) => unknown)[] = [
    readStat,
    readAcls,
    readMulti,
    readHandshakeReply,
    (reader) => reader.vector(() => reader.string()),
    (reader) => reader.buffer(),
  ];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(readers.length - 1), (garbage, which) => {
      try {
        readers[which]?.(new JuteReader(Buffer.from(garbage)));
      } catch (error) {
        assert.instance(error, JuteError);
        assert.match((error as Error).message, /offset|length|unknown type/);
      }
    }),
    { numRuns: 2_000 },
  );
});

s("a count far beyond the frame is refused before memory is asked for", () => {
  const reader = new JuteReader(Buffer.from("7fffffff0000", "hex"));
  assert.throws(() => reader.vector(() => reader.int()), /vector of 2147483647 items/);
});

s.run();
