/** Which app waits for which, by its own dependencies and by those of the groups around it. Pure. */
import { ancestorsOf, isWithin } from "./path-id.js";
import type { Root } from "./root.js";
import { dependenciesOf, type RunSpec } from "./run-spec.js";

/** Ids that the app waits for; names of what is not there count for nothing. */
export function waitsFor(root: Root, spec: RunSpec): string[] {
  if (spec.kind !== "app") return [];
  const inherited = ancestorsOf(spec.id).flatMap((group) => root.groups.get(group)?.dependencies ?? []);
  const named = [...dependenciesOf(spec), ...inherited];
  const apps = [...root.specs.values()].filter(({ kind, id }) => kind === "app" && id !== spec.id);
  return [...new Set(named.flatMap((id) => apps.filter((app) => isWithin(app.id, id)).map((app) => app.id)))];
}

/** Number of specs on the longest chain of dependencies that begins with each, itself included. */
export function chainLengths(root: Root): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  const lengthOf = (id: string, above: ReadonlySet<string>): number => {
    const known = lengths.get(id);
    if (known !== undefined) return known;
    const spec = root.specs.get(id);
    if (spec === undefined || above.has(id)) return 0;
    const inside = new Set([...above, id]);
    const longest = Math.max(0, ...waitsFor(root, spec).map((next) => lengthOf(next, inside)));
    lengths.set(id, longest + 1);
    return longest + 1;
  };
  for (const id of root.specs.keys()) lengthOf(id, new Set());
  return lengths;
}

/** The ids of a circle, or null. */
export function dependencyCycle(root: Root): readonly string[] | null {
  const done = new Set<string>();
  const search = (id: string, path: readonly string[]): readonly string[] | null => {
    const at = path.indexOf(id);
    if (at >= 0) return path.slice(at);
    const spec = root.specs.get(id);
    if (done.has(id) || spec === undefined) return null;
    for (const next of waitsFor(root, spec)) {
      const found = search(next, [...path, id]);
      if (found !== null) return found;
    }
    done.add(id);
    return null;
  };
  for (const id of root.specs.keys()) {
    const found = search(id, []);
    if (found !== null) return found;
  }
  return null;
}
