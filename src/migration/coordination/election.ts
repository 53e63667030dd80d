/**
 * Who stands for election and who has a replica of the log, as each of the two ZooKeepers tells it. It reads both sides as they are
 * and decides nothing; nothing is written here.
 */
import {
  addressesIn,
  addressIn,
  type Candidate,
  candidatesIn,
  replicaAddress,
} from "../../mesos/election.js";
import type { Stat, ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { SideName } from "../model/spec.js";

/** One znode of an election or of the log's network. */
export interface Member {
  readonly path: string;
  readonly number: number;
  /** `own`: of a session of this side. `shadow`: stands for one of the other side. */
  readonly origin: "own" | "shadow";
  /** Every `host:port` by which its master may be called; the first is the one that clients are sent to. Empty with a fault. */
  readonly addresses: readonly string[];
  /** Why nobody can tell whose it is: what is in the znode is no master's. */
  readonly fault: string | null;
}

/** Smallest numbers first. */
export interface ElectionView {
  readonly candidates: readonly Member[];
  readonly replicas: readonly Member[];
}

export type Election = Readonly<Record<SideName, ElectionView>>;

export type Clients = Readonly<Record<SideName, ZooKeeperClient>>;

/** Both sides, read one after the other: wait and read again where they have to agree. Rejects with ZooKeeperError. */
export async function readElection(clients: Clients, mesosPath: string): Promise<Election> {
  const [a, b] = await Promise.all([
    readElectionOn(clients.a, mesosPath),
    readElectionOn(clients.b, mesosPath),
  ]);
  return { a, b };
}

/** One side alone. Rejects with ZooKeeperError. */
export async function readElectionOn(client: ZooKeeperClient, mesosPath: string): Promise<ElectionView> {
  await client.sync(mesosPath);
  const [candidates, replicas] = await Promise.all([
    membersBelow(client, mesosPath, candidateMember),
    membersBelow(client, `${mesosPath}/log_replicas`, replicaMember),
  ]);
  return { candidates, replicas };
}

type MemberOf = (path: string, candidate: Candidate, data: Buffer, stat: Stat) => Member;

async function membersBelow(client: ZooKeeperClient, parent: string, of: MemberOf): Promise<Member[]> {
  const listed = await unlessGone(client.getChildren(parent));
  const members = await Promise.all(
    candidatesIn(listed?.children ?? []).map(async (candidate) => {
      const path = `${parent}/${candidate.znode}`;
      const node = await unlessGone(client.getData(path));
      return node === null ? [] : [of(path, candidate, node.data ?? Buffer.alloc(0), node.stat)];
    }),
  );
  return members.flat();
}

function candidateMember(path: string, candidate: Candidate, data: Buffer, stat: Stat): Member {
  const read = addressIn(candidate, data);
  const fault = "fault" in read ? read.fault : null;
  return {
    path,
    number: candidate.number,
    origin: originOf(stat),
    addresses: addressesIn(candidate, data),
    fault,
  };
}

function replicaMember(path: string, { number }: Candidate, data: Buffer, stat: Stat): Member {
  const address = replicaAddress(data);
  const fault = address === null ? `${path} names no replica of a log` : null;
  return { path, number, origin: originOf(stat), addresses: address === null ? [] : [address], fault };
}

function originOf({ ephemeralOwner }: Stat): Member["origin"] {
  return ephemeralOwner === 0n ? "shadow" : "own";
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return null;
    throw error;
  }
}

export interface Leading {
  /** On whose ZooKeeper it has its session. */
  readonly side: SideName;
  readonly member: Member;
}

/** The leader that both sides see as the lowest one, with its session on one of them; null while they do not agree on one. */
export function agreedLeader({ a, b }: Election): Leading | null {
  const [onA, onB] = [a.candidates[0], b.candidates[0]];
  if (onA === undefined || onB === undefined || !sameMember(onA, onB)) return null;
  if (onA.origin === onB.origin) return null;
  return onA.origin === "own" ? { side: "a", member: onA } : { side: "b", member: onB };
}

/** In words, for people who wait. */
export function leadersInWords({ a, b }: Election): string {
  const named = ({ candidates: [first] }: ElectionView): string =>
    first === undefined
      ? "nobody"
      : `${first.addresses[0] ?? first.path} (${first.origin === "own" ? "its own" : "a shadow"})`;
  return `A sees ${named(a)}, B sees ${named(b)}`;
}

export function sameMember(one: Member, other: Member): boolean {
  return one.number === other.number && one.path === other.path && isAt(one, other.addresses);
}

/** Whether it is the master that goes by one of these addresses. */
export function isAt(member: Member, addresses: readonly string[]): boolean {
  return member.addresses.some((address) => addresses.includes(address));
}

/** What is on one side and not the same on the other, in words; empty when both show the same members. */
export function unequalMembers(a: readonly Member[], b: readonly Member[]): readonly string[] {
  const missing = (from: readonly Member[], other: readonly Member[], name: string) =>
    from
      .filter((member) => !other.some((one) => sameMember(one, member)))
      .map((member) => `${member.path} (${member.addresses[0] ?? "unreadable"}) is only on ${name}`);
  return [...missing(a, b, "A"), ...missing(b, a, "B")];
}

/** Those of one master on one side, candidacies and replicas. */
export function membersOf(view: ElectionView, addresses: readonly string[]): readonly Member[] {
  return [...view.candidates, ...view.replicas].filter((member) => isAt(member, addresses));
}
