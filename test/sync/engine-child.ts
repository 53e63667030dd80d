/** An engine in a process of its own, to be killed: reads its specification from the environment, logs to stdout. */
import { tmpdir } from "node:os";
import { SyncEngine } from "../../src/sync/engine/engine.js";
import { observerFeed } from "../../src/sync/engine/open-feed.js";
import type { SyncSpec } from "../../src/sync/spec.js";
import { TransactionSpool } from "../../src/sync/spool/transaction-spool.js";
import { TreeIndex } from "../../src/sync/tree/tree-index.js";

/** bigint and Buffer survive the way through JSON as {$bigint} and {type: "Buffer"}. */
function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("$bigint" in value) return BigInt(String(value.$bigint));
  if ("type" in value && value.type === "Buffer" && "data" in value)
    return Buffer.from(value.data as number[]);
  return value;
}

const spec = JSON.parse(process.env["FERRY_TEST_SYNC"] ?? "", revive) as SyncSpec;
const engine = new SyncEngine(spec, {
  feed: (side, { a, b }, client) => ({
    feed: observerFeed(side === "a" ? a : b, client, Math.random),
    reason: "chosen by the test",
  }),
  index: () => new TreeIndex(),
  spool: ({ limits }) => new TransactionSpool({ directory: tmpdir(), limitBytes: limits.spoolDiskBytes }),
  now: Date.now,
  log: (text) => process.stdout.write(`${text}\n`),
  acceptDeletions: false,
  fromSnapshot: process.env["FERRY_TEST_FROM_SNAPSHOT"] === "1",
});
let alerted = "";
engine.onStatus(({ alerts }) => {
  const text = alerts.map((alert) => `alert ${alert.code}: ${alert.text}\n`).join("");
  const codes = alerts.map(({ code }) => code).join();
  if (codes !== alerted) process.stdout.write(text);
  alerted = codes;
});
process.on("SIGTERM", () => {
  void engine.stop().then(() => process.exit(0));
});
