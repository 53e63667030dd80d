/**
 * Which engine is active. The active one changes the heartbeat all the time; who sees it stand still makes itself the owner
 * by a conditional write, and from then on every multi of the former owner fails. Taking over too early is therefore
 * harmless, and the wait can be short.
 */
import { hostname } from "node:os";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { createQuietly, decodeRecord, encodeRecord } from "../apply/checkpoint.js";
import type { ControlPaths } from "../control/layout.js";
import type { OwnerRecord } from "../control/records.js";

export const HEARTBEAT_MS = 500;
/** Milliseconds without a heartbeat after which an engine counts as gone. */
const GONE_MS = 2_000;
const LOOK_MS = 200;

interface Heartbeat {
  readonly format: 1;
  readonly engine: string;
  /** The engine ended in good order: nobody needs to wait. */
  readonly released: boolean;
}

export function newOwner(engine: string, nowMs: number): OwnerRecord {
  return { format: 1, engine, host: hostname(), pid: process.pid, sinceMs: nowMs };
}

/** @returns when the leader says it was written, milliseconds since the epoch; null for the very first one. */
export async function beat(
  client: ZooKeeperClient,
  paths: ControlPaths,
  engine: string,
  released = false,
): Promise<number | null> {
  const heartbeat: Heartbeat = { format: 1, engine, released };
  try {
    const { mtime } = await client.setData(paths.heartbeat, encodeRecord(heartbeat));
    return Number(mtime);
  } catch (error) {
    if (!isZooKeeperError(error, "NO_NODE")) throw error;
    await createQuietly(client, paths.heartbeat, encodeRecord(heartbeat));
    return null;
  }
}

/**
 * Waits until nobody else is active, then takes the owner znode of the side where the heartbeat is.
 * @returns the epoch there. Rejects when `signal` says so.
 */
export async function waitForOwnership(
  client: () => Promise<ZooKeeperClient>,
  paths: ControlPaths,
  owner: OwnerRecord,
  signal: AbortSignal,
): Promise<number> {
  const watch = new HeartbeatWatch();
  for (;;) {
    signal.throwIfAborted();
    try {
      const epoch = await tryOnce(await client(), paths, owner, watch);
      if (epoch !== null) return epoch;
    } catch (error) {
      signal.throwIfAborted();
      if (!isZooKeeperError(error)) throw error;
      if (isZooKeeperError(error, "NO_AUTH", "AUTH_FAILED")) throw error;
      watch.reset(); // what could not be read says nothing about the other engine
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function tryOnce(
  client: ZooKeeperClient,
  paths: ControlPaths,
  owner: OwnerRecord,
  watch: HeartbeatWatch,
): Promise<number | null> {
  await createQuietly(client, paths.owner, null);
  const held = await client.getData(paths.owner);
  const present = decodeRecord<OwnerRecord>(held.data);
  const isFree = present === null || isDeadHere(present) || (await watch.stoodStill(client, paths));
  if (!isFree) return null;
  try {
    const stat = await client.setData(paths.owner, encodeRecord(owner), held.stat.version);
    await beat(client, paths, owner.engine);
    return stat.version;
  } catch (error) {
    if (!isZooKeeperError(error, "BAD_VERSION")) throw error;
    watch.reset(); // another one was quicker
    return null;
  }
}

/** A process of this machine that is not there any more. */
function isDeadHere({ host, pid }: OwnerRecord): boolean {
  if (host !== hostname() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

class HeartbeatWatch {
  private seen: { readonly mzxid: bigint; readonly at: number } | null = null;

  reset(): void {
    this.seen = null;
  }

  async stoodStill(client: ZooKeeperClient, paths: ControlPaths): Promise<boolean> {
    const stat = await client.exists(paths.heartbeat);
    if (stat === null) return true;
    const { data } = await client.getData(paths.heartbeat);
    if (decodeRecord<Heartbeat>(data)?.released === true) return true;
    const now = performance.now();
    if (this.seen?.mzxid !== stat.mzxid) this.seen = { mzxid: stat.mzxid, at: now };
    return now - this.seen.at >= GONE_MS;
  }
}
