/** Order, cycles, waves and closures of graphs. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { closure, findCycle, reversed, topologicalOrder, waves } from "../../src/plan/graph.js";

const graphs = suite("graph");

function graph(edges: Record<string, string[]>): Map<string, string[]> {
  return new Map(Object.entries(edges));
}

/** Edges lead to smaller numbers only, so there is no circle; names are mixed up. */
const acyclic = fc
  .tuple(
    fc.integer({ min: 1, max: 30 }),
    fc.array(fc.tuple(fc.nat(29), fc.nat(29)), { maxLength: 80 }),
    fc.nat(),
  )
  .map(([size, pairs, seed]) => {
    const name = (at: number): string => `n${(at * 7919 + seed) % 1_000_003}`;
    const result = new Map<string, string[]>(Array.from({ length: size }, (_, at) => [name(at), []]));
    for (const [a, b] of pairs) {
      const [from, to] = [Math.max(a, b) % size, Math.min(a, b) % size];
      if (to < from) result.get(name(from))?.push(name(to));
    }
    return result;
  });

graphs("order puts everything after what it waits for", () => {
  fc.assert(
    fc.property(acyclic, (edges) => {
      const { order, cycle } = topologicalOrder(edges);
      assert.is(cycle, null);
      assert.is(order.length, edges.size);
      const position = new Map(order.map((name, at) => [name, at]));
      for (const [name, others] of edges) {
        for (const other of others) assert.ok((position.get(other) ?? 0) < (position.get(name) ?? 0));
      }
    }),
  );
});

graphs("order does not depend on the order of the input", () => {
  fc.assert(
    fc.property(acyclic, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (edges, random) => {
      const keys = [...edges].map((entry) => ({ entry, at: random.next().value ?? 0 }));
      const shuffled = new Map(keys.sort((a, b) => a.at - b.at).map(({ entry }) => entry));
      assert.equal(topologicalOrder(shuffled).order, topologicalOrder(edges).order);
    }),
  );
});

graphs("order is by name among equals", () => {
  assert.equal(topologicalOrder(graph({ c: [], a: ["c"], b: [] })).order, ["b", "c", "a"]);
});

graphs("a circle is named with its way", () => {
  const edges = graph({ a: ["b"], b: ["c"], c: ["b"], d: [] });
  assert.equal(findCycle(edges), ["b", "c", "b"]);
  assert.equal(topologicalOrder(edges).order, ["d"]);
  assert.is(findCycle(graph({ a: ["a", "gone"], b: ["a"] })), null);
});

graphs("a found circle is one", () => {
  const any = fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 25 }).map((pairs) => {
    const result = new Map<string, string[]>(Array.from({ length: 9 }, (_, at) => [`n${at}`, []]));
    for (const [from, to] of pairs) result.get(`n${from}`)?.push(`n${to}`);
    return result;
  });
  fc.assert(
    fc.property(any, (edges) => {
      const cycle = findCycle(edges);
      assert.is(cycle === null, topologicalOrder(edges).order.length === edges.size);
      if (cycle === null) return;
      assert.is(cycle[0], cycle.at(-1));
      for (const [at, name] of cycle.slice(0, -1).entries()) {
        assert.ok(edges.get(name)?.includes(cycle[at + 1] ?? ""));
      }
    }),
  );
});

graphs("waves go one after another", () => {
  assert.equal(waves(graph({ a: [], b: ["a"], c: [], d: ["b", "c"] })), [["a", "c"], ["b"], ["d"]]);
});

graphs("closures and the other side", () => {
  const edges = graph({ a: ["b"], b: ["c"], c: [], d: ["c"] });
  assert.equal([...closure(["a"], edges)].sort(), ["a", "b", "c"]);
  assert.equal([...closure(["c"], reversed(edges))].sort(), ["a", "b", "c", "d"]);
  assert.equal([...closure(["nobody"], edges)], []);
});

graphs("a chain of 50,000 does not end the stack", () => {
  const edges = new Map<string, string[]>();
  for (let at = 0; at < 50_000; at += 1) edges.set(`n${at}`, at === 0 ? [] : [`n${at - 1}`]);
  assert.is(topologicalOrder(edges).order.length, 50_000);
  assert.is(findCycle(edges), null);
  edges.set("n0", ["n49999"]);
  assert.is(findCycle(edges)?.length, 50_001);
});

graphs.run();
