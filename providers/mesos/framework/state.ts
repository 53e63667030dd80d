/** Whether a framework's state is where it is to be: how it keeps it is its own, that it is there can be seen. Reads only. */
import type { JsonObject } from "../../../src/value/json.js";
import { refusal } from "../../deployed/failures.js";
import { checkMove, type Move, type PlaceChange, type ZooKeeperPlace } from "../../frameworks/places.js";
import { type Connect, within } from "../../frameworks/reading.js";
import type { ProviderContext } from "../../provider.js";

/** Decides on a change of `zookeeper`. Rejects with DiagnosticError when there was a state and none is at the new place. */
export async function checkState(
  change: PlaceChange,
  context: ProviderContext,
  connect: Connect,
): Promise<Move> {
  const has = (spec: JsonObject): boolean => spec["zookeeper"] !== undefined;
  if (!has(change.before) || !has(change.after)) return "same";
  return checkMove(change, context, {
    whyNotAt: (from, to) => whyNotAt(connect, from, to, context.signal),
    refusal: (reason) =>
      refusal("framework-state-missing", change.address, `zookeeper is changed, and ${reason}`, {
        detail:
          "Started there it would know nothing of its jobs, while its tasks run on unattended. Nothing is changed.",
        remedy:
          "Move the state by a Migration, or copy its subtree while all servers are stopped, then apply again.",
      }),
  });
}

async function whyNotAt(
  connect: Connect,
  from: ZooKeeperPlace | null,
  to: ZooKeeperPlace,
  signal: AbortSignal,
): Promise<string | null> {
  const isThere = (place: ZooKeeperPlace): Promise<boolean> =>
    within(connect, place, signal, async (client) => (await client.exists(place.path)) !== null);
  try {
    if (await isThere(to)) return null;
    // A framework that has kept nothing where it was keeps nothing there.
    const had = from === null || (await isThere(from).catch(() => true));
    signal.throwIfAborted();
    return had ? `there is no ${to.path} on ${to.servers}` : null;
  } catch (error) {
    signal.throwIfAborted();
    return `${to.servers} cannot be asked for its state (${error instanceof Error ? error.message : String(error)})`;
  }
}
