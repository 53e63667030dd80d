/**
 * How each app of a Marathon gets off the agents that are to be emptied, decided beforehand and shown in the plan. Pure. Marathon's own
 * handling of a drain protects nothing (it kills first and starts afterwards), so that every move here has its replacement first.
 */
import type { DrainOptions } from "../model/spec.js";

export interface MovableApp {
  readonly id: string;
  /** A pod: its instances stand under `tasks`. */
  readonly pod: boolean;
  readonly instances: number;
  /** Its upgrade strategy, shares of `instances`. */
  readonly minimumHealthCapacity: number;
  readonly maximumOverCapacity: number;
  /** A second one may not run, also for a moment: labelled so, or its one instance has an upgrade strategy without any over-capacity. */
  readonly singleInstance: boolean;
  /** Bound to an agent by a persistent volume. */
  readonly resident: boolean;
  /** Ids of apps and groups. */
  readonly dependencies: readonly string[];
  readonly tasks: readonly { readonly id: string; readonly agentId: string }[];
}

export type Move =
  /** A rolling restart: by the app's own strategy no task ends before its replacement is healthy. */
  | { readonly kind: "restart"; readonly app: string; readonly tasks: readonly string[] }
  /** Some more instances first, then the old tasks ended in as small groups, then back to as many as before. */
  | { readonly kind: "grow"; readonly app: string; readonly tasks: readonly string[]; readonly extra: number }
  /** Ended first and started elsewhere afterwards: somebody has accepted that. */
  | {
      readonly kind: "replace";
      readonly app: string;
      readonly tasks: readonly string[];
      readonly wipe: boolean;
      readonly cost: string;
    }
  | {
      readonly kind: "refused";
      readonly app: string;
      readonly tasks: readonly string[];
      readonly cost: string;
    };

/** Moves that may go on at the same time; the next layer only after all of it. */
export type Layer = readonly Move[];

/** In the order of dependencies: what others need moves first. Apps without a task on these agents do not move. */
export function movesOf(
  apps: readonly MovableApp[],
  emptied: ReadonlySet<string>,
  options: DrainOptions,
): Layer[] {
  const depths = depthsOf(apps);
  const layers: Move[][] = [];
  for (const app of [...apps].sort((one, other) => (one.id < other.id ? -1 : 1))) {
    const tasks = app.tasks.filter((task) => emptied.has(task.agentId)).map((task) => task.id);
    if (tasks.length === 0) continue;
    const depth = depths.get(app.id) ?? 0;
    while (layers.length <= depth) layers.push([]);
    layers[depth]?.push(moveOf(app, [...tasks].sort(), options));
  }
  return layers.filter((layer) => layer.length > 0);
}

function moveOf(app: MovableApp, tasks: readonly string[], options: DrainOptions): Move {
  const cost = costOf(app);
  if (cost !== null) {
    const accepted = options.acceptDowntimeOf.includes(app.id);
    if (!accepted) return { kind: "refused", app: app.id, tasks, cost };
    return { kind: "replace", app: app.id, tasks, wipe: app.resident, cost };
  }
  if (keepsCapacity(app) && tasks.length === app.tasks.length) return { kind: "restart", app: app.id, tasks };
  const extra = Math.min(tasks.length, Math.max(1, Math.ceil(app.instances * options.overCapacity)));
  return { kind: "grow", app: app.id, tasks, extra };
}

/** Null: it moves without anybody noticing. */
function costOf({ resident, singleInstance, tasks }: MovableApp): string | null {
  if (resident) {
    const count = tasks.length === 1 ? "its volume" : `the volumes of its ${tasks.length} instances`;
    return `is bound to its agent by a persistent volume: moving it deletes ${count} with the data, and it is down meanwhile`;
  }
  if (singleInstance) {
    return "may run one instance only: it is down from the end of the old one until the new one is healthy";
  }
  return null;
}

/** Facts section 3: with all of the capacity healthy and room for at least one more, one old task ends for each new one. */
function keepsCapacity({ instances, minimumHealthCapacity, maximumOverCapacity }: MovableApp): boolean {
  return minimumHealthCapacity >= 1 && Math.floor(instances * (1 + maximumOverCapacity)) > instances;
}

/** How many layers of dependencies are below an app. A circle, which Marathon refuses, would count as none. */
function depthsOf(apps: readonly MovableApp[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  const visit = (app: MovableApp, above: readonly string[]): number => {
    const known = depths.get(app.id);
    if (known !== undefined) return known;
    const needed = apps.filter(
      (other) =>
        other !== app && !above.includes(other.id) && app.dependencies.some((id) => isWithin(other.id, id)),
    );
    const depth = Math.max(0, ...needed.map((other) => visit(other, [...above, app.id]) + 1));
    depths.set(app.id, depth);
    return depth;
  };
  for (const app of apps) visit(app, []);
  return depths;
}

/** `/shop/web` is `/shop/web` and within `/shop`. */
function isWithin(id: string, appOrGroup: string): boolean {
  return id === appOrGroup || appOrGroup === "/" || id.startsWith(`${appOrGroup}/`);
}
