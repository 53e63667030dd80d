/**
 * How long `ferry version` takes against what it cannot avoid: `node -e 0` and loading clipanion, in the same run.
 * Prints JSON. Usage: node dist/bench/startup.js [--runs 15]
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { installRoot } from "../src/install/root.js";

const clipanion = createRequire(import.meta.url).resolve("clipanion");
const SUBJECTS: Readonly<Record<string, readonly string[]>> = {
  node: ["-e", "0"],
  nodeAndClipanion: ["-e", `require(${JSON.stringify(clipanion)})`],
  ferryVersion: [join(installRoot(), "bin", "ferry"), "version"],
};

/** Milliseconds of one whole process. */
function once(args: readonly string[]): number {
  const started = performance.now();
  const result = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (result.status !== 0) throw new Error(`node ${args.join(" ")} ended with ${result.status}`);
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const at = process.argv.indexOf("--runs");
const runs = at < 0 ? 15 : Number(process.argv[at + 1]);
const times = new Map(Object.keys(SUBJECTS).map((name) => [name, [] as number[]]));
// In turn, so that a busy moment hits all of them alike.
for (let run = 0; run < runs; run += 1) {
  for (const [name, args] of Object.entries(SUBJECTS)) times.get(name)?.push(once(args));
}
const medians = Object.fromEntries(
  [...times].map(([name, values]) => [name, Math.round(median(values) * 10) / 10]),
);
const floor = medians["nodeAndClipanion"] ?? 0;
const ratio = Math.round(((medians["ferryVersion"] ?? 0) / floor) * 100) / 100;
process.stdout.write(
  `${JSON.stringify({ benchmark: "startup", conditions: { node: process.version, cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, loadAverage: loadavg() }, runs, medianMs: medians, ratioToNodeAndClipanion: ratio, goal: 1.5 }, null, 2)}\n`,
);
