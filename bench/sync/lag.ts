/** (a) How much later the target has what the source has, at several rates. */
import { connect } from "../../src/zookeeper/connect.js";
import { Follower } from "./follower.js";
import {
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
  /** Milliseconds from the source's commit to the target's, as an observer of each sees it. */
  readonly lag: ReturnType<typeof quantiles>;
  /** Milliseconds from the writer's sending to the target's commit: the source's own latency is in it. */
  readonly fromSend: ReturnType<typeof quantiles>;
  /** Until the last update was on the target, after the writer had ended. */
  readonly drainMs: number;
}

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
    await startLoad(sides.a, { rate: 5_000, seconds: 3, updates: null }).ended;
    for (const rate of rates) results.push(await measureOne(sides, follower, size, rate, seconds));
    await engine.kill("SIGTERM");
  } finally {
    await follower.stop();
    await sides.close();
  }
  return results;
}

async function measureOne(
  { a }: Sides,
  follower: Follower,
  size: number,
  rate: number | null,
  seconds: number,
): Promise<LagMeasurement> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  follower.reset();
  const { updates, perSecond } = await startLoad(a, { rate, seconds, updates: null }).result<LoadResult>();
  const ended = performance.now();
  await follower.drained(updates);
  return {
    servers: `${size} to ${size}`,
    wanted: rate ?? "maximum",
    perSecond,
    updates,
    lag: quantiles(follower.lags),
    fromSend: quantiles(follower.fromSend),
    drainMs: Math.round(performance.now() - ended),
  };
}
