/** (b) How fast an engine applies a backlog, against a plain client that writes the same to the target. */
import { connect } from "../../src/zookeeper/connect.js";
import { Follower } from "./follower.js";
import { fillKeys } from "./lag.js";
import {
  clockMs,
  DATA_BYTES,
  KEYS,
  ROOT,
  rounded,
  specOf,
  startEngine,
  startLoad,
  startSides,
} from "./world.js";

export interface RateMeasurement {
  readonly backlog: number;
  /** What the source's leader had the engine do. */
  readonly wentOnBy: "DIFF" | "whole copy";
  /** From the first update of the backlog that the target has to the last. */
  readonly appliedPerSecond: number;
  /** From the start of the engine's process to the last. */
  readonly secondsWithStart: number;
  /** Resident memory of the engine, at most. */
  readonly peakMiB: number;
  /** A client of ours, each update by itself, and 100 in each multi. */
  readonly plainPerSecond: number;
  readonly plainMultiPerSecond: number;
}

export async function measureRate(backlog: number): Promise<RateMeasurement> {
  const sides = await startSides(1, 1_024);
  const spec = specOf(sides, "rate");
  const follower = new Follower();
  try {
    await fillKeys(sides);
    const first = startEngine(spec);
    await first.says("is live");
    await startLoad(sides.a, { rate: 5_000, seconds: 2, updates: null }).ended;
    await first.kill("SIGTERM");
    await startLoad(sides.a, { rate: null, seconds: null, updates: backlog, run: 1 }).ended;
    await follower.start(spec);
    follower.reset(1);
    const started = clockMs();
    const engine = startEngine(spec);
    await follower.drained(backlog);
    const peakMiB = engine.peakMiB();
    await engine.kill("SIGTERM");
    const [plain, multi] = [
      await plainRate(spec.b.connectString, 1),
      await plainRate(spec.b.connectString, 100),
    ];
    return {
      backlog,
      wentOnBy: engine.out.includes("znodes compared") ? "whole copy" : "DIFF",
      appliedPerSecond: rounded((backlog * 1_000) / (follower.lastAt.b - (follower.at.b[0] ?? started))),
      secondsWithStart: rounded((follower.lastAt.b - started) / 1_000),
      peakMiB,
      plainPerSecond: plain,
      plainMultiPerSecond: multi,
    };
  } finally {
    await follower.stop();
    await sides.close();
  }
}

const PLAIN = 50_000;
const UNDER_WAY = 4;

/** Updates a second; `per` in one multi, or one by one with 1,000 under way. */
async function plainRate(connectString: string, per: number): Promise<number> {
  const client = await connect({ connectString });
  const data = Buffer.alloc(DATA_BYTES);
  const from = performance.now();
  const underWay: Promise<unknown>[] = [];
  for (let at = 0; at < PLAIN; at += per) {
    const paths = Array.from({ length: per }, (_, more) => `${ROOT}/k${(at + more) % KEYS}`);
    const [only] = paths;
    if (per === 1 && only !== undefined) underWay.push(client.setData(only, data));
    else underWay.push(client.multi(paths.map((path) => ({ op: "setData", path, data, version: -1 }))));
    if (underWay.length >= (per === 1 ? 1_000 : UNDER_WAY)) await underWay.shift();
  }
  await Promise.all(underWay);
  const rate = rounded((PLAIN * 1_000) / (performance.now() - from));
  await client.close();
  return rate;
}
