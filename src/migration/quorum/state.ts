/**
 * The log as the search sees it: who holds which part of it, who leads, what is safe and how much may fail. Pure, and the only place
 * where the conditions of a safe state are written down.
 */
import type { SideName } from "../model/spec.js";
import type { LogMember, LogState, QuorumGoal, QuorumQuestion, ReplicaState } from "./question.js";

export interface Master {
  readonly name: string;
  readonly state: ReplicaState;
  readonly wanted: boolean;
  readonly available: boolean;
  /** Leads, or may: it must not be touched but by the hand-over. */
  readonly leads: boolean;
  /**
   * How many members may be without some acknowledged write that was made while it was one of them: the members beyond the leader's
   * quorum at that time. Nothing brings such a write to them later, they vote all the same, and this one may be among them. 0 where it
   * is too few to matter.
   */
  readonly missed: number;
}

/** In the order of the question, which is also the order in which equal ones are taken. */
export type Masters = readonly Master[];

export type Present = Exclude<ReplicaState, { readonly kind: "absent" }>;

/** As they are. That what is there was reached safely is taken for granted; how many members there once were is not known. */
export function mastersOf({ masters, goal }: QuorumQuestion): Masters {
  const wanted = new Set(goal.masters);
  const quorums = masters.flatMap(({ state }) => (state.kind === "absent" ? [] : [state.quorum]));
  const missed = quorums.length === 0 ? 0 : Math.min(...quorums) - 1;
  return masters.map(({ name, state, available, leading }) => ({
    name,
    state,
    available,
    leads: leading,
    wanted: wanted.has(name),
    missed: state.kind === "absent" || missed < goal.quorum ? 0 : missed,
  }));
}

export function present(master: Master): Present | null {
  return master.state.kind === "absent" ? null : master.state;
}

/** Everything about a master but its name: masters with the same answer are exchangeable. */
export function classOf({ state, wanted, available, leads, missed }: Master): string {
  const where = state.kind === "absent" ? "" : `${state.zookeeper}${state.quorum}`;
  return `${state.kind}${where}${wanted ? "w" : ""}${available ? "a" : ""}${leads ? "!" : ""}${missed}`;
}

/** Equal for states that differ only in which of several equal masters is which. */
export function keyOf(masters: Masters): string {
  return masters.map(classOf).sort().join(" ");
}

/** 0 of none. */
function largest(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : Math.max(...numbers);
}

function quorumsOf(masters: Masters): number[] {
  return masters.flatMap((master) => present(master)?.quorum ?? []);
}

/**
 * Members beyond what the quorums allow; 0 or less is safe. Two coordinators, also one that leads twice, must have a replica in common
 * in whatever they write: members ≤ q1 + q2 − 1 for any two, so 2q − 1 with the smallest quorum that any member was started with.
 */
export function surplus(masters: Masters): number {
  const quorums = quorumsOf(masters);
  return quorums.length === 0 ? 0 : quorums.length - (2 * Math.min(...quorums) - 1);
}

/**
 * Whether a coordinator could find a quorum of replicas none of which has an acknowledged write of earlier. Only a quorum that was
 * lowered gets there: with 5 members and quorum 3 two may be without a write, and are a majority of 3 once two of the others are gone.
 */
export function forgets(masters: Masters): boolean {
  const smallest = Math.min(...quorumsOf(masters));
  return masters.filter(({ missed }) => missed >= smallest).length >= smallest;
}

/** `masters`, after they have been members while the log was written as in each of `moments`. */
export function lived(masters: Masters, moments: readonly Masters[], lowest: number): Masters {
  const gap = Math.max(...moments.map((moment) => quorumsOf(moment).length - quorumOf(moment)));
  return masters.map((master) => {
    const missed = master.state.kind === "absent" ? 0 : Math.max(master.missed, gap);
    return { ...master, missed: missed < lowest ? 0 : missed };
  });
}

export function votes(masters: Masters): number {
  return masters.filter(({ state }) => state.kind === "voting").length;
}

/** Votes that whoever leads needs for a write. */
export function quorumOf(masters: Masters): number {
  return largest(masters.filter(({ leads }) => leads).flatMap((master) => present(master)?.quorum ?? []));
}

/**
 * How many more may fail, whichever they are, before writes stop; negative when they have stopped. When the leader is among those
 * that fail, any other that runs may be the next, also one with a larger quorum.
 */
export function tolerance(masters: Masters): number {
  const live = votes(masters);
  const now = quorumOf(masters);
  const running = masters.flatMap(({ state }) =>
    state.kind === "voting" || state.kind === "empty" ? [state.quorum] : [],
  );
  const next = Math.max(now, largest(running));
  return live >= next ? live - next : Math.min(0, live - now);
}

export function isGoal(masters: Masters, goal: QuorumGoal): boolean {
  return masters.every(({ state, wanted }) =>
    wanted
      ? state.kind === "voting" && state.zookeeper === goal.side && state.quorum === goal.quorum
      : state.kind === "absent",
  );
}

/** Whose ZooKeeper the leader is elected on. */
export function leadingSide(masters: Masters): SideName | null {
  return masters.flatMap((master) => (master.leads ? (present(master)?.zookeeper ?? []) : []))[0] ?? null;
}

/** As people and other parts read it. */
export function logState(masters: Masters): LogState {
  const members = masters.flatMap(({ name, state }): LogMember[] =>
    state.kind === "absent"
      ? []
      : [{ name, state: state.kind, zookeeper: state.zookeeper, quorum: state.quorum }],
  );
  const leaders = masters
    .filter(({ leads, state }) => leads && state.kind === "voting")
    .map(({ name }) => name);
  return { members, leaders, quorum: quorumOf(masters), tolerance: tolerance(masters) };
}
