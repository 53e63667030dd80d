/**
 * How far the clocks of the two ensembles' leaders and ferry's are apart. The synchronisation tells it from what it carries over; before it
 * can, a znode is made below /ferry and removed at once, and its time of creation compared with the moments before and after.
 */
import { randomUUID } from "node:crypto";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import type { Measurement } from "../model/observation.js";
import { known, of, unknown } from "./measure.js";
import type { Probe } from "./probe.js";

/** Milliseconds between two looks: each writes. */
const EVERY_MS = 5_000;

/** What is asked: a session of each side that is there. */
export type ClockSides = (signal: AbortSignal) => Promise<readonly ZooKeeperClient[]>;

/** `told`: milliseconds, as the synchronisation says; null while it cannot. */
export function clockProbe(told: () => Promise<number | null>, sides: ClockSides, now: () => number): Probe {
  let last: Measurement | null = null;
  return {
    measures: [of("clock-skew-ms")],
    deadlineMs: 6_000,
    look: async (signal) => {
      const skew = await told();
      if (skew !== null) return [known(of("clock-skew-ms"), now(), Math.abs(skew))];
      if (last !== null && now() - last.atMs < EVERY_MS) return [last];
      const clients = await sides(signal);
      if (clients.length === 0) return [unknown(of("clock-skew-ms"), now(), "no ZooKeeper answers")];
      const offsets: number[] = [0];
      for (const client of clients) offsets.push(await offsetOf(client, now));
      last = known(of("clock-skew-ms"), now(), Math.round(Math.max(...offsets) - Math.min(...offsets)));
      return [last];
    },
  };
}

/** Milliseconds by which its leader's clock is ahead of ferry's, at least: what the round trip leaves open is not counted. */
async function offsetOf(client: ZooKeeperClient, now: () => number): Promise<number> {
  const path = `/ferry/clock-${randomUUID()}`;
  await client.createParents(path);
  const before = now();
  await client.create(path, null, { mode: "ephemeral" });
  const after = now();
  const stat = await client.exists(path);
  await client.delete(path);
  const made = stat === null ? before : Number(stat.ctime);
  if (made < before) return made - before;
  return made > after ? made - after : 0;
}
