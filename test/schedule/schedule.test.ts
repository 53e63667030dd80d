/** The order of work: for every graph, outcome and parallelism, nothing starts too early and nothing is forgotten. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runScheduled } from "../../src/schedule/run.js";
import { Schedule, type ScheduledTask } from "../../src/schedule/schedule.js";

/** Acyclic: a task waits only for earlier ones; shuffled by `order`, so that the given order is not the graph's. */
const graphs = fc
  .array(fc.tuple(fc.array(fc.nat(), { maxLength: 4 }), fc.boolean(), fc.nat()), {
    minLength: 1,
    maxLength: 40,
  })
  .map((rows) => {
    const tasks = rows.map(([waits, , order], index) => ({
      id: `t${index}`,
      order,
      waitsFor: index === 0 ? [] : waits.map((number) => `t${number % index}`),
    }));
    const failing = new Set(
      rows.flatMap(([, fails], index) => (fails && index % 3 === 0 ? [`t${index}`] : [])),
    );
    return { tasks: tasks.sort((a, b) => a.order - b.order), failing };
  });

function ancestors(tasks: readonly ScheduledTask[], id: string): Set<string> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const found = new Set<string>();
  const queue = [...(byId.get(id)?.waitsFor ?? [])];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    queue.push(...(byId.get(name)?.waitsFor ?? []));
  }
  return found;
}

const order = suite("schedule");

order(
  "starts nothing before what it waits for, never more than allowed, and everything reachable",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.integer({ min: 1, max: 6 }),
        fc.infiniteStream(fc.nat({ max: 4 })),
        async ({ tasks, failing }, parallelism, delays) => {
          const byId = new Map(tasks.map((task) => [task.id, task]));
          const done = new Set<string>();
          const started: string[] = [];
          let running = 0;
          const result = await runScheduled(
            tasks,
            { parallelism, stop: new AbortController().signal },
            async (id) => {
              running += 1;
              started.push(id);
              assert.ok(running <= parallelism, "more under way than allowed");
              for (const name of byId.get(id)?.waitsFor ?? [])
                assert.ok(done.has(name), `${id} started before ${name}`);
              for (let turns = delays.next().value ?? 0; turns > 0; turns -= 1) await Promise.resolve();
              running -= 1;
              if (failing.has(id)) return "failed";
              done.add(id);
              return "done";
            },
          );
          const reachable = tasks.filter(
            (task) => ![...ancestors(tasks, task.id)].some((name) => failing.has(name)),
          );
          assert.equal(started.toSorted(), reachable.map((task) => task.id).sort());
          assert.equal(new Set(started).size, started.length, "a task ran twice");
          assert.equal(
            result.dropped.toSorted(),
            tasks
              .map((t) => t.id)
              .filter((id) => !started.includes(id))
              .sort(),
          );
          assert.equal(result.notStarted, []);
        },
      ),
      { numRuns: 300 },
    );
  },
);

order("uses every free place", () => {
  const tasks = [1, 2, 3, 4].map((number) => ({ id: `t${number}`, waitsFor: [] }));
  const schedule = new Schedule(tasks, 3);
  assert.equal(schedule.take(), ["t1", "t2", "t3"]);
  assert.equal(schedule.take(), []);
  schedule.finish("t2", "done");
  assert.equal(schedule.take(), ["t4"]);
});

order("after a stop awaits what is under way and starts nothing more", async () => {
  const stop = new AbortController();
  const tasks = ["a", "b", "c"].map((id, index, all) => ({
    id,
    waitsFor: index === 0 ? [] : [all[index - 1] ?? ""],
  }));
  const ended: string[] = [];
  const result = await runScheduled(tasks, { parallelism: 2, stop: stop.signal }, async (id) => {
    stop.abort();
    await Promise.resolve();
    ended.push(id);
    return "done";
  });
  assert.equal(ended, ["a"]);
  assert.equal(result.notStarted, ["b", "c"]);
});

order("names tasks that wait for each other in a circle instead of waiting for ever", async () => {
  const tasks = [
    { id: "a", waitsFor: ["b"] },
    { id: "b", waitsFor: ["a"] },
    { id: "c", waitsFor: [] },
  ];
  const result = await runScheduled(
    tasks,
    { parallelism: 2, stop: new AbortController().signal },
    async () => "done",
  );
  assert.equal(result.notStarted, ["a", "b"]);
});

order("treats what is not part of it as done", async () => {
  const result = await runScheduled(
    [{ id: "a", waitsFor: ["elsewhere"] }],
    { parallelism: 1, stop: new AbortController().signal },
    async () => "done",
  );
  assert.equal(result, { dropped: [], notStarted: [] });
});

order.run();
