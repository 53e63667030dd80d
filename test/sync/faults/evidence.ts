/** All rules about the two transaction logs of a run, in one place. Pure: it asks no server. */
import { type Direction, type Side, sourceOf, targetOf } from "../../../src/sync/spec.js";
import type { Transaction } from "../../../src/zookeeper/learner/transaction.js";
import { checkpointChain, differingHistories, histories } from "../history.js";
import { mergedFaults } from "./merged.js";
import { orderFault } from "./order.js";
import { staleWrites, strayWrites } from "./writes.js";

/** Written by the clients of one side only. */
export interface Stream {
  readonly direction: Direction;
  readonly root: string;
  /** Whole states were compared on the way. */
  readonly merged: boolean;
}

export interface Evidence {
  readonly name: string;
  readonly root: string;
  readonly transactions: Readonly<Record<Side, readonly Transaction[]>>;
  /** Sessions of the test's own clients. */
  readonly writers: Readonly<Record<Side, ReadonlySet<bigint>>>;
  readonly streams: readonly Stream[];
  /** Both sides' clients write below it; null in one direction. */
  readonly shared: string | null;
  /** The engine has said that changes may have been undone. */
  readonly admitted: boolean;
}

const SIDES = ["a", "b"] as const;

export interface Findings {
  /** What must not be, in words; empty when everything went once, whole and in order. */
  readonly faults: readonly string[];
  /** What must not be either, but the engine itself has said that it may be: the alert `merged`. */
  readonly known: readonly string[];
}

export function findingsIn(evidence: Evidence): Findings {
  const { streams, admitted } = evidence;
  const always = [...chainFaults(evidence), ...staleFaults(evidence)];
  const strict = [...streams.flatMap((stream) => streamFaults(evidence, stream)), ...strayFaults(evidence)];
  return admitted ? { faults: always, known: strict } : { faults: [...strict, ...always], known: [] };
}

function chainFaults({ name, streams, transactions }: Evidence): string[] {
  return streams.flatMap(({ direction }) => {
    const checkpoint = `/ferry/sync/${name}/${direction}/checkpoint`;
    const { faults } = checkpointChain(transactions[targetOf(direction)], checkpoint);
    return faults.map((fault) => `checkpoint of ${direction}: ${fault}`);
  });
}

function staleFaults({ name, root, transactions, writers }: Evidence): string[] {
  return SIDES.flatMap((side) =>
    staleWrites(transactions[side], writers[side], `/ferry/sync/${name}`, root).map(
      (fault) => `side ${side}: ${fault}`,
    ),
  );
}

function strayFaults(evidence: Evidence): string[] {
  return SIDES.flatMap((side) => {
    const rules = {
      transactions: evidence.transactions[side],
      writers: evidence.writers[side],
      mayWrite: mayWrite(evidence, side),
      mayLevel: mayLevel(evidence, side),
    };
    return strayWrites(rules).map((fault) => `side ${side}: ${fault}`);
  });
}

/** On a side that is the source alone: nowhere. */
function mayWrite({ streams, shared, root }: Evidence, side: Side): (path: string) => boolean {
  const targets = streams.filter(({ direction }) => targetOf(direction) === side);
  if (targets.length === 0) return () => false;
  const subtrees = ["/ferry", ...targets.map((stream) => stream.root), ...(shared === null ? [] : [shared])];
  return (path) => path === root || subtrees.some((one) => path === one || path.startsWith(`${one}/`));
}

/** In both directions the lower version is raised, also where only this side's clients write. */
function mayLevel({ streams, shared }: Evidence, side: Side): (path: string) => boolean {
  if (shared === null || !streams.some(({ merged }) => merged)) return () => false;
  const roots = streams.filter(({ direction }) => sourceOf(direction) === side).map(({ root }) => root);
  return (path) => roots.some((root) => path === root || path.startsWith(`${root}/`));
}

function streamFaults({ transactions, writers }: Evidence, { direction, root, merged }: Stream): string[] {
  const [from, to] = [sourceOf(direction), targetOf(direction)];
  const target = transactions[to];
  const source = transactions[from];
  if (merged) {
    // What the engines wrote on the source must not count: a change of a client that they undid would go unnoticed.
    const own = source.filter(({ body, session }) => body.kind !== "changes" || writers[from].has(session));
    return mergedFaults(own, target, root).map((fault) => `${direction}: ${fault}`);
  }
  const perPath = differingHistories(histories(source, root), histories(target, root));
  const order = orderFault(source, target, root);
  return [...perPath, ...(order === null ? [] : [order])].map((fault) => `${direction}: ${fault}`);
}
