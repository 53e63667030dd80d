/**
 * The single steps that may follow a state of the log, each with the moment while it goes on and the state after it. Whether a moment
 * is safe enough is not decided here but by the search. Pure.
 */
import type { SideName } from "../model/spec.js";
import type { MasterStep, QuorumGoal, ReplicaState } from "./question.js";
import { classOf, leadingSide, lived, type Master, type Masters, present, votes } from "./state.js";

export interface Move {
  readonly step: MasterStep;
  readonly server: string;
  readonly during: Masters;
  readonly after: Masters;
}

/** What the steps may use: the goal, and the quorums a master may be started with. */
export interface Means {
  readonly goal: QuorumGoal;
  readonly quorums: readonly number[];
}

/** All sensible next steps; of equal masters only one is taken. */
export function movesFrom(masters: Masters, means: Means): Move[] {
  const emptyOnes = masters.filter(({ state }) => state.kind === "empty").length;
  const lowest = Math.min(...means.quorums);
  const moves = [
    ...firstOfEach(masters).flatMap((index) => restarts(masters, index, means)),
    ...lastOfEach(masters).flatMap((index) => stops(masters, index)),
    ...firstOfEach(masters).flatMap((index) => starts(masters, index, means, emptyOnes)),
    ...(emptyOnes === 0 ? handOvers(masters, means) : []),
  ];
  return moves.map((move) => ({ ...move, after: lived(move.after, [move.during, move.after], lowest) }));
}

/** Index of one master of each kind of equal ones. Starting goes up the list, stopping down. */
function firstOfEach(masters: Masters): number[] {
  const seen = new Set<string>();
  return masters.flatMap((master, index) => {
    const kind = classOf(master);
    if (seen.has(kind)) return [];
    seen.add(kind);
    return [index];
  });
}

function lastOfEach(masters: Masters): number[] {
  const last = new Map(masters.map((master, index) => [classOf(master), index]));
  return [...last.values()].sort((x, y) => y - x);
}

function changed(masters: Masters, index: number, change: Partial<Master>): Masters {
  return masters.map((master, at) => (at === index ? { ...master, ...change } : master));
}

/**
 * Only masters that are wanted in the end are started. One that is already there empty is awaited: the same step, begun before. It
 * finds its way only while as many vote as its own quorum says.
 */
function starts(masters: Masters, index: number, { goal, quorums }: Means, emptyOnes: number): Move[] {
  const master = masters[index];
  if (master === undefined || !master.available || master.leads) return [];
  const { state } = master;
  if (state.kind === "empty")
    return started(masters, index, master.name, state.quorum, state.zookeeper, emptyOnes - 1);
  if (state.kind !== "absent" || !master.wanted) return [];
  return quorums.flatMap((quorum) => started(masters, index, master.name, quorum, goal.side, emptyOnes));
}

function started(
  masters: Masters,
  index: number,
  server: string,
  quorum: number,
  zookeeper: SideName,
  otherEmptyOnes: number,
): Move[] {
  if (otherEmptyOnes > 0 || votes(masters) < quorum) return [];
  const as = (kind: "empty" | "voting") =>
    changed(masters, index, { state: { kind, zookeeper, quorum } satisfies ReplicaState });
  return [
    {
      step: { kind: "start-master", server, quorum, zookeeper },
      server,
      during: as("empty"),
      after: as("voting"),
    },
  ];
}

/** With its log: onto another ZooKeeper, with another quorum, or only up again. Nobody leaves the side of the goal. */
function restarts(masters: Masters, index: number, { goal, quorums }: Means): Move[] {
  const master = masters[index];
  if (master === undefined || !master.available || master.leads) return [];
  const { state, name: server } = master;
  if (state.kind !== "voting" && state.kind !== "down") return [];
  const down = changed(masters, index, { state: { ...state, kind: "down" } });
  const sides = master.wanted ? new Set([goal.side, state.zookeeper]) : new Set([state.zookeeper]);
  return [...sides].flatMap((zookeeper) =>
    quorums
      .filter((quorum) => state.kind === "down" || quorum !== state.quorum || zookeeper !== state.zookeeper)
      .map((quorum) => ({
        step: { kind: "restart-master", server, quorum, zookeeper } as const,
        server,
        during: down,
        after: changed(masters, index, { state: { kind: "voting", zookeeper, quorum } }),
      })),
  );
}

/** For good. Until its step has ended it counts as one that may come back. */
function stops(masters: Masters, index: number): Move[] {
  const master = masters[index];
  if (master === undefined || master.leads || master.state.kind === "absent") return [];
  return [
    {
      step: { kind: "stop-master", server: master.name },
      server: master.name,
      during: changed(masters, index, { state: { ...master.state, kind: "down" } }),
      after: changed(masters, index, { state: { kind: "absent" } }),
    },
  ];
}

/**
 * Leadership goes to the other side when nobody but the leader is left on this one, not even one that is down and might come back.
 * Whoever runs over there may lead then, and is not touched any more: so all of them must be as they are wanted.
 */
function handOvers(masters: Masters, { goal, quorums }: Means): Move[] {
  const from = leadingSide(masters);
  const index = masters.findIndex(({ leads }) => leads);
  const leader = masters[index];
  if (from === null || from === goal.side || leader === undefined || leader.state.kind === "absent")
    return [];
  const others = masters.filter((_, at) => at !== index).flatMap((master) => present(master) ?? []);
  if (others.some(({ zookeeper }) => zookeeper === from)) return [];
  const ready = masters.every(
    ({ state, wanted }, at) =>
      at === index || state.kind === "absent" || (wanted && state.quorum === goal.quorum),
  );
  if (!ready) return [];
  return handedOver(masters, index, leader, from, { goal, quorums });
}

function handedOver(
  masters: Masters,
  index: number,
  leader: Master,
  from: SideName,
  { goal, quorums }: Means,
): Move[] {
  const { name: server, state } = leader;
  if (state.kind === "absent") return [];
  const candidates = masters.some(({ state, leads }) => state.kind === "voting" && !leads);
  const moved = masters.map((master) => ({ ...master, leads: master.state.kind === "voting" }));
  const restarted = (quorum: number): Move => ({
    step: handOver(from, { kind: "restart", quorum, zookeeper: goal.side }),
    server,
    // With nobody there to take over, it is the old leader itself that leads when it is back.
    during: changed(moved, index, {
      leads: !candidates,
      state: { kind: "down", zookeeper: goal.side, quorum },
    }),
    after: changed(moved, index, {
      leads: !candidates,
      state: { kind: "voting", zookeeper: goal.side, quorum },
    }),
  });
  const stopped: Move = {
    step: handOver(from, { kind: "stop" }),
    server,
    during: changed(moved, index, { leads: false, state: { ...state, kind: "down" } }),
    after: changed(moved, index, { leads: false, state: { kind: "absent" } }),
  };
  return [...(candidates ? [stopped] : []), ...(leader.available ? quorums.map(restarted) : [])];
}

type HandOver = Extract<MasterStep, { readonly kind: "hand-over" }>;

function handOver(from: SideName, then: HandOver["then"]): HandOver {
  return { kind: "hand-over", from, then };
}
