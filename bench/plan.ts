/**
 * How long planning takes and how much memory it needs: load and validate, plan, render, write the state, on synthetic
 * platforms with the live state given. Every run is a fresh process, nothing warmed up. Prints JSON; starts no server.
 *
 *   node dist/bench/plan.js [--sizes 1000,10000,50000] [--runs 3]
 */
import { execFileSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { ferryVersion } from "../src/install/root.js";
import type { Measurement, Scenario } from "./plan-run.js";

const DEFAULT_SIZES = [1_000, 10_000, 50_000];
const DEFAULT_RUNS = 3;
/** A run that takes longer than this is a failure by itself. */
const DEADLINE_MS = 10 * 60_000;

function option(name: string, fallback: readonly number[]): readonly number[] {
  const at = process.argv.indexOf(name);
  if (at < 0) return fallback;
  const values = (process.argv[at + 1] ?? "").split(",").map(Number);
  if (values.length > 0 && values.every((value) => Number.isInteger(value) && value > 0)) return values;
  process.stderr.write(`${name} takes whole numbers above 0, for example ${name} ${fallback.join(",")}\n`);
  process.exit(1);
}

function measure(size: number, scenario: Scenario): Measurement {
  const script = fileURLToPath(new URL("./plan-run.js", import.meta.url));
  const output = execFileSync(process.execPath, ["--expose-gc", script, String(size), scenario], {
    encoding: "utf8",
    timeout: DEADLINE_MS,
    maxBuffer: 1 << 20,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output) as Measurement;
}

/** The run in the middle by the time that the goal is about. */
function median(runs: readonly Measurement[]): Measurement | undefined {
  const sorted = [...runs].sort((a, b) => a.planAndRenderMs - b.planAndRenderMs);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** Time per resource against the size before, n log n taken out: 1 = exactly n log n, below = better. */
function growth(results: readonly Measurement[]): object[] {
  const perUnit = (ms: number, size: number): number => ms / (size * Math.log2(size));
  return results.slice(1).map((one, at) => {
    const before = results[at] ?? one;
    const ratio = (pick: (from: Measurement) => number): number => {
      const change = perUnit(pick(one), one.resources) / perUnit(pick(before), before.resources);
      return Math.round(change * 100) / 100;
    };
    return {
      scenario: one.scenario,
      from: before.resources,
      to: one.resources,
      load: ratio((from) => from.loadMs),
      plan: ratio((from) => from.planMs),
      planAndRender: ratio((from) => from.planAndRenderMs),
      planAndRenderCpu: ratio((from) => from.planAndRenderCpuMs),
      stateWrite: ratio((from) => from.stateWriteMs),
    };
  });
}

const SCENARIOS: readonly Scenario[] = ["change", "first"];
const GOAL_SIZE = 10_000;
const GOAL_MS = 2_000;

function measureAll(sizes: readonly number[], runs: number): Measurement[] {
  return SCENARIOS.flatMap((scenario) =>
    sizes.flatMap((size) => median(Array.from({ length: runs }, () => measure(size, scenario))) ?? []),
  );
}

function main(): void {
  const sizes = option("--sizes", DEFAULT_SIZES);
  const [runs = DEFAULT_RUNS] = option("--runs", [DEFAULT_RUNS]);
  const loadAverageBefore = loadavg();
  const results = measureAll(sizes, runs);
  const report = {
    benchmark: "plan",
    conditions: {
      ferry: ferryVersion(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]?.model ?? "unknown",
      cpus: cpus().length,
      memoryMiB: Math.round(totalmem() / 2 ** 20),
      loadAverageBefore,
      loadAverageAfter: loadavg(),
      sizes,
      runsPerSize: runs,
      reported: "the median run by planAndRenderMs; every run in a fresh process",
    },
    results,
    growthAgainstNLogN: SCENARIOS.flatMap((scenario) =>
      growth(results.filter((one) => one.scenario === scenario)),
    ),
    goal: results
      .filter((one) => one.resources === GOAL_SIZE)
      .map(({ scenario, planAndRenderMs }) => ({
        what: `${GOAL_SIZE} resources planned and rendered (text, JSON, Markdown) in under ${GOAL_MS} ms`,
        scenario,
        ms: planAndRenderMs,
        met: planAndRenderMs < GOAL_MS,
      })),
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}

main();
