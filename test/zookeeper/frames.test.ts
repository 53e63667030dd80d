/** Framing: the same frames come out however the stream is cut, and impossible lengths are refused. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FrameSplitter } from "../../src/zookeeper/frames.js";
import { JuteError } from "../../src/zookeeper/jute-reader.js";

const s = suite("frames");

function stream(bodies: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    bodies.flatMap((body) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(body.length);
      return [length, Buffer.from(body)];
    }),
  );
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  chunks.push(bytes.subarray(at));
  return chunks;
}

s("any cut gives the same frames in the same order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }),
      fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 }),
      (bodies, sizes) => {
        const splitter = new FrameSplitter();
        const frames: Buffer[] = [];
        for (const chunk of cut(stream(bodies), sizes)) {
          splitter.push(chunk, (frame) => frames.push(Buffer.from(frame)));
        }
        assert.equal(
          frames.map((frame) => frame.toString("hex")),
          bodies.map((body) => Buffer.from(body).toString("hex")),
        );
      },
    ),
    { numRuns: 500 },
  );
});

s("a frame within one chunk is a view of it, not a copy", () => {
  const chunk = stream([Buffer.from("abc")]);
  new FrameSplitter().push(chunk, (frame) => assert.is(frame.buffer, chunk.buffer));
});

s("garbage never hangs: each byte is looked at once, and a bad length is an error that says so", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), (chunks) => {
      const splitter = new FrameSplitter();
      try {
        for (const chunk of chunks) splitter.push(Buffer.from(chunk), () => {});
      } catch (error) {
        assert.instance(error, JuteError);
        assert.match((error as Error).message, /frame length of -?\d+/);
      }
    }),
    { numRuns: 500 },
  );
});

s("an HTTP server is told apart", () => {
  const answer = Buffer.from("HTTP/1.1 400 Bad Request\r\n");
  assert.throws(() => new FrameSplitter().push(answer, () => {}), /not a ZooKeeper client port/);
});

s.run();
