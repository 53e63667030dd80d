/**
 * Takes the election znodes of a master away that is known to have stopped, so that a fail-over costs a second instead of the
 * session's ten. Only znodes with a session on their own side are deleted; shadows of them follow by the synchronisation. Whether
 * the master has stopped is proved by the caller, right before.
 */
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { SideName } from "../model/spec.js";
import { type Clients, type Member, membersOf, readElection } from "./election.js";

export interface Removal {
  readonly clients: Clients;
  readonly mesosPath: string;
  /** Every `host:port` by which the master goes. */
  readonly addresses: readonly string[];
  /** Rejects unless the master has stopped for certain. */
  readonly prove: () => Promise<void>;
}

const SIDES: readonly SideName[] = ["a", "b"];

/** Paths that were deleted, none when there were none left. Safe to repeat. Rejects as `prove`, or with ZooKeeperError. */
export async function removeMembers(removal: Removal): Promise<readonly string[]> {
  const { clients, mesosPath, addresses, prove } = removal;
  const removed: string[] = [];
  const election = await readElection(clients, mesosPath);
  const own = SIDES.flatMap((side) =>
    membersOf(election[side], addresses)
      .filter(({ origin }) => origin === "own")
      .map((member) => ({ side, member })),
  );
  if (own.length === 0) return [];
  await prove();
  for (const { side, member } of candidaciesFirst(own)) {
    try {
      await clients[side].delete(member.path);
      removed.push(member.path);
    } catch (error) {
      if (!isZooKeeperError(error, "NO_NODE")) throw error; // its session has expired
    }
  }
  return removed;
}

/** The candidacy is what others wait for. */
function candidaciesFirst<T extends { readonly member: Member }>(own: readonly T[]): readonly T[] {
  const isReplica = ({ member }: T) => (member.path.includes("/log_replicas/") ? 1 : 0);
  return own.toSorted((one, other) => isReplica(one) - isReplica(other));
}
