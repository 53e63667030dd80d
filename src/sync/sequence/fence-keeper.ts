/** Keeps the counters of fenced parents apart while the engine runs: looks now and then, and at once when one is made anew. */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { decodeRecord, encodeRecord } from "../apply/checkpoint.js";
import { recordName } from "../apply/compile.js";
import { createControlRoot } from "../control/control-acl.js";
import type { ControlPaths } from "../control/layout.js";
import type { FenceRecord } from "../control/records.js";
import { nextSequence } from "../copy/counters.js";
import type { Side } from "../spec.js";
import type { TargetOp } from "../translate/target-op.js";
import { fenceStep } from "./fence.js";

export interface FenceKeeperContext {
  readonly client: (side: Side) => Promise<ZooKeeperClient>;
  readonly paths: ControlPaths;
  readonly toB: (pathA: string) => string | null;
  readonly bring: (side: Side, ops: readonly TargetOp[]) => void;
  readonly log: (text: string) => void;
  /** Steady clock, milliseconds. */
  readonly now: () => number;
}

/** Milliseconds between two looks when nothing happens. */
const LOOK_MS = 2_000;
/** Creations raised by one multi. */
const STEP = 500;

export class FenceKeeper {
  private fences = new Map<string, FenceRecord>();
  private lookedAt = Number.NEGATIVE_INFINITY;
  private urgent = false;

  constructor(private readonly context: FenceKeeperContext) {}

  /** @param path of side a */
  has(path: string): boolean {
    return this.fences.has(path);
  }

  /** Somebody wrote to the znode itself: it may have been made anew. */
  wrote(path: string): void {
    if (this.fences.has(path)) this.urgent = true;
  }

  async load(): Promise<void> {
    this.fences = await readFences(await this.context.client("b"), this.context.paths);
  }

  async round(): Promise<void> {
    const now = this.context.now();
    if (!this.urgent && now - this.lookedAt < LOOK_MS) return;
    this.urgent = false;
    this.lookedAt = now;
    await this.load();
    for (const fence of this.fences.values()) await this.keep(fence);
  }

  private async keep(fence: FenceRecord): Promise<void> {
    const { client, paths, bring, log, toB } = this.context;
    const upper: Side = fence.lower === "a" ? "b" : "a";
    const at = { a: fence.path, b: toB(fence.path) };
    if (at.b === null) return;
    const own = { a: at.a, b: at.b };
    const [low, high] = await Promise.all([
      (await client(fence.lower)).exists(own[fence.lower]),
      (await client(upper)).exists(own[upper]),
    ]);
    if (low === null || high === null) return; // not there on both sides yet
    const step = fenceStep(fence, { lower: nextSequence(low), upper: nextSequence(high) });
    if (step.record !== fence) await writeFence(await client("b"), paths, step.record);
    for (let left = step.raise; left > 0; left -= STEP) {
      bring(upper, [{ kind: "bump", path: own[upper], count: Math.min(left, STEP) }]);
    }
    if (step.raise > 0) log(`${fence.path}: the counter of side ${upper} was raised by ${step.raise}`);
  }
}

export async function readFences(
  client: ZooKeeperClient,
  paths: ControlPaths,
): Promise<Map<string, FenceRecord>> {
  const found = new Map<string, FenceRecord>();
  if ((await client.exists(paths.fences)) === null) return found;
  const { children } = await client.getChildren(paths.fences);
  for (const name of children) {
    const { data } = await client.getData(`${paths.fences}/${name}`);
    const record = decodeRecord<FenceRecord>(data);
    if (record !== null) found.set(record.path, record);
  }
  return found;
}

export async function writeFence(
  client: ZooKeeperClient,
  paths: ControlPaths,
  record: FenceRecord,
): Promise<void> {
  const path = `${paths.fences}/${recordName(record.path)}`;
  try {
    await client.setData(path, encodeRecord(record));
  } catch (error) {
    if (!isZooKeeperError(error, "NO_NODE")) throw error;
    await createControlRoot(client, paths);
    await client.createParents(path);
    await client.create(path, encodeRecord(record));
  }
}

/** Forgets the fence of `path` (of side a); false when there was none. Engines let go of it at their next look. */
export async function removeFence(
  client: ZooKeeperClient,
  paths: ControlPaths,
  path: string,
): Promise<boolean> {
  try {
    await client.delete(`${paths.fences}/${recordName(path)}`);
    return true;
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return false;
    throw error;
  }
}
