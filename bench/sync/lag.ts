/** (a) How much later the target has what the source has, at several rates. */
import { connect } from "../../src/zookeeper/connect.js";
import { Follower } from "./follower.js";
import {
  type Child,
  clockMs,
  DATA_BYTES,
  KEYS,
  type LoadResult,
  quantiles,
  ROOT,
  type Sides,
  specOf,
  startEngine,
  startLoad,
  startSides,
} from "./world.js";

export interface LagMeasurement {
  readonly servers: string;
  readonly wanted: number | "maximum";
  readonly perSecond: number;
  readonly updates: number;
  /** Milliseconds from the answer that the writer gets to when an observer of the target is told of the engine's commit. */
  readonly lag: Quantiles;
  /** The same until an observer of the source is told of the writer's commit: no observer can be quicker. */
  readonly floor: Quantiles;
  /** From the one observer to the other. */
  readonly betweenSides: Quantiles;
  /** From the writer's sending to the observer of the target: the source's own latency is in it. */
  readonly fromSend: Quantiles;
  /** Until the last update was on the target, after the writer had ended. */
  readonly drainMs: number;
}

type Quantiles = ReturnType<typeof quantiles>;

export async function fillKeys({ a }: Pick<Sides, "a">): Promise<void> {
  const client = await connect({ connectString: a.connectString });
  await client.create(ROOT, null);
  const made = Array.from({ length: KEYS }, (_, at) =>
    client.create(`${ROOT}/k${at}`, Buffer.alloc(DATA_BYTES)),
  );
  await Promise.all(made);
  await client.close();
}

export async function measureLag(
  size: number,
  rates: readonly (number | null)[],
  seconds: number,
): Promise<LagMeasurement[]> {
  const sides = await startSides(size, 512);
  const spec = specOf(sides, "lag");
  const follower = new Follower();
  const results: LagMeasurement[] = [];
  try {
    await fillKeys(sides);
    const engine = startEngine(spec);
    await engine.says("is live");
    await follower.start(spec);
    // The compilers of both languages need something to compile.
    await startLoad(sides.a, { rate: 5_000, seconds: 5, updates: null }).ended;
    for (const [at, rate] of rates.entries()) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      follower.reset(at + 1);
      const load = startLoad(sides.a, { rate, seconds, updates: null, run: at + 1, stamps: true });
      results.push({
        servers: `${size} to ${size}`,
        wanted: rate ?? "maximum",
        ...(await lagOf(load, follower)),
      });
    }
    await engine.kill("SIGTERM");
  } finally {
    await follower.stop();
    await sides.close();
  }
  return results;
}

async function lagOf(load: Child, follower: Follower): Promise<Omit<LagMeasurement, "servers" | "wanted">> {
  const { updates, perSecond, sent, acknowledged } = await load.result<LoadResult>();
  const ended = clockMs();
  await follower.drained(updates);
  const { a, b } = follower.at;
  return {
    perSecond,
    updates,
    lag: quantiles(between(doubles(acknowledged), b)),
    floor: quantiles(between(doubles(acknowledged), a)),
    betweenSides: quantiles(between(a, b)),
    fromSend: quantiles(between(doubles(sent), b)),
    drainMs: Math.round(Math.max(0, follower.lastAt.b - ended)),
  };
}

function doubles(packed: string | null): Float64Array {
  const bytes = Uint8Array.from(Buffer.from(packed ?? "", "base64"));
  return new Float64Array(bytes.buffer);
}

/** 0 where the later one was seen first: the news of the earlier one was still on its way to us. */
function between(from: ArrayLike<number>, to: readonly number[]): number[] {
  return to.map((at, index) => Math.max(0, at - (from[index] ?? at)));
}
