/**
 * Synchronisation on real servers: lag, rate, bootstrap, cost at the source, takeover. Everything runs on this machine, so
 * servers, load, engine and measurement share its cores. Prints one JSON document.
 *
 *   node dist/bench/sync.js [lag] [lag3] [rate] [bootstrap] [bootstrap1m] [source] [takeover]      without words: all
 *
 * The memory of the index alone is measured by tree-index.js, whole comparisons by verify.js.
 */
import { cpus, loadavg, totalmem } from "node:os";
import { ferryVersion } from "../src/install/root.js";
import { measureBootstrap } from "./sync/bootstrap.js";
import { measureLag } from "./sync/lag.js";
import { measureRate } from "./sync/rate.js";
import { measureCost } from "./sync/source-cost.js";
import { measurePauses } from "./sync/takeover.js";
import { DATA_BYTES, KEYS } from "./sync/world.js";

const RATES = [100, 1_000, 5_000, 10_000, null];
const SECONDS = 8;

const PARTS: Readonly<Record<string, () => Promise<unknown>>> = {
  lag: () => measureLag(1, RATES, SECONDS),
  lag3: () => measureLag(3, RATES, SECONDS),
  rate: () => measureRate(200_000),
  bootstrap: () => measureBootstrap(100_000, true),
  bootstrap1m: () => measureBootstrap(1_000_000, false),
  source: () => measureCost(3, 6),
  takeover: () => measurePauses(5),
};

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const unknown = words.filter((word) => !(word in PARTS));
  if (unknown.length > 0) {
    process.stderr.write(`no such part: ${unknown.join(", ")}; there are ${Object.keys(PARTS).join(", ")}\n`);
    process.exit(1);
  }
  const loadAverageBefore = loadavg();
  const results: Record<string, unknown> = {};
  for (const [name, measure] of Object.entries(PARTS)) {
    if (words.length > 0 && !words.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    results[name] = await measure();
  }
  const report = {
    benchmark: "sync",
    conditions: {
      ferry: ferryVersion(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]?.model ?? "unknown",
      cpus: cpus().length,
      memoryMiB: Math.round(totalmem() / 2 ** 20),
      loadAverageBefore,
      loadAverageAfter: loadavg(),
      zookeeper: "3.8, forceSync=no, C1 compiler only, all servers on this machine",
      keys: KEYS,
      dataBytes: DATA_BYTES,
      secondsPerRate: SECONDS,
      engine: "one direction, observer feed, target watched, limits as by default",
    },
    results,
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}

await main();
