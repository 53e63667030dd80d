/** RecordIO cut anywhere, and Mesos' recorded scheduler events read into what frameworks work with. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installRoot } from "../../../src/install/root.js";
import {
  offersIn,
  operationMessage,
  statusIn,
  subscribedIn,
} from "../../../src/sandbox/framework/messages.js";
import { RecordDecoder } from "../../../src/sandbox/framework/record-io.js";
import { isObject, type JsonObject } from "../../../src/value/json.js";

const RECORDED = join(
  installRoot(),
  "test/sandbox/mesos/fixtures/mesos-recordings/streams/scheduler-events-selected.jsonl",
);

const messages = suite("messages between frameworks and masters");

messages("records come out whole, wherever the stream is cut", () => {
  const texts = fc.array(fc.string({ unit: "grapheme" }), { maxLength: 8 });
  void fc.assert(
    fc.property(texts, fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (records, sizes) => {
      const stream = Buffer.concat(
        records.map((text) => {
          const bytes = Buffer.from(text);
          return Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes]);
        }),
      );
      const decoder = new RecordDecoder();
      const found: string[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        found.push(...decoder.push(stream.subarray(at, at + size)));
        at += size;
      }
      assert.equal(found, records);
    }),
  );
  assert.throws(() => new RecordDecoder().push(Buffer.from("<html>\n")), /a record's length is expected/);
});

messages("recorded events are understood", () => {
  const events = readFileSync(RECORDED, "utf8")
    .trim()
    .split("\n")
    .map((line) => eventIn(JSON.parse(line) as JsonObject))
    .filter((event): event is JsonObject => event !== null);
  const of = (type: string) => events.filter((event) => event["type"] === type);
  assert.ok(of("OFFERS").length > 0 && of("UPDATE").length > 0 && of("SUBSCRIBED").length > 0);
  for (const event of of("SUBSCRIBED")) {
    const { frameworkId, heartbeatMs, master } = subscribedIn(event);
    assert.match(frameworkId, /-\d{4}$/);
    assert.is(heartbeatMs, 15_000);
    assert.is(master.port, 5050);
  }
  for (const offer of of("OFFERS").flatMap(offersIn)) {
    assert.match(offer.id, /-O\d+$/);
    assert.match(offer.agentId, /-S\d+$/);
    assert.ok(offer.resources.some(({ name, ranges }) => name === "ports" && ranges !== undefined));
    assert.is.not(offer.ip, null);
  }
  for (const status of of("UPDATE").map(statusIn)) assert.match(status.state, /^TASK_/);
});

messages("a pod is launched as a task group", () => {
  const sent = operationMessage({ kind: "group", executor: { a: 1 }, tasks: [{ b: 2 }] });
  assert.equal(sent, {
    type: "LAUNCH_GROUP",
    launch_group: { executor: { a: 1 }, task_group: { tasks: [{ b: 2 }] } },
  });
});

function eventIn(line: JsonObject): JsonObject | null {
  const event = line["v"];
  return isObject(event) && event["type"] === line["k"] ? event : null;
}

messages.run();
