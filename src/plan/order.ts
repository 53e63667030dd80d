/**
 * Who waits for whom: what is declared after what it depends on, what goes before what it depended on. Computes the order
 * of a plan; decides no actions.
 */
import type { RecordedResource } from "../../state/model.js";
import type { DesiredResource } from "../config/desired.js";
import { byName, type Dependencies, reversed, topologicalOrder } from "./graph.js";

export interface Participants {
  /** To be there afterwards. */
  readonly stays: ReadonlyMap<string, DesiredResource>;
  /** To be removed. */
  readonly goes: ReadonlyMap<string, RecordedResource>;
  /** All records, by the address they will have. */
  readonly records: ReadonlyMap<string, RecordedResource>;
}

export interface Ordering {
  /** What must be right before each one: what it depends on, and for what goes, those that depended on it. */
  readonly needs: Dependencies;
  /** Every participant once, in an order that can be carried out one after another. */
  readonly order: readonly string[];
  /** Declared resources that depend on each other in a circle, first one repeated; null when there is none. */
  readonly cycle: readonly string[] | null;
  /**
   * What must happen before each one: its needs, and removals of what used something before that is changed. Never leads
   * forwards in `order`.
   */
  readonly before: Dependencies;
}

export function orderParticipants(participants: Participants): Ordering {
  const { stays, goes } = participants;
  const needs = needsOf(participants);
  const first = topologicalOrder(needs);
  const late = lateRemovals(first.order, goes, needs);
  const edges = new Map<string, string[]>([...needs].map(([address, others]) => [address, [...others]]));
  for (const [address, record] of goes) {
    for (const other of record.dependsOn) {
      if (!stays.has(other)) continue;
      // Whatever goes uses what it depended on until then, unless it has to wait for that anyway.
      if (late.has(address)) edges.get(address)?.push(other);
      else edges.get(other)?.push(address);
    }
  }
  const final = topologicalOrder(edges);
  const order = [...final.order];
  if (final.cycle !== null) {
    const placed = new Set(order);
    order.push(...[...edges.keys()].filter((address) => !placed.has(address)).sort(byName));
  }
  return { needs, order, cycle: declaredCycle(first.cycle, stays), before: backwardsOnly(order, edges) };
}

function needsOf({ stays, goes, records }: Participants): Map<string, readonly string[]> {
  const needs = new Map<string, readonly string[]>();
  for (const [address, resource] of stays) {
    needs.set(
      address,
      resource.dependsOn.filter((other) => stays.has(other)),
    );
  }
  if (goes.size === 0) return needs;
  const dependants = reversed(new Map([...records].map(([address, record]) => [address, record.dependsOn])));
  for (const address of goes.keys()) {
    needs.set(
      address,
      (dependants.get(address) ?? []).filter((other) => goes.has(other) || stays.has(other)),
    );
  }
  return needs;
}

/** Removals that have to wait for something declared, directly or through other removals. */
function lateRemovals(
  order: readonly string[],
  goes: ReadonlyMap<string, RecordedResource>,
  needs: Dependencies,
): Set<string> {
  const late = new Set<string>();
  const placed = new Set(order);
  for (const address of goes.keys()) if (!placed.has(address)) late.add(address);
  for (const address of order) {
    if (!goes.has(address)) continue;
    if ((needs.get(address) ?? []).some((other) => !goes.has(other) || late.has(other))) late.add(address);
  }
  return late;
}

/** Records may depend on each other in a circle (a dependency turned round since); then any order must do. */
function declaredCycle(
  cycle: readonly string[] | null,
  stays: ReadonlyMap<string, DesiredResource>,
): readonly string[] | null {
  return cycle?.every((address) => stays.has(address)) === true ? cycle : null;
}

function backwardsOnly(order: readonly string[], edges: Dependencies): Dependencies {
  const position = new Map(order.map((address, at) => [address, at]));
  const result = new Map<string, readonly string[]>();
  for (const address of order) {
    const at = position.get(address) ?? 0;
    const others = [...new Set(edges.get(address))];
    result.set(
      address,
      others.filter((other) => (position.get(other) ?? at) < at),
    );
  }
  return result;
}

/**
 * What each acting one waits for among the acting ones. Through resources that stay as they are a wait is passed on; a
 * removal that is not carried out passes nothing on.
 */
export function waits(
  ordering: Ordering,
  acting: ReadonlySet<string>,
  stays: ReadonlyMap<string, DesiredResource>,
): Map<string, readonly string[]> {
  const result = new Map<string, readonly string[]>();
  const passedOn = new Map<string, readonly string[]>();
  for (const address of ordering.order) {
    const found = new Set<string>();
    const direct = ordering.before.get(address) ?? [];
    for (const other of direct) {
      if (acting.has(other)) found.add(other);
      else if (stays.has(address)) for (const further of passedOn.get(other) ?? []) found.add(further);
    }
    const sorted = found.size === 0 ? NOTHING : [...found].sort(byName);
    if (acting.has(address)) result.set(address, sorted);
    else if (stays.has(address))
      passedOn.set(
        address,
        sorted.filter((other) => stays.has(other)),
      );
  }
  return result;
}

const NOTHING: readonly string[] = [];
