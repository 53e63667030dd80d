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
}

/** What must not be, in words; empty when everything went once, whole and in order. */
export function faultsIn(evidence: Evidence): string[] {
  const { name, transactions, writers, streams, root } = evidence;
  const control = `/ferry/sync/${name}`;
  return [
    ...streams.flatMap((stream) => streamFaults(evidence, stream)),
    ...streams.flatMap(({ direction }) => {
      const { faults } = checkpointChain(
        transactions[targetOf(direction)],
        `${control}/${direction}/checkpoint`,
      );
      return faults.map((fault) => `checkpoint of ${direction}: ${fault}`);
    }),
    ...(["a", "b"] as const).flatMap((side) =>
      [
        ...strayWrites({
          transactions: transactions[side],
          writers: writers[side],
          mayWrite: mayWrite(evidence, side),
        }),
        ...staleWrites(transactions[side], writers[side], control, root),
      ].map((fault) => `side ${side}: ${fault}`),
    ),
  ];
}

/** On a side that is the source alone: nowhere. */
function mayWrite({ streams, shared, root }: Evidence, side: Side): (path: string) => boolean {
  const targets = streams.filter(({ direction }) => targetOf(direction) === side);
  if (targets.length === 0) return () => false;
  const subtrees = ["/ferry", ...targets.map((stream) => stream.root), ...(shared === null ? [] : [shared])];
  return (path) => path === root || subtrees.some((one) => path === one || path.startsWith(`${one}/`));
}

function streamFaults({ transactions }: Evidence, { direction, root, merged }: Stream): string[] {
  const [source, target] = [transactions[sourceOf(direction)], transactions[targetOf(direction)]];
  if (merged) return mergedFaults(source, target, root).map((fault) => `${direction}: ${fault}`);
  const perPath = differingHistories(histories(source, root), histories(target, root));
  const order = orderFault(source, target, root);
  return [...perPath, ...(order === null ? [] : [order])].map((fault) => `${direction}: ${fault}`);
}
