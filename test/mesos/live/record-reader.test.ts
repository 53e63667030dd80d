/** Records come out as they went in, wherever the stream was cut. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RecordError, RecordReader } from "../../../src/mesos/live/record-reader.js";

function reader(): RecordReader<string> {
  return new RecordReader(() => {
    const pieces: Buffer[] = [];
    return {
      push: (piece) => void pieces.push(Buffer.from(piece)),
      finish: () => Buffer.concat(pieces).toString(),
    };
  });
}

const records = suite("records of a stream");

records("come out whole and in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string()),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      (texts, sizes) => {
        const bytes = Buffer.concat(texts.map((text) => Buffer.from(`${Buffer.byteLength(text)}\n${text}`)));
        const reading = reader();
        const found: string[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          found.push(...reading.push(bytes.subarray(at, at + size)));
          at += size;
        }
        assert.equal(found, texts);
      },
    ),
  );
});

records("are not looked for in something else", () => {
  for (const text of ["<html>", "\n", "12a\n", "123456789012345\n"]) {
    assert.throws(
      () => reader().push(Buffer.from(text)),
      (error: unknown) => error instanceof RecordError,
      text,
    );
  }
});

records.run();
