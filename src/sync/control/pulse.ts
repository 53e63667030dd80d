/**
 * Whether an engine is at work, told by watching its heartbeat for a moment. The clocks of other machines play no part in
 * the answer. It writes nothing.
 */
import type { Stat, ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { decodeRecord } from "../apply/checkpoint.js";
import type { ControlPaths } from "./layout.js";

export type Pulse =
  /** The heartbeat was seen to change. */
  | { readonly kind: "beating" }
  /** The last engine ended in good order. */
  | { readonly kind: "released" }
  /** Stands still; `forMs` by the leader's clock against ours, at least as long as it was watched. */
  | { readonly kind: "silent"; readonly forMs: number }
  /** No engine has ever been active. */
  | { readonly kind: "never" };

/** Engines beat each 500 ms; standbys take over after 2 s. */
const WATCH_MS = 2_500;
/** An engine that is paused or resumed lets go for a moment and takes up again. */
const RELEASED_MS = 1_000;
const LOOK_MS = 100;

interface Beat {
  readonly stat: Stat;
  readonly released: boolean;
}

/** @param nowMs the time since the epoch, for how long it has been silent. Rejects with ZooKeeperError. */
export async function feelPulse(
  client: ZooKeeperClient,
  paths: ControlPaths,
  nowMs: () => number,
  signal?: AbortSignal,
): Promise<Pulse> {
  const begun = performance.now();
  const first = await beatOf(client, paths);
  for (;;) {
    const beat = await beatOf(client, paths);
    const watched = performance.now() - begun;
    if (beat !== null && !beat.released && beat.stat.mzxid !== first?.stat.mzxid) return { kind: "beating" };
    if (beat === null && watched >= RELEASED_MS) return { kind: "never" };
    if (beat?.released === true && watched >= RELEASED_MS) return { kind: "released" };
    if (beat !== null && watched >= WATCH_MS) {
      return { kind: "silent", forMs: Math.max(watched, nowMs() - Number(beat.stat.mtime)) };
    }
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function beatOf(client: ZooKeeperClient, paths: ControlPaths): Promise<Beat | null> {
  try {
    const { data, stat } = await client.getData(paths.heartbeat);
    const heartbeat = decodeRecord<{ readonly format: 1; readonly released?: boolean }>(data);
    return { stat, released: heartbeat?.released === true };
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return null;
    throw error;
  }
}
