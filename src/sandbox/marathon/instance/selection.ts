/** Which instances go when there are too many (facts 3). Pure. */
import { constraintsOf, killSelectionOf, type RunSpec } from "../definition/run-spec.js";
import { crowded } from "./constraints.js";
import type { Condition, Instance } from "./instance.js";

const WEIGHTS: Readonly<Partial<Record<Condition, number>>> = {
  Scheduled: 0,
  Provisioned: 0,
  Unreachable: 1,
  UnreachableInactive: 1,
  Staging: 2,
  Starting: 3,
  Running: 4,
};

/** The first `count` to go: those named, then from where too many are by GROUP_BY, then by condition and age. */
export function selectVictims(
  spec: RunSpec,
  instances: readonly Instance[],
  count: number,
  sentenced: ReadonlySet<string>,
): Instance[] {
  const victims = instances.filter(({ id }) => sentenced.has(id)).slice(0, count);
  let rest = instances.filter((instance) => !victims.includes(instance)).sort(goesFirst(spec));
  while (victims.length < count && rest.length > 0) {
    const uneven = crowded(constraintsOf(spec), rest);
    const next = rest.find((instance) => uneven.includes(instance)) ?? rest[0];
    if (next === undefined) break;
    victims.push(next);
    rest = rest.filter((instance) => instance !== next);
  }
  return victims;
}

function goesFirst(spec: RunSpec): (a: Instance, b: Instance) => number {
  const youngest = killSelectionOf(spec) === "YOUNGEST_FIRST";
  return (a, b) => {
    const weight = (WEIGHTS[a.condition] ?? 5) - (WEIGHTS[b.condition] ?? 5);
    if (weight !== 0) return weight;
    const [left, right] = [a.activeSince ?? a.since, b.activeSince ?? b.since];
    if (left === right) return a.id < b.id ? -1 : 1;
    return left > right === youngest ? -1 : 1;
  };
}
