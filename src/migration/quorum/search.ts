/**
 * Dijkstra's search over the states of the log, equal masters collapsed: among all paths whose moments are safe and tolerate what is
 * asked, the one with the fewest pauses, then the fewest steps, then the latest hand-over, then the most tolerance on the whole. Pure;
 * the same question gives the same path.
 */
import { Heap } from "./heap.js";
import { type Means, type Move, movesFrom } from "./moves.js";
import { forgets, isGoal, keyOf, leadingSide, type Masters, surplus, tolerance } from "./state.js";

/** Members beyond 2q−1; a quorum of replicas without an old write; too few votes. */
export type Ignored = "members" | "stale" | "votes";

export interface Conditions {
  /** Lowest tolerance of any moment; -1 allows pauses. */
  readonly floor: number;
  /** What is let pass, only to find out what excludes a path. */
  readonly ignore: ReadonlySet<Ignored>;
}

export interface Found {
  readonly moves: readonly Move[];
  readonly examined: number;
}

/** Compared from the first number on: pauses, steps, steps after the hand-over, tolerance missed. */
type Cost = readonly [number, number, number, number];

interface Visit {
  readonly masters: Masters;
  readonly cost: Cost;
  readonly order: number;
  readonly by: { readonly move: Move; readonly from: Visit } | null;
}

/** More than any tolerance. */
const PLENTY = 64;

/** Null moves: there is none, all that can be reached was examined. */
export function findPath(
  start: Masters,
  means: Means,
  conditions: Conditions,
): Found | { readonly moves: null; readonly examined: number } {
  const done = new Set<string>();
  const best = new Map<string, Cost>();
  const queue = new Heap<Visit>(before);
  let order = 0;
  queue.push({ masters: start, cost: [0, 0, 0, 0], order, by: null });
  for (let visit = queue.pop(); visit !== undefined; visit = queue.pop()) {
    const key = keyOf(visit.masters);
    if (done.has(key)) continue;
    done.add(key);
    if (isGoal(visit.masters, means.goal)) return { moves: movesTo(visit), examined: done.size };
    for (const move of movesFrom(visit.masters, means)) {
      if (!allows(move, conditions)) continue;
      const cost = costOf(visit, move, means);
      const next = keyOf(move.after);
      const known = best.get(next);
      if (done.has(next) || (known !== undefined && compare(known, cost) <= 0)) continue;
      best.set(next, cost);
      order += 1;
      queue.push({ masters: move.after, cost, order, by: { move, from: visit } });
    }
  }
  return { moves: null, examined: done.size };
}

/** A pause may last as long as a step, never longer: between two steps whoever leads can write. */
function allows({ during, after }: Move, { floor, ignore }: Conditions): boolean {
  for (const moment of [during, after]) {
    if (!ignore.has("members") && surplus(moment) > 0) return false;
    if (!ignore.has("stale") && forgets(moment)) return false;
  }
  return ignore.has("votes") || (tolerance(during) >= floor && tolerance(after) >= Math.max(0, floor));
}

function costOf({ cost, masters }: Visit, { during, after }: Move, { goal }: Means): Cost {
  const missed = 2 * PLENTY - tolerance(during) - tolerance(after);
  return [
    cost[0] + (tolerance(during) < 0 ? 1 : 0),
    cost[1] + 1,
    cost[2] + (leadingSide(masters) === goal.side ? 1 : 0),
    cost[3] + missed,
  ];
}

function compare(x: Cost, y: Cost): number {
  return x[0] - y[0] || x[1] - y[1] || x[2] - y[2] || x[3] - y[3];
}

function before(x: Visit, y: Visit): boolean {
  return (compare(x.cost, y.cost) || x.order - y.order) < 0;
}

function movesTo(visit: Visit): Move[] {
  const moves: Move[] = [];
  for (let at = visit; at.by !== null; at = at.by.from) moves.push(at.by.move);
  return moves.reverse();
}
