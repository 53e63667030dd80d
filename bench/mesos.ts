/**
 * How long it takes, and how much memory, to read all of a large Mesos, to plan on it and to follow it. A simulated master and a
 * simulated fleet run on this machine beside what is measured, and share its cores. Prints one JSON document.
 *
 *   node dist/bench/mesos.js [--agents 10000] [--tasks 100000] [--frameworks 50] [--rate 10] [--runs 3] [--seconds 30]
 */
import { cpus, loadavg, totalmem } from "node:os";
import { ferryVersion } from "../src/install/root.js";
import { measurePlan } from "./mesos/plan.js";
import { measured, type Size, startWorld, type World } from "./mesos/world.js";

const GOAL_MS = 5_000;
const GOAL_MIB = 500;
const PLANNED_AGENTS = 20;
const PLANNED_ROLES = 10;

interface Read {
  readonly ms: number;
  readonly peakMiB: number;
}

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  if (at < 0) return fallback;
  const value = Number(process.argv[at + 1]);
  if (Number.isInteger(value) && value > 0) return value;
  process.stderr.write(`--${name} takes a whole number above 0, for example --${name} ${fallback}\n`);
  process.exit(1);
}

/** The run in the middle by its time. */
function median<T extends Read>(runs: readonly T[]): T | undefined {
  return [...runs].sort((a, b) => a.ms - b.ms)[Math.floor((runs.length - 1) / 2)];
}

async function reads({ master }: World, runs: number): Promise<Record<"ferry" | "plain", Read[]>> {
  const found: Record<"ferry" | "plain", Read[]> = { ferry: [], plain: [] };
  // In turn, so that a busy moment hits both alike.
  for (let run = 0; run < runs; run += 1) {
    for (const how of ["ferry", "plain"] as const) {
      process.stderr.write(`read, ${how} …\n`);
      found[how].push(await measured<Read>("read-child", how, master));
    }
  }
  return found;
}

async function main(): Promise<void> {
  const size: Size = {
    agents: option("agents", 10_000),
    tasks: option("tasks", 100_000),
    frameworks: option("frameworks", 50),
    rate: option("rate", 10),
  };
  const [runs, seconds] = [option("runs", 3), option("seconds", 30)];
  const loadAverageBefore = loadavg();
  process.stderr.write("the fleet registers …\n");
  const world = await startWorld(size);
  try {
    const { ferry, plain } = await reads(world, runs);
    process.stderr.write("plan …\n");
    const plan = measurePlan(world.master, size, PLANNED_AGENTS, PLANNED_ROLES);
    process.stderr.write("follow …\n");
    const follow = await measured<object>("follow-child", world.master, String(seconds));
    const [read, whole] = [median(ferry), median(plain)];
    const conditions = {
      ferry: ferryVersion(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]?.model ?? "unknown",
      cpus: cpus().length,
      memoryMiB: Math.round(totalmem() / 2 ** 20),
      loadAverageBefore,
      loadAverageAfter: loadavg(),
      simulated: "one master without ZooKeeper and the fleet, each one process on this machine",
      ...size,
      registrationSeconds: world.registrationSeconds,
      simulationMiB: world.memoryMiB(),
      runs,
      reported:
        "the median run by ms; every run in a fresh process; ms includes the master's time for the answer, cpuMs is of the reading process alone",
    };
    const goal = {
      what: `all of it read in under ${GOAL_MS} ms and ${GOAL_MIB} MiB`,
      met: read !== undefined && read.ms < GOAL_MS && read.peakMiB < GOAL_MIB,
    };
    const results = { read, plain: whole, allReads: ferry, allPlain: plain, plan, follow };
    process.stdout.write(`${JSON.stringify({ benchmark: "mesos", conditions, results, goal }, null, 2)}\n`);
  } finally {
    await world.close();
  }
}

await main();
