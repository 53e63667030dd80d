/**
 * Graphs of resources that wait for each other: order, cycles, waves, closures. Knows only names and edges; iterative
 * throughout, so that a chain of 50,000 resources does not end the stack.
 */

/** What each node waits for. Names that are no nodes are ignored, and so is a node that waits for itself. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

export interface Order {
  /** Every node after all it waits for; by name among those that could come next. */
  readonly order: readonly string[];
  /** A circle, first node repeated at the end, or null. With a circle `order` holds what could be ordered. */
  readonly cycle: readonly string[] | null;
}

/** Sorts by UTF-16 code units, the same everywhere. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Orders the nodes: n log n in nodes, linear in edges. */
export function topologicalOrder(dependencies: Dependencies): Order {
  const names = [...dependencies.keys()].sort(byName);
  const { dependants, missing } = numbered(names, dependencies);
  const ready = new SmallestFirst();
  for (let node = 0; node < names.length; node += 1) if (missing[node] === 0) ready.add(node);
  const order: string[] = [];
  for (let node = ready.take(); node !== undefined; node = ready.take()) {
    order.push(names[node] ?? "");
    for (const next of dependants[node] ?? []) {
      const left = (missing[next] ?? 0) - 1;
      missing[next] = left;
      if (left === 0) ready.add(next);
    }
  }
  return { order, cycle: order.length === names.length ? null : findCycle(dependencies) };
}

function numbered(
  names: readonly string[],
  dependencies: Dependencies,
): { dependants: number[][]; missing: number[] } {
  const numbers = new Map(names.map((name, at) => [name, at]));
  const dependants: number[][] = names.map(() => []);
  const missing: number[] = names.map(() => 0);
  names.forEach((name, at) => {
    for (const other of new Set(dependencies.get(name))) {
      const before = numbers.get(other);
      if (before === undefined || before === at) continue;
      dependants[before]?.push(at);
      missing[at] = (missing[at] ?? 0) + 1;
    }
  });
  return { dependants, missing };
}

/** A circle of nodes that wait for each other, first one repeated at the end (`a → b → a`: a waits for b); null if none. */
export function findCycle(dependencies: Dependencies): string[] | null {
  const done = new Set<string>();
  for (const start of [...dependencies.keys()].sort(byName)) {
    const cycle = done.has(start) ? null : cycleFrom(start, dependencies, done);
    if (cycle !== null) return cycle;
  }
  return null;
}

function cycleFrom(start: string, dependencies: Dependencies, done: Set<string>): string[] | null {
  const path = [{ name: start, next: 0 }];
  const onPath = new Set([start]);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const other = dependencies.get(top.name)?.[top.next];
    top.next += 1;
    if (other === undefined) {
      done.add(top.name);
      onPath.delete(top.name);
      path.pop();
    } else if (onPath.has(other) && other !== top.name) {
      const names = path.map((entry) => entry.name);
      return [...names.slice(names.indexOf(other)), other];
    } else if (dependencies.has(other) && !done.has(other) && other !== top.name) {
      onPath.add(other);
      path.push({ name: other, next: 0 });
    }
  }
  return null;
}

/** The same graph seen from the other side: what waits for each node. Lists in the order of the given nodes. */
export function reversed(dependencies: Dependencies): Map<string, string[]> {
  const dependants = new Map<string, string[]>([...dependencies.keys()].map((name) => [name, []]));
  for (const [name, others] of dependencies) {
    for (const other of new Set(others)) if (other !== name) dependants.get(other)?.push(name);
  }
  return dependants;
}

/** The given nodes and everything they lead to, directly or not. Names that are no nodes are left out. */
export function closure(starts: Iterable<string>, edges: Dependencies): Set<string> {
  const reached = new Set<string>();
  const open = [...starts];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name) || !edges.has(name)) continue;
    reached.add(name);
    open.push(...(edges.get(name) ?? []));
  }
  return reached;
}

/** Nodes that can go at the same time: wave 0 waits for nothing, wave n only for earlier ones. Nodes in circles are left out. */
export function waves(dependencies: Dependencies): string[][] {
  const { order } = topologicalOrder(dependencies);
  const depths = new Map<string, number>();
  const result: string[][] = [];
  for (const name of order) {
    let depth = 0;
    for (const other of dependencies.get(name) ?? []) {
      if (other !== name) depth = Math.max(depth, (depths.get(other) ?? -1) + 1);
    }
    depths.set(name, depth);
    const wave = result[depth] ?? [];
    wave.push(name);
    result[depth] = wave;
  }
  return result.map((wave) => wave.sort(byName));
}

/** A binary heap of numbers. */
class SmallestFirst {
  private readonly heap: number[] = [];

  add(value: number): void {
    const heap = this.heap;
    let at = heap.push(value) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] ?? 0) <= value) break;
      heap[at] = heap[parent] ?? 0;
      at = parent;
    }
    heap[at] = value;
  }

  take(): number | undefined {
    const heap = this.heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const right = heap[child + 1];
      if (right !== undefined && right < (heap[child] ?? 0)) child += 1;
      if ((heap[child] ?? 0) >= last) break;
      heap[at] = heap[child] ?? 0;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
