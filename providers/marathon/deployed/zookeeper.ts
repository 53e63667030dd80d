/**
 * What ferry looks at in the ZooKeeper of a deployed Marathon: whether its state is there, whose it is, and who stands for election
 * under which address. Reads only.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { ZooKeeperClient } from "../../../src/zookeeper/types.js";
import type { StateRules, ZooKeeperPlace } from "../../frameworks/places.js";
import { type Connect, dataAt, within } from "../../frameworks/reading.js";
import { refusal } from "../failures.js";

/** Where Marathon keeps its framework id: 16 buckets by the hash of the id, which is `id`. */
const FRAMEWORK_ID = "state/framework-id/b/id";

/** What `checkMove` must know of Marathon. */
export function marathonState(address: string, connect: Connect, signal: AbortSignal): StateRules {
  return {
    whyNotAt: (from, to) => whyNotAt(connect, from, to, signal),
    refusal: (reason) =>
      refusal("marathon-state-missing", address, `zookeeper is changed, and ${reason}`, {
        detail:
          "Started there it would be another, empty Marathon with a new framework, while all tasks of the old one run on unattended. Nothing is changed.",
        remedy:
          "Move the masters' and Marathon's state by a Migration, or copy the state subtree while all Marathons are stopped, then apply again.",
      }),
  };
}

/**
 * Why a Marathon that has run at `from` cannot go on at `to`: its state is not there, or it is that of another one. Null when it
 * can. Rejects on abort only.
 */
async function whyNotAt(
  connect: Connect,
  from: ZooKeeperPlace | null,
  to: ZooKeeperPlace,
  signal: AbortSignal,
): Promise<string | null> {
  const read = (place: ZooKeeperPlace): Promise<Buffer | null> =>
    within(connect, place, signal, (client) => dataAt(client, `${place.path}/${FRAMEWORK_ID}`));
  try {
    const there = await read(to);
    if (there === null) return `there is no state of a Marathon under ${to.path} on ${to.servers}`;
    const here = from === null ? null : await read(from).catch(() => null);
    signal.throwIfAborted();
    if (here === null || here.equals(there)) return null;
    return `the state under ${to.path} on ${to.servers} is that of another framework`;
  } catch (error) {
    signal.throwIfAborted();
    return `${to.servers} cannot be asked for its state (${error instanceof Error ? error.message : String(error)})`;
  }
}

export interface Waiting {
  /** `host:port` of those who may not be candidates. */
  readonly names: readonly string[];
  /** Milliseconds for which it is waited. */
  readonly forMs: number;
  readonly signal: AbortSignal;
  /** Called once, when there is something to wait for. */
  onWait(): void;
}

const POLL_MS = 200;

/**
 * Resolves when nobody stands for election under those names, when time is up, or at once when that cannot be found out. Rejects
 * on abort only.
 */
export async function noCandidate(connect: Connect, place: ZooKeeperPlace, waiting: Waiting): Promise<void> {
  const { names, forMs, signal, onWait } = waiting;
  try {
    await within(connect, place, signal, async (client) => {
      for (let waited = 0; waited < forMs && (await isCandidate(client, place, names)); waited += POLL_MS) {
        if (waited === 0) onWait();
        await delay(POLL_MS, undefined, { signal });
      }
    });
  } catch {
    // Who cannot be asked is not waited for: the runtime starts a server again that ends for this.
    signal.throwIfAborted();
  }
}

async function isCandidate(
  client: ZooKeeperClient,
  place: ZooKeeperPlace,
  names: readonly string[],
): Promise<boolean> {
  const parent = `${place.path}/leader-curator`;
  if ((await client.exists(parent)) === null) return false;
  const { children } = await client.getChildren(parent);
  const holders = await Promise.all(children.map((child) => dataAt(client, `${parent}/${child}`)));
  return holders.some((holder) => holder !== null && names.includes(holder.toString("utf8")));
}

/** `host:port` of whoever leads by the election: the candidate with the lowest number. Null when that cannot be found out. */
export async function electedLeader(
  connect: Connect,
  place: ZooKeeperPlace,
  signal: AbortSignal,
): Promise<string | null> {
  const parent = `${place.path}/leader-curator`;
  const number = (name: string): string => /-latch-(\d{10})$/.exec(name)?.[1] ?? "";
  try {
    return await within(connect, place, signal, async (client) => {
      const { children } = await client.getChildren(parent);
      const candidates = children.filter((name) => number(name) !== "");
      const [first] = candidates.sort((a, b) => (number(a) < number(b) ? -1 : 1));
      if (first === undefined) return null;
      return (await dataAt(client, `${parent}/${first}`))?.toString("utf8") ?? null;
    });
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
