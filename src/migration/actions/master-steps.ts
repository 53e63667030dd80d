/**
 * What the steps of masters have in common: what must hold before one is touched, proof that one has stopped, and its znodes taken
 * away. Every one of them is judged by what is seen, not by what was done before.
 */
import { membersOf } from "../coordination/election.js";
import { unsafe } from "../coordination/refusal.js";
import type { SideName } from "../model/spec.js";
import { answerOf, isListening } from "./addresses.js";
import { type Look, notYet, type Scope, seen, until } from "./scope.js";
import type { Server } from "./servers.js";
import { allNames, lookSettled, type Settled } from "./settled.js";

/** Quorums that masters run with: what each was started with. Rejects with DiagnosticError when one does not tell it. */
export async function quorumsOf(scope: Scope, { masters }: Settled): Promise<ReadonlyMap<Server, number>> {
  const found = await Promise.all(
    masters.map(async ({ server }) => {
      const { address } = server.ref;
      const flags = await scope.mesos.at(address).flagsAt(address, scope.signal);
      const quorum = Number(flags["quorum"]);
      if (!Number.isInteger(quorum) || quorum < 1) throw quorumUnknown(server);
      return [server, quorum] as const;
    }),
  );
  return new Map(found);
}

function quorumUnknown({ ref }: Server): Error {
  return unsafe(`${ref.name} does not tell the quorum that it was started with`, {
    detail: "How many masters must vote, and how many there may be, cannot be told. Nothing was touched.",
    remedy: `See what http://${ref.address}/flags says: a master with a replicated log has --quorum.`,
  });
}

/** Refuses unless the masters that stay can still write. */
export async function refuseBelowQuorum(scope: Scope, standing: Settled, leaving: Server): Promise<void> {
  const quorums = await quorumsOf(scope, standing);
  const staying = standing.masters.filter(({ server }) => server !== leaving);
  const needed = Math.max(...staying.map(({ server }) => quorums.get(server) ?? 1));
  if (staying.length >= needed) return;
  throw unsafe(
    `${leaving.ref.name} cannot be stopped: ${staying.length} masters would be left, and ${needed} must vote`,
    {
      detail: "The registry could not be written any more. Nothing was touched.",
      remedy: "Start another master first, or plan the migration anew from where it stands.",
    },
  );
}

/** Refuses when one more member would make two quorums without a common member possible. */
export async function refuseAboveQuorum(
  scope: Scope,
  standing: Settled,
  joining: Server,
  quorum: number,
): Promise<void> {
  const quorums = await quorumsOf(scope, standing);
  const smallest = Math.min(quorum, ...quorums.values());
  const members = standing.masters.length + 1;
  if (members <= 2 * smallest - 1) return;
  throw unsafe(
    `${joining.ref.name} cannot be started: ${members} members with a quorum of ${smallest} can split the log`,
    {
      detail: `Members must never be more than ${2 * smallest - 1}. Nothing was touched.`,
      remedy: "Stop a master first, or plan the migration anew from where it stands.",
    },
  );
}

export function refuseLeader({ leader }: Settled, server: Server): void {
  if (leader.server !== server) return;
  throw unsafe(`${server.ref.name} leads: this step is for standbys`, {
    detail: "Leadership has moved since the plan was made. Nothing was touched.",
    remedy: "Plan the migration anew from where it stands.",
  });
}

/** Rejects unless it has stopped for certain: not running, and nobody listens. */
export async function proveStopped(scope: Scope, server: Server): Promise<void> {
  const { name, address } = server.ref;
  const { running } = await scope.control.status(server, {}, scope);
  const listening = await isListening(address);
  if (!running && !listening) return;
  throw unsafe(`${name} was stopped, and ${running ? "runs" : `something listens at ${address}`}`, {
    detail: "Its znodes in the election stay as they are: those of a live master must not be removed.",
    remedy: "See who starts it again, stop that, then resume the migration.",
  });
}

/** Stops it, and takes its znodes away at once. Resolves when they are gone on both sides. */
export async function stopMaster(scope: Scope, server: Server): Promise<void> {
  // Before: with its candidacy go the other names that it has.
  const names = await allNames(server, await scope.coordination.election());
  await scope.control.stop(server, scope);
  await removeZnodes(scope, server, names);
}

/** Of a master that has stopped. Resolves when both sides have none of it any more. */
export async function removeZnodes(scope: Scope, server: Server, names: readonly string[]): Promise<void> {
  const { coordination } = scope;
  const prove = () => proveStopped(scope, server);
  await until(scope, `the znodes of ${server.ref.name} to be gone on both sides`, async () => {
    if (await mayLive(scope, server, names))
      return notYet(
        `${server.ref.name} at ${server.ref.address} neither answers nor refuses, and may live: the end of its session is waited for`,
      );
    const removed = await coordination.removeMembers({ addresses: names, prove });
    if (removed.length > 0)
      scope.report(`removed ${removed.join(", ")} of ${server.ref.name}, which has stopped`);
    const { a, b } = await coordination.election();
    const left = [...membersOf(a, names), ...membersOf(b, names)];
    return left.length === 0
      ? seen(null)
      : notYet(`${left.map(({ path }) => path).join(", ")} is still there`);
  });
}

/**
 * One that ferry has not deployed is judged by its port alone. Cut off from here it is silent, and may lead or vote all the same: only the
 * end of its own session proves that it does not.
 */
async function mayLive({ coordination }: Scope, { ref }: Server, names: readonly string[]): Promise<boolean> {
  if (ref.deployed !== null || (await answerOf(ref.address)) !== "silent") return false;
  const { a, b } = await coordination.election();
  return [...membersOf(a, names), ...membersOf(b, names)].some(({ origin }) => origin === "own");
}

/** Waits until the masters stand, this one among them with its session on that side. */
export function settledWith(scope: Scope, server: Server, side: SideName): Promise<Settled> {
  return until(scope, `${server.ref.name} to vote`, () => lookSettledWith(scope, server, side));
}

export async function lookSettledWith(scope: Scope, server: Server, side: SideName): Promise<Look<Settled>> {
  const look = await lookSettled(scope);
  if (look.kind === "not-yet") return look;
  const found = look.value.masters.find((master) => master.server === server);
  if (found === undefined) return notYet(`${server.ref.name} does not take part yet`);
  if (found.side !== side) return notYet(`${server.ref.name} stands for election on the other side`);
  return look;
}

/** Waits until the masters stand without it. */
export function settledWithout(scope: Scope, server: Server): Promise<Settled> {
  return until(scope, `the masters to stand without ${server.ref.name}`, async () => {
    const look = await lookSettled(scope);
    if (look.kind === "not-yet" || !isMember(look.value, server)) return look;
    return notYet(`${server.ref.name} still takes part`);
  });
}

export function isMember(standing: Settled, server: Server): boolean {
  return standing.masters.some((master) => master.server === server);
}
