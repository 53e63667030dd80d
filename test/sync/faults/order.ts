/**
 * The strict rule, for a direction that never compared whole states: the target's log has the source's steps, all of them,
 * once, in the source's order over all paths, and no transaction of the source is split over two. Pure.
 */
import type { Transaction } from "../../../src/zookeeper/learner/transaction.js";
import { stepOf } from "../history.js";

interface Group {
  readonly zxid: bigint;
  /** The end of a session: its znodes go in no order. */
  readonly inAnyOrder: boolean;
  readonly steps: readonly string[];
}

/** @returns at most one fault: what comes behind it is of no use */
export function orderFault(
  source: readonly Transaction[],
  target: readonly Transaction[],
  root: string,
): string | null {
  const found = groupsOf(target, root).flatMap(({ zxid, steps }) => steps.map((step) => ({ zxid, step })));
  let at = 0;
  for (const group of groupsOf(source, root)) {
    const taken = found.slice(at, at + group.steps.length);
    const [wanted, got] = [group.steps, taken.map(({ step }) => step)].map((steps) =>
      group.inAnyOrder ? steps.toSorted() : steps,
    );
    const wrong = wanted?.findIndex((step, index) => step !== got?.[index]) ?? -1;
    if (wrong >= 0) {
      return `transaction ${hex(group.zxid)} of the source: ${wanted?.[wrong]}; the target has ${got?.[wrong] ?? "nothing"} there`;
    }
    const zxids = new Set(taken.map(({ zxid }) => zxid));
    if (zxids.size > 1) {
      return `transaction ${hex(group.zxid)} of the source is split over ${[...zxids].map(hex).join(" and ")} of the target`;
    }
    at += group.steps.length;
  }
  const more = found[at];
  return more === undefined
    ? null
    : `transaction ${hex(more.zxid)} of the target has more than the source: ${more.step}`;
}

function groupsOf(transactions: readonly Transaction[], root: string): Group[] {
  const isOurs = (path: string) =>
    (path === root || path.startsWith(`${root}/`)) && !path.endsWith("/ferry-bump");
  return transactions.flatMap(({ zxid, body }): Group[] => {
    const inAnyOrder = body.kind === "close-session";
    const steps =
      body.kind === "changes"
        ? body.changes.filter(({ path }) => isOurs(path)).map((change) => `${change.path} ${stepOf(change)}`)
        : body.kind === "close-session"
          ? (body.paths ?? []).filter(isOurs).map((path) => `${path} delete`)
          : [];
    return steps.length === 0 ? [] : [{ zxid, inAnyOrder, steps }];
  });
}

function hex(zxid: bigint): string {
  return `0x${zxid.toString(16)}`;
}
