/** Updates the keys of the benchmark at a rate, or as fast as the servers take it. Prints one line of JSON in the end. */
import { connect } from "../../src/zookeeper/connect.js";
import {
  clockMs,
  DATA_BYTES,
  INDEX_AT,
  input,
  KEYS,
  type LoadRequest,
  type LoadResult,
  ROOT,
  RUN_AT,
  rounded,
} from "./world.js";

/** Requests under way at most. */
const WINDOW = 1_000;

const { connectString, rate, seconds, updates, run = 0, stamps = false } = input<LoadRequest>();
const client = await connect({ connectString });
const sentAt: number[] = [];
const acknowledgedAt: number[] = [];
let sent = 0;
let done = 0;
const from = clockMs();
const elapsed = (): number => (clockMs() - from) / 1_000;
const isOver = (): boolean =>
  (seconds !== null && elapsed() >= seconds) || (updates !== null && sent >= updates);

function send(at: number): void {
  const data = Buffer.alloc(DATA_BYTES);
  data.writeUInt32BE(run, RUN_AT);
  data.writeUInt32BE(at, INDEX_AT);
  if (stamps) sentAt.push(clockMs());
  void client.setData(`${ROOT}/k${at % KEYS}`, data).then(() => {
    if (stamps) acknowledgedAt[at] = clockMs();
    done++;
  });
}

while (!isOver()) {
  const allowed = rate === null ? Number.POSITIVE_INFINITY : Math.floor(elapsed() * rate);
  while (sent < allowed && sent - done < WINDOW && !(updates !== null && sent >= updates)) send(sent++);
  await new Promise((resolve) => setImmediate(resolve));
}
const took = elapsed();
const inTime = done;
while (done < sent) await new Promise((resolve) => setImmediate(resolve));
await client.close();
const whole = updates === null ? { count: inTime, took } : { count: done, took: elapsed() };
const packed = (times: readonly number[]): string | null =>
  stamps ? Buffer.from(Float64Array.from(times).buffer).toString("base64") : null;
const result: LoadResult = {
  updates: sent,
  perSecond: rounded(whole.count / whole.took),
  sent: packed(sentAt),
  acknowledged: packed(acknowledgedAt),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
