/** The decoder of event streams: whatever the bytes were cut into, the frames are the same. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Frame, FrameDecoder } from "../../src/marathon/sse/decoder.js";
import { example, objectIn } from "./examples.js";

const sse = suite("event stream decoder");

function decode(chunks: readonly Uint8Array[]): Frame[] {
  const decoder = new FrameDecoder();
  return chunks.flatMap((chunk) => decoder.push(chunk));
}

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
}

const text = fc.string({ unit: "grapheme" }).map((value) => value.replaceAll(/[\r\n\u2028]/g, " "));
const frames = fc.array(
  fc.record({
    event: fc.constantFrom("deployment_info", "event_stream_attached", "x"),
    lines: fc.array(text, { minLength: 1, maxLength: 3 }),
  }),
);
const lineEnd = fc.constantFrom("\n", "\r", "\r\n");

sse("gives the same frames for any cut, any line end and any characters", () => {
  void fc.assert(
    fc.property(frames, lineEnd, fc.array(fc.nat()), (written, end, places) => {
      const stream = written
        .map(({ event, lines }) =>
          [`event: ${event}`, ...lines.map((line) => `data: ${line}`), "", ""].join(end),
        )
        .join(`: keep-alive${end}${end}`);
      const expected = written.map(({ event, lines }) => ({ event, data: lines.join("\n") }));
      assert.equal(decode(cut(new TextEncoder().encode(stream), places)), expected);
    }),
  );
});

sse("reads the example events as Marathon writes them", () => {
  const events = example("19-events");
  assert.ok(Array.isArray(events));
  const count = (events as readonly unknown[]).length;
  const all = Array.from({ length: count }, (_, at) => objectIn(events, at));
  const stream = all
    .map(({ event, data }) => `event: ${String(event)}\ndata: ${JSON.stringify(data)}\n\n`)
    .join("\r\n");
  const decoded = decode([new TextEncoder().encode(stream)]);
  assert.equal(
    decoded.map(({ event, data }) => ({ event, data: JSON.parse(data) as unknown })),
    all,
  );
});

sse("drops a byte order mark, comments, fields it does not know and frames without data", () => {
  const stream =
    "\uFEFFid: 7\nretry: 10\n: hello\ndata\n\nevent: lonely\n\ndata:a\ndata: b\n\ndata: never ended";
  assert.equal(decode([new TextEncoder().encode(stream)]), [
    { event: "message", data: "" },
    { event: "message", data: "a\nb" },
  ]);
});

sse.run();
