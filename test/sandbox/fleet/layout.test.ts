/** What fleets of any size consist of: each task once, on an agent that has room for it, the same each time. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  agentLayout,
  type FleetSize,
  frameworkLayout,
  placesIn,
  recovered,
} from "../../../src/sandbox/fleet/layout.js";
import { nextChange } from "../../../src/sandbox/mesos/agent/task-course.js";
import { quantities } from "../../../src/sandbox/mesos/model/resource.js";
import { resourcesFromJson } from "../../../src/sandbox/mesos/model/resource-json.js";

const NOW = 1_800_000_000;
const sizes: fc.Arbitrary<FleetSize> = fc.record({
  agents: fc.integer({ min: 1, max: 20 }),
  tasks: fc.integer({ min: 1, max: 60 }),
  frameworks: fc.integer({ min: 1, max: 7 }),
  rate: fc.constantFrom(0, 1, 10),
});

const layout = suite("layout of a fleet");

layout("has all tasks, each once, of frameworks that are there", () => {
  fc.assert(
    fc.property(sizes, (size) => {
      const frameworks = new Set(Array.from({ length: size.frameworks }, (_, at) => frameworkLayout(at).id));
      const ids = Array.from({ length: size.agents }, (_, at) => recovered(size, at, NOW)).flatMap(
        (agent) => {
          const known = new Set(agent.frameworks.map(({ id }) => id));
          return agent.executors.map(({ frameworkId, id }) => {
            assert.ok(known.has(frameworkId) && frameworks.has(frameworkId));
            return id;
          });
        },
      );
      assert.equal([ids.length, new Set(ids).size], [size.tasks, size.tasks]);
    }),
  );
});

layout("gives agents exactly the room that their tasks need", () => {
  fc.assert(
    fc.property(sizes, fc.nat(19), (size, at) => {
      if (at >= size.agents) return;
      const tasks = recovered(size, at, NOW).executors.length;
      const sums = quantities(resourcesFromJson(agentLayout(size, at).resources));
      const room = placesIn((sums.get("cpus") ?? 0) / 1000, (sums.get("mem") ?? 0) / 1000);
      assert.is(room, Math.max(1, tasks));
    }),
  );
});

layout("ends as many tasks in a second as it is told", () => {
  const size = { agents: 100, tasks: 1000, frameworks: 5, rate: 20 };
  const ends = Array.from({ length: size.agents }, (_, at) => recovered(size, at, NOW))
    .flatMap(({ executors }) => executors.flatMap(({ tasks }) => tasks))
    .map((task) => (nextChange(task)?.at ?? 0) - NOW);
  for (let second = 0; second < size.tasks / size.rate; second += 1) {
    const due = ends.filter((at) => at > second && at <= second + 1).length;
    assert.ok(Math.abs(due - size.rate) <= 2, `second ${second}: ${due}`);
  }
  const still = recovered({ ...size, rate: 0 }, 0, NOW).executors.flatMap(({ tasks }) => tasks);
  assert.ok(still.every((task) => nextChange(task) === null));
});

layout.run();
