/**
 * (e) What an engine costs its source: the most updates a second that the source takes from one client, without an engine and with
 * one on either feed. The source and its client have one core, engine and target the other.
 */
import { execFileSync } from "node:child_process";
import { fillKeys } from "./lag.js";
import {
  type Child,
  type LoadResult,
  type Sides,
  specOf,
  startEngine,
  startLoad,
  startSides,
} from "./world.js";

export interface CostMeasurement {
  readonly round: number;
  readonly engine: "none" | "observer" | "watch";
  readonly perSecond: number;
}

/** Moves all threads of a process onto one core (taskset(1), util-linux). */
function pin(pid: number | null, core: number): void {
  if (pid !== null) execFileSync("taskset", ["-acp", String(core), String(pid)], { stdio: "ignore" });
}

function pinServers({ a, b }: Sides): void {
  for (const server of a.servers) pin(server.pid, 0);
  for (const server of b.servers) pin(server.pid, 1);
}

export async function measureCost(rounds: number, seconds: number): Promise<CostMeasurement[]> {
  const sides = await startSides(1, 768);
  const results: CostMeasurement[] = [];
  try {
    await fillKeys(sides);
    pinServers(sides);
    await load(sides, 3);
    for (let round = 1; round <= rounds; round++) {
      for (const engine of ["none", "observer", "watch"] as const) {
        const { perSecond } = await withEngine(sides, engine, () => load(sides, seconds));
        results.push({ round, engine, perSecond });
      }
    }
  } finally {
    await sides.close();
  }
  return results;
}

async function load({ a }: Sides, seconds: number): Promise<LoadResult> {
  const child = startLoad(a, { rate: null, seconds, updates: null });
  pin(child.pid, 0);
  return child.result<LoadResult>();
}

async function withEngine<T>(
  sides: Sides,
  kind: CostMeasurement["engine"],
  work: () => Promise<T>,
): Promise<T> {
  if (kind === "none") return work();
  const engine: Child = startEngine(specOf(sides, `cost-${kind}`), kind);
  try {
    pin(engine.pid, 1);
    await engine.says("is live");
    return await work();
  } finally {
    await engine.kill("SIGTERM");
  }
}
