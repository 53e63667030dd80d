/**
 * The steps that lead from one root to another (facts 3): stops, starts with no instances, then one step for each layer of
 * dependencies. Pure; how a step is carried out is elsewhere.
 */
import { chainLengths } from "../definition/dependency-graph.js";
import type { Root } from "../definition/root.js";
import { instancesOf, type RunSpec } from "../definition/run-spec.js";

export type Deed = "Start" | "Scale" | "Restart" | "Stop";

export interface Action {
  readonly deed: Deed;
  readonly kind: "app" | "pod";
  readonly id: string;
}

export interface Step {
  readonly actions: readonly Action[];
}

export interface DeploymentPlan {
  readonly id: string;
  readonly original: Root;
  readonly target: Root;
  readonly steps: readonly Step[];
  /** ISO; the target's version. */
  readonly version: string;
  /** Instances that a scale action takes first, by spec. Not stored: after a change of leader others may be taken. */
  readonly sentenced: ReadonlyMap<string, readonly string[]>;
}

export function planDeployment(
  id: string,
  original: Root,
  target: Root,
  sentenced: ReadonlyMap<string, readonly string[]> = new Map(),
): DeploymentPlan {
  const steps = [
    step(missing(original, target), "Stop"),
    step(missing(target, original), "Start"),
    ...layers(original, target),
  ];
  const filled = steps.filter(({ actions }) => actions.length > 0);
  return { id, original, target, steps: filled, version: target.version, sentenced };
}

/** `StartApplication`, `ScalePod`, … */
export function actionName({ deed, kind }: Action): string {
  return `${deed}${kind === "app" ? "Application" : "Pod"}`;
}

export function affectedIds(plan: DeploymentPlan): ReadonlySet<string> {
  return new Set(plan.steps.flatMap(({ actions }) => actions.map(({ id }) => id)));
}

/** The spec that an action is about: the old one for a stop. */
export function specOfAction(plan: DeploymentPlan, action: Action): RunSpec | null {
  const root = action.deed === "Stop" ? plan.original : plan.target;
  return root.specs.get(action.id) ?? null;
}

/** Specs of `from` that `other` has not. */
function missing(from: Root, other: Root): RunSpec[] {
  return [...from.specs.values()].filter(({ id }) => !other.specs.has(id));
}

function step(specs: readonly RunSpec[], deed: Deed): Step {
  return { actions: specs.map(({ kind, id }): Action => ({ deed, kind, id })).sort(byId) };
}

function byId(a: Action, b: Action): number {
  return a.id < b.id ? -1 : 1;
}

function layers(original: Root, target: Root): Step[] {
  const lengths = chainLengths(target);
  const byLength = new Map<number, Action[]>();
  for (const spec of target.specs.values()) {
    const deed = deedFor(original.specs.get(spec.id) ?? null, spec);
    if (deed === null) continue;
    const length = lengths.get(spec.id) ?? 1;
    byLength.set(length, [...(byLength.get(length) ?? []), { deed, kind: spec.kind, id: spec.id }]);
  }
  return [...byLength].sort(([a], [b]) => a - b).map(([, actions]) => ({ actions: actions.sort(byId) }));
}

/** Null when there is nothing to do. */
function deedFor(before: RunSpec | null, after: RunSpec): Deed | null {
  if (before === null) return "Scale";
  if (before.lastConfigChangeAt !== after.lastConfigChangeAt) {
    return instancesOf(after) === 0 ? "Scale" : "Restart";
  }
  return instancesOf(before) === instancesOf(after) ? null : "Scale";
}
