/**
 * A client that keeps writing while servers are restarted under it, as an application would: one request at a time,
 * repeated when the connection was lost on the way (the write is the same value, so repeating is harmless).
 */
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "../zookeeper/connect.js";
import type { ZooKeeperClient } from "../zookeeper/types.js";

export interface WriterReport {
  readonly written: number;
  /** Requests that never succeeded within their deadline. */
  readonly failed: number;
  /** Requests sent again because a server went away while they were under way. */
  readonly repeated: number;
  /** Milliseconds of the slowest request, repeats included. */
  readonly slowestMs: number;
  readonly serversUsed: readonly string[];
}

export interface Writer {
  /** Ends the writing, removes its znode and tells how it went. */
  stop(): Promise<WriterReport>;
}

const REQUEST_DEADLINE_MS = 20_000;
const PAUSE_MS = 20;

interface Tally {
  written: number;
  failed: number;
  repeated: number;
  slowestMs: number;
  readonly servers: Set<string>;
}

async function writeOnce(
  client: ZooKeeperClient,
  path: string,
  tally: Tally,
  now: () => number,
): Promise<void> {
  const started = now();
  for (;;) {
    try {
      await client.setData(path, Buffer.from(String(tally.written)));
      tally.written += 1;
      tally.slowestMs = Math.max(tally.slowestMs, now() - started);
      if (client.server !== null) tally.servers.add(client.server);
      return;
    } catch {
      if (now() - started > REQUEST_DEADLINE_MS) {
        tally.failed += 1;
        return;
      }
      tally.repeated += 1;
      await delay(PAUSE_MS);
    }
  }
}

/** Connects, makes its znode and starts writing. Rejects when it cannot connect. */
export async function startWriter(
  connectString: string,
  path: string,
  now: () => number = Date.now,
): Promise<Writer> {
  const client = await connect({ connectString, sessionTimeoutMs: 10_000 });
  if ((await client.exists(path)) === null) await client.create(path, null);
  const tally: Tally = { written: 0, failed: 0, repeated: 0, slowestMs: 0, servers: new Set() };
  let running = true;
  const loop = (async () => {
    while (running) {
      await writeOnce(client, path, tally, now);
      await delay(PAUSE_MS);
    }
  })();
  return {
    stop: async () => {
      running = false;
      await loop;
      await client.delete(path).catch(() => undefined);
      await client.close();
      const { servers, ...numbers } = tally;
      return { ...numbers, serversUsed: [...servers].sort() };
    },
  };
}
