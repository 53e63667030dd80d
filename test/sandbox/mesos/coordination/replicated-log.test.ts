/**
 * The replicated log over a simulated network: what was acknowledged is never lost while the rules of the quorum are kept,
 * and is lost when six masters run with a quorum of two.
 */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SimulatedCluster, type SimulatedNode, type SimulationOptions } from "./simulated-log.js";

const replicated = suite("mesos' replicated log, simulated");

/** Schedules for each size. FERRY_FUZZ_RUNS asks for more of them. */
const RUNS = Number(process.env["FERRY_FUZZ_RUNS"] ?? 500);

type Step =
  | { readonly kind: "lead"; readonly node: number; readonly writes: number }
  | { readonly kind: "crash" | "boot"; readonly node: number }
  | { readonly kind: "run"; readonly steps: number }
  | { readonly kind: "release" };

const node = fc.nat({ max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("lead" as const), node, writes: fc.nat({ max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("crash" as const, "boot" as const), node }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("run" as const), steps: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "release" as const }) },
);

/** What writers did: each state is the set of all writes known to it, as the registry is. */
class History {
  readonly acknowledged = new Set<string>();
  readonly faults: string[] = [];
  private next = 0;

  /** A new leader: reads, then writes so many times. It may never come to an end. */
  async lead(at: SimulatedNode, writes: number): Promise<void> {
    const before = [...this.acknowledged];
    const never = new AbortController().signal;
    const { log } = at;
    let state = parse(await log.fetch(never));
    // As the registrar does: what was read counts only once it was written by the same leader. One that was deposed
    // meanwhile may have read less, and is refused here.
    await log.store(JSON.stringify(state), never);
    for (const write of before) {
      if (!state.includes(write)) this.faults.push(`${at.name} read without ${write}, acknowledged before`);
    }
    for (let count = 0; count < writes; count++) {
      const write = `w${this.next++}`;
      state = [...state, write];
      await log.store(JSON.stringify(state), never);
      this.acknowledged.add(write);
    }
  }
}

function parse(text: string | null): readonly string[] {
  return text === null ? [] : (JSON.parse(text) as string[]);
}

async function play(options: SimulationOptions, steps: readonly Step[]): Promise<History> {
  const cluster = new SimulatedCluster(options);
  const history = new History();
  for (const each of cluster.nodes) await cluster.boot(each);
  const leading = new Set<string>();
  const lead = (at: SimulatedNode, writes: number) => {
    const life = `${at.name} ${at.life}`;
    if (!at.up || leading.has(life)) return; // a master leads once in its life
    leading.add(life);
    history.lead(at, writes).catch(() => {});
  };
  for (const each of steps) {
    if (each.kind === "run") await cluster.run(each.steps);
    else if (each.kind === "release") cluster.release();
    else {
      const at = cluster.node(each.node);
      if (each.kind === "lead") lead(at, each.writes);
      else if (each.kind === "crash" && at.up) cluster.crash(at);
      else if (each.kind === "boot" && !at.up) await cluster.boot(at);
    }
  }
  await cluster.run(1_500);
  cluster.release();
  await cluster.run(1_500);
  // All come back with what is on their disks, and one more leader reads.
  for (const each of cluster.nodes) {
    if (each.up) cluster.crash(each);
    await cluster.boot(each);
  }
  lead(cluster.node(options.seed), 1);
  await cluster.run(1_500);
  cluster.release();
  await cluster.run(1_500);
  for (const each of cluster.nodes) cluster.crash(each);
  return history;
}

for (const [nodes, quorum] of [
  [3, 2],
  [5, 3],
] as const) {
  replicated(`no acknowledged write is lost: ${nodes} masters, quorum ${quorum}`, async () => {
    let acknowledged = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 30 }),
        fc.nat(),
        fc.constantFrom(0, 0, 10),
        fc.constantFrom(0, 10, 30),
        async (steps, seed, lost, late) => {
          const history = await play({ nodes, quorum, voting: true, seed, lost, late }, steps);
          assert.equal(history.faults, []);
          acknowledged += history.acknowledged.size;
        },
      ),
      { numRuns: RUNS },
    );
    assert.ok(acknowledged > 100, `the schedules must write something: ${acknowledged}`);
  });
}

replicated("empty replicas of a whole cluster start together and then vote", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const cluster = new SimulatedCluster({ nodes: 3, quorum: 2, voting: false, seed });
      for (const each of cluster.nodes) await cluster.boot(each);
      await cluster.run(2_000);
      assert.equal(
        cluster.nodes.map((each) => [each.log.recovered, each.end]),
        [
          [true, null],
          [true, null],
          [true, null],
        ],
      );
      for (const each of cluster.nodes) cluster.crash(each);
    }),
    { numRuns: 30 },
  );
});

replicated("an empty replica catches up from a quorum of voters; below a quorum it stays empty", async () => {
  const cluster = new SimulatedCluster({ nodes: 3, quorum: 2, voting: true, seed: 1 });
  const [first, second, third] = cluster.nodes as [SimulatedNode, SimulatedNode, SimulatedNode];
  third.storage.records.length = 0;
  await cluster.boot(first);
  await cluster.boot(second);
  const history = new History();
  void history.lead(first, 3);
  await cluster.run(2_000);
  assert.is(history.acknowledged.size, 3);
  await cluster.boot(third);
  await cluster.run(2_000);
  assert.ok(third.log.recovered);
  cluster.crash(first);
  void history.lead(third, 1);
  await cluster.run(2_000);
  assert.equal([history.faults, history.acknowledged.size], [[], 4]);
  cluster.crash(second);
  cluster.crash(third);
  third.storage.records.length = 0;
  await cluster.boot(second);
  await cluster.boot(third);
  await cluster.run(500);
  assert.not.ok(third.log.recovered);
  for (const each of cluster.nodes) cluster.crash(each);
});

replicated(
  "six masters with a quorum of two: pairs that see only each other lose what was acknowledged",
  async () => {
    const pair = (name: string) => Math.ceil(Number(/\.(\d+):/.exec(name)?.[1]) / 2);
    const cluster = new SimulatedCluster({
      nodes: 6,
      quorum: 2,
      voting: true,
      seed: 7,
      linked: (from, to) => pair(from) === pair(to),
    });
    for (const each of cluster.nodes) await cluster.boot(each);
    const history = new History();
    for (const index of [0, 2]) {
      void history.lead(cluster.node(index), 1);
      await cluster.run(1_000);
    }
    assert.is(history.acknowledged.size, 2);
    void history.lead(cluster.node(4), 0);
    await cluster.run(1_000);
    assert.is(history.faults.length, 3, "the second lost the first's write, the third those of both");
    for (const each of cluster.nodes) cluster.crash(each);
  },
);

replicated.run();
