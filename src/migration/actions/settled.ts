/**
 * Whether the masters of both sides stand as they must between any two steps: one leader that all see, every replica of the log
 * known to every master and voting, both ZooKeepers with the same members. Only looks.
 */

import type { MasterState } from "../../mesos/one-master.js";
import {
  agreedLeader,
  type Election,
  isAt,
  type Leading,
  leadersInWords,
  type Member,
  unequalMembers,
} from "../coordination/election.js";
import { isListening, namesOf } from "./addresses.js";
import { type Look, notYet, type Scope, seen, until } from "./scope.js";
import type { Server } from "./servers.js";

/** A master that takes part. */
export interface SettledMaster {
  readonly server: Server;
  /** Every `host:port` by which it goes. */
  readonly addresses: readonly string[];
  readonly state: MasterState;
  readonly candidacy: Member;
  /** Its session is on this side. */
  readonly side: "a" | "b";
}

export interface Settled {
  readonly leader: SettledMaster;
  readonly masters: readonly SettledMaster[];
}

/** Waits for it. Rejects as `until`. */
export function settled(scope: Scope): Promise<Settled> {
  return until(scope, "the masters to stand: one leader, every replica voting and known on both sides", () =>
    lookSettled(scope),
  );
}

export async function lookSettled(scope: Scope): Promise<Look<Settled>> {
  const election = await scope.coordination.election();
  const leading = agreedLeader(election);
  if (leading === null) return notYet(`both sides do not see one leader: ${leadersInWords(election)}`);
  const unequal = [
    ...unequalMembers(election.a.candidates, election.b.candidates),
    ...unequalMembers(election.a.replicas, election.b.replicas),
  ];
  if (unequal.length > 0) return notYet(`not the same on both sides: ${unequal.join(", ")}`);
  const masters: SettledMaster[] = [];
  for (const server of scope.servers.masters) {
    const found = await lookMaster(scope, server, election);
    if (found.kind === "not-yet") return found;
    if (found.value !== null) masters.push(found.value);
  }
  return together(masters, leading, election);
}

/** Null: it does not run. */
async function lookMaster(
  scope: Scope,
  server: Server,
  election: Election,
): Promise<Look<SettledMaster | null>> {
  const { name, address } = server.ref;
  const addresses = await allNames(server, election);
  const candidacies = election.a.candidates.filter((member) => isAt(member, addresses));
  const replicas = election.a.replicas.filter((member) => isAt(member, addresses));
  const [candidacy] = candidacies;
  if (candidacy === undefined && replicas.length === 0) {
    return (await isListening(address)) ? notYet(`${name} has not joined the election yet`) : seen(null);
  }
  if (candidacy === undefined || candidacies.length + replicas.length !== 2) {
    const counts = `${candidacies.length} candidacies and ${replicas.length} replicas`;
    return notYet(`${name} has ${counts} in ZooKeeper, where one of each belongs`);
  }
  const state = await scope.mesos.at(address).stateOf(address, scope.signal);
  const side = candidacy.origin === "own" ? "a" : "b";
  return seen({ server, addresses, state, candidacy, side });
}

/** The master whose znode it is; null when the migration knows none of these addresses. */
export async function serverOf({ servers, coordination }: Scope, member: Member): Promise<Server | null> {
  const election = await coordination.election();
  for (const server of servers.masters) {
    if (isAt(member, await allNames(server, election))) return server;
  }
  return null;
}

/** Waits until both sides see one leader of this migration. Rejects as `until`. */
export function leaderNow(scope: Scope): Promise<Server> {
  return until(scope, "both sides to see one leader", async () => {
    const election = await scope.coordination.election();
    const leading = agreedLeader(election);
    const server = leading === null ? null : await serverOf(scope, leading.member);
    return server === null ? notYet(leadersInWords(election)) : seen(server);
  });
}

/** With those that its candidacy tells. */
export async function allNames({ ref }: Server, election: Election): Promise<readonly string[]> {
  const names = await namesOf(ref.address);
  const told = [...election.a.candidates, ...election.b.candidates].filter((member) => isAt(member, names));
  return [...new Set([...names, ...told.flatMap(({ addresses }) => addresses)])];
}

function together(masters: readonly SettledMaster[], leading: Leading, { a }: Election): Look<Settled> {
  const stranger = [...a.candidates, ...a.replicas].find(
    (member) => !masters.some(({ addresses }) => isAt(member, addresses)),
  );
  if (stranger !== undefined) {
    return notYet(
      `${stranger.path} (${stranger.addresses[0] ?? stranger.fault ?? ""}) is of no master that this migration knows`,
    );
  }
  const leader = masters.find(({ addresses }) => isAt(leading.member, addresses));
  if (leader === undefined) return notYet("the leader is no master of this migration");
  for (const { server, state } of masters) {
    const { name } = server.ref;
    if (state.elected !== (server === leader.server)) {
      return notYet(
        `${name} ${state.elected ? "takes itself for the leader" : "does not know yet that it leads"}`,
      );
    }
    if (state.logRecovered !== true) {
      const told = state.logRecovered === null ? "does not tell whether it votes" : "does not vote yet";
      return notYet(`the replica of ${name} ${told}`);
    }
    if (state.ensembleSize !== null && state.ensembleSize !== masters.length) {
      return notYet(
        `${name} sees ${state.ensembleSize} replicas of the log, where there are ${masters.length}`,
      );
    }
    if (state.sendsTo === null || !isAt(leading.member, [state.sendsTo])) {
      return notYet(`${name} sends to ${state.sendsTo ?? "nobody"}, and not to the leader`);
    }
  }
  return seen({ leader, masters });
}

/** In words, for reports. */
export function standing({ leader, masters }: Settled): string {
  return `${leader.server.ref.name} leads, ${masters.length} replicas vote`;
}
