/**
 * The masters of both sides, each asked about itself, beside what both ZooKeepers show of the election: who leads as everybody sees it, how
 * often that changed, whether each replica of the log votes and sees all others.
 */
import type { MasterState } from "../../mesos/one-master.js";
import type { Measurement } from "../model/observation.js";
import type { ServerRef, SideName } from "../model/spec.js";
import { known, of, unknown } from "./measure.js";
import type { ObserverMemory } from "./memory.js";
import type { Probe } from "./probe.js";

/** A member of the election as one side shows it. */
export interface CandidateSight {
  readonly number: number;
  /** `own`: its session is on this side. */
  readonly origin: "own" | "shadow";
  readonly addresses: readonly string[];
}

/** Lowest number first. Null: a side that takes no part, because it is not there yet or not there any more. */
export interface ElectionSight {
  readonly a: readonly CandidateSight[] | null;
  readonly b: readonly CandidateSight[] | null;
}

export interface MasterSight {
  readonly server: ServerRef;
  /** Of the ZooKeeper that it is registered with; of one that is registered nowhere, where it belongs. */
  readonly side: SideName;
  /** Null: it does not answer. */
  readonly state: MasterState | null;
}

export interface MastersSight {
  /** Null: an ensemble does not answer; with the reason. */
  readonly election: ElectionSight | { readonly reason: string };
  readonly masters: readonly MasterSight[];
}

const SIDES = ["a", "b"] as const;

export function mastersProbe(
  see: (signal: AbortSignal) => Promise<MastersSight>,
  memory: ObserverMemory,
  now: () => number,
): Probe {
  return {
    measures: [
      ...SIDES.flatMap((side) => [of("masters-up", side), of("election-candidates", side)]),
      of("masters-leading"),
      of("leaders-agree"),
      of("leader-changes"),
      of("leader-side"),
      of("log-recovered"),
      of("log-members"),
    ],
    deadlineMs: 6_000,
    look: async (signal) => judgeMasters(await see(signal), memory, now()),
  };
}

export function judgeMasters(sight: MastersSight, memory: ObserverMemory, atMs: number): Measurement[] {
  const up = sight.masters.flatMap((master) =>
    master.state === null ? [] : [{ ...master, state: master.state }],
  );
  const leading = up.filter(({ state }) => state.elected);
  const counts = SIDES.map((side) => {
    // Where a master is registered is told by the election only.
    if ("reason" in sight.election) return unknown(of("masters-up", side), atMs, sight.election.reason);
    const of_ = sight.masters.filter((master) => master.side === side);
    const down = of_
      .filter(({ state }) => state === null)
      .map(({ server }) => `${server.name} does not answer`);
    return known(of("masters-up", side), atMs, of_.length - down.length, down);
  });
  return [
    ...counts,
    known(
      of("masters-leading"),
      atMs,
      leading.length,
      leading.map(({ server }) => server.name),
    ),
    ...judgeLog(up, atMs),
    ...judgeElection(sight, up, memory, atMs),
  ];
}

type Up = MasterSight & { readonly state: MasterState };

function judgeLog(up: readonly Up[], atMs: number): Measurement[] {
  const recovered = of("log-recovered");
  const slow = up.filter(({ state }) => state.logRecovered === false).map(({ server }) => server.name);
  // A metric that takes too long is left out of the answer.
  const mute = up.filter(({ state }) => state.logRecovered === null).map(({ server }) => server.name);
  const members = of("log-members");
  const leading = up.find(({ state }) => state.elected);
  const size = leading?.state.ensembleSize ?? null;
  const seen = up.map(({ server, state }) => `${server.name} sees ${state.ensembleSize ?? "nobody"}`);
  return [
    mute.length > 0 && slow.length === 0
      ? unknown(recovered, atMs, `${mute.join(", ")} does not tell`)
      : known(recovered, atMs, up.length > 0 && slow.length === 0, slow),
    size === null ? unknown(members, atMs, "no leader tells it") : known(members, atMs, size, seen),
  ];
}

function judgeElection(
  { election }: MastersSight,
  up: readonly Up[],
  memory: ObserverMemory,
  atMs: number,
): Measurement[] {
  const [agree, changes, whichSide] = [of("leaders-agree"), of("leader-changes"), of("leader-side")];
  if ("reason" in election) {
    const measures = [agree, changes, whichSide, ...SIDES.map((side) => of("election-candidates", side))];
    return measures.map((measured) => unknown(measured, atMs, election.reason));
  }
  const verdict = agreement(election, up);
  if (verdict.kind === "agreed") memory.seeLeader(verdict.address);
  return [
    known(
      agree,
      atMs,
      verdict.kind === "agreed",
      verdict.kind === "agreed" ? [verdict.address] : [verdict.reason],
    ),
    known(changes, atMs, memory.leaderChanges),
    verdict.kind === "agreed"
      ? known(whichSide, atMs, verdict.side, [verdict.address])
      : unknown(whichSide, atMs, verdict.reason),
    ...SIDES.map((side) => {
      const own = (election[side] ?? []).filter(({ origin }) => origin === "own");
      return known(
        of("election-candidates", side),
        atMs,
        own.length,
        own.flatMap(({ addresses }) => addresses.slice(0, 1)),
      );
    }),
  ];
}

type Agreement =
  | { readonly kind: "agreed"; readonly side: SideName; readonly address: string }
  | { readonly kind: "not"; readonly reason: string };

/** Lowest on every side is the same one, it takes itself for the leader, and every other master that answers sends to it. */
export function agreement(
  { a, b }: ElectionSight,
  up: readonly { readonly server: ServerRef; readonly state: MasterState }[],
): Agreement {
  const views = [a, b].filter((view) => view !== null);
  const [first] = views.map(([lowest]) => lowest);
  const [address] = first?.addresses ?? [];
  if (first === undefined || address === undefined) return not(`${a === null ? "B" : "A"} shows no leader`);
  if (views.some(([lowest]) => lowest?.addresses.includes(address) !== true)) {
    return not(`A shows ${address} as the leader, B shows ${b?.[0]?.addresses[0] ?? "nobody"}`);
  }
  const [astray] = up.filter(
    ({ state }) => state.sendsTo === null || !first.addresses.includes(state.sendsTo),
  );
  if (astray !== undefined) {
    return not(`${astray.server.name} sends to ${astray.state.sendsTo ?? "nobody"}, not to ${address}`);
  }
  const leading = up.filter(({ state }) => state.elected);
  if (leading.length !== 1) return not(`${leading.length} masters take themselves for the leader`);
  return { kind: "agreed", side: b?.[0]?.origin === "own" ? "b" : "a", address };
}

function not(reason: string): Agreement {
  return { kind: "not", reason };
}
