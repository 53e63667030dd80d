/**
 * What happens in one run, from its seed alone: ensembles, clients, how much is written and which faults come when. The same
 * seed gives the same plan. Pure.
 */
import type { ConflictStrategy, Side } from "../../../src/sync/spec.js";
import { Random } from "../../harness/random.js";

export type FaultKind =
  /** Killed hard; another one starts at once. */
  | "engine-kill"
  /** Frozen until another one has taken over, then let go on. */
  | "engine-pause"
  /** Connections to all servers of a side are ended, and refused for a while. */
  | "link-cut"
  | "link-slow"
  /** Nothing passes any more, in neither direction, and at the end the connections are lost. */
  | "link-silent"
  /** Killed hard, started again after a while. */
  | "server-kill"
  | "server-pause"
  /** No byte can be written on the target until the engine has said that it lags. */
  | "disk-full";

export interface Fault {
  readonly kind: FaultKind;
  /** Milliseconds after the first write. */
  readonly atMs: number;
  /** Milliseconds; faults of one component wait for each other, so it may begin later. */
  readonly forMs: number;
  /** Where it is not about the engine. */
  readonly side: Side;
  /** link-slow: milliseconds each way. */
  readonly delayMs: number;
  /** Of three servers: the one that leads now, or any. */
  readonly onLeader: boolean;
}

export type Writer = "own" | "independent";

export interface Plan {
  readonly seed: number;
  /** Servers of side a. */
  readonly servers: 1 | 3;
  readonly bidirectional: boolean;
  readonly strategy: ConflictStrategy;
  /** The client library that writes. */
  readonly writers: Readonly<Record<Side, Writer>>;
  /** The engine finds something to copy. */
  readonly late: boolean;
  /** Sessions with ephemeral znodes end before the comparison. */
  readonly leave: boolean;
  /** Writes come in rounds. */
  readonly rounds: number;
  readonly roundMs: number;
  readonly perRound: number;
  readonly faults: readonly Fault[];
}

/** Faults begin in this time; the writes take a little longer. */
const SPAN_MS = 1_800;
const ROUND_MS = 150;

export function planOf(seed: number): Plan {
  const random = new Random(Math.imul(seed, 0x9e3779b1));
  const servers = random.chance(0.2) ? 3 : 1;
  const bidirectional = random.chance(0.35);
  const strategy = random.pick(["last-write-wins", "source-wins"] as const);
  const writer = () => (random.chance(0.7) ? "independent" : "own");
  const writers = { a: writer(), b: writer() } as const;
  const late = random.chance(0.15);
  const leave = random.chance(0.5);
  const perRound = random.pick([12, 25, 50]);
  const count = 3 + random.below(4);
  const faults = Array.from({ length: count }, () => faultOf(random, servers));
  return {
    seed,
    servers,
    bidirectional,
    strategy,
    writers,
    late,
    leave,
    rounds: Math.ceil((SPAN_MS + 300) / ROUND_MS),
    roundMs: ROUND_MS,
    perRound,
    faults: faults.toSorted((one, other) => one.atMs - other.atMs),
  };
}

const KINDS: readonly (readonly [FaultKind, number])[] = [
  ["engine-kill", 28],
  ["engine-pause", 10],
  ["link-cut", 18],
  ["link-slow", 12],
  ["link-silent", 8],
  ["server-kill", 12],
  ["server-pause", 9],
  ["disk-full", 3],
];

function kindOf(random: Random): FaultKind {
  let roll = random.below(KINDS.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [kind, weight] of KINDS) {
    if (roll < weight) return kind;
    roll -= weight;
  }
  return "engine-kill";
}

function faultOf(random: Random, servers: 1 | 3): Fault {
  const kind = kindOf(random);
  const atMs = random.below(SPAN_MS);
  const wished: Side = random.chance(servers === 3 ? 0.7 : 0.5) ? "a" : "b";
  const longest = kind === "server-pause" && random.chance(0.2) ? 3_500 : 1_200;
  const forMs = kind.startsWith("engine") || kind === "disk-full" ? 0 : 50 + random.below(longest);
  const delayMs = kind === "link-slow" ? 5 + random.below(120) : 0;
  return {
    kind,
    atMs,
    forMs,
    side: kind === "disk-full" ? "b" : wished,
    delayMs,
    onLeader: random.chance(0.6),
  };
}

/** `server-kill(a) at 1.2 s for 0.4 s` */
export function shownFault({ kind, atMs, forMs, side, delayMs, onLeader }: Fault): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  const where = kind.startsWith("engine")
    ? ""
    : `(${side}${kind.startsWith("server") && onLeader ? ", leader" : ""})`;
  const slow = delayMs === 0 ? "" : `, ${delayMs} ms each way`;
  return `${kind}${where} at ${seconds(atMs)}${forMs === 0 ? "" : ` for ${seconds(forMs)}`}${slow}`;
}
