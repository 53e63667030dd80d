/** Updates the keys of the benchmark at a rate, or as fast as the servers take it. Prints one line of JSON in the end. */
import { connect } from "../../src/zookeeper/connect.js";
import { DATA_BYTES, input, KEYS, type LoadRequest, type LoadResult, ROOT, rounded } from "./world.js";

/** Requests under way at most. */
const WINDOW = 1_000;

const { connectString, rate, seconds, updates } = input<LoadRequest>();
const client = await connect({ connectString });
let sent = 0;
let done = 0;
const from = performance.now();
const elapsed = (): number => (performance.now() - from) / 1_000;
const isOver = (): boolean =>
  (seconds !== null && elapsed() >= seconds) || (updates !== null && sent >= updates);

while (!isOver()) {
  const allowed = rate === null ? Number.POSITIVE_INFINITY : Math.floor(elapsed() * rate);
  while (sent < allowed && sent - done < WINDOW && !(updates !== null && sent >= updates)) {
    const data = Buffer.alloc(DATA_BYTES);
    data.writeDoubleBE(performance.timeOrigin + performance.now());
    void client.setData(`${ROOT}/k${sent % KEYS}`, data).then(() => done++);
    sent++;
  }
  await new Promise((resolve) => setImmediate(resolve));
}
const took = elapsed();
const inTime = done;
while (done < sent) await new Promise((resolve) => setImmediate(resolve));
await client.close();
const whole = updates === null ? { count: inTime, took } : { count: done, took: elapsed() };
const result: LoadResult = { updates: sent, perSecond: rounded(whole.count / whole.took) };
process.stdout.write(`${JSON.stringify(result)}\n`);
