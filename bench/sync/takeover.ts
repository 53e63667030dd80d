/**
 * (f) How long nothing is applied when the active engine stands still, until another has taken over, and when it is killed and
 * started again. Standing still is what a lost machine looks like: a process that has ended on the same one is noticed sooner.
 */
import { waitFor } from "../../test/harness/wait.js";
import { Follower } from "./follower.js";
import { fillKeys } from "./lag.js";
import { type Child, rounded, specOf, startEngine, startLoad, startSides } from "./world.js";

export interface PauseMeasurement {
  readonly what: "another engine takes over" | "the same engine is started again";
  /** Milliseconds from the signal to the next update on the target, each time. */
  readonly pausesMs: readonly number[];
  readonly minMs: number;
  readonly medianMs: number;
  readonly maxMs: number;
}

export async function measurePauses(times: number): Promise<PauseMeasurement[]> {
  const sides = await startSides(1, 512);
  const spec = specOf(sides, "takeover");
  const follower = new Follower();
  let load: Child | null = null;
  try {
    await fillKeys(sides);
    let active = startEngine(spec);
    await active.says("is live");
    await follower.start(spec);
    load = startLoad(sides.a, { rate: 1_000, seconds: 3_600, updates: null });
    const taken: number[] = [];
    for (let time = 0; time < times; time++) {
      const standby = startEngine(spec);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      taken.push(await pause(active, "SIGSTOP", follower));
      await active.kill();
      active = standby;
    }
    const resumed: number[] = [];
    for (let time = 0; time < times; time++) {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      const last = active;
      const again = (): void => {
        active = startEngine(spec);
      };
      resumed.push(await pause(last, "SIGKILL", follower, again));
    }
    await active.kill("SIGTERM");
    return [
      summary("another engine takes over", taken),
      summary("the same engine is started again", resumed),
    ];
  } finally {
    await load?.kill();
    await follower.stop();
    await sides.close();
  }
}

/** What is under way at the kill still arrives: the pause begins with the last update before a silence. */
async function pause(
  engine: Child,
  signal: "SIGSTOP" | "SIGKILL",
  follower: Follower,
  then: () => void = () => {},
): Promise<number> {
  if (signal === "SIGSTOP") process.kill(engine.pid, signal);
  else await engine.kill(signal);
  const from = performance.timeOrigin + performance.now();
  then();
  const before = await quiet(follower);
  await waitFor("updates arrive again", 60_000, () => follower.seen.b > before);
  return rounded(performance.timeOrigin + performance.now() - from);
}

/** Nothing more of the killed engine's comes. */
async function quiet(follower: Follower): Promise<number> {
  let seen = follower.seen.b;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (follower.seen.b === seen) return seen;
    seen = follower.seen.b;
  }
}

function summary(what: PauseMeasurement["what"], pausesMs: readonly number[]): PauseMeasurement {
  const sorted = [...pausesMs].sort((one, other) => one - other);
  const [minMs = 0, maxMs = 0] = [sorted[0], sorted.at(-1)];
  return { what, pausesMs, minMs, medianMs: sorted[sorted.length >> 1] ?? 0, maxMs };
}
