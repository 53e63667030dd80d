/** Writes down what runs before anything is changed: what later steps and the report are measured against. Changes nothing. */
import type { Task } from "../../mesos/workloads.js";
import { connectedAgents } from "./returning.js";
import { settled, standing } from "./settled.js";
import { NOT_DONE, type StepHandler } from "./step.js";

/** More task ids than this are counted only: the record has to fit into a znode. */
const MOST_TASKS = 5_000;

export const takeBaseline: StepHandler<"take-baseline"> = {
  async run(scope) {
    const now = await settled(scope);
    const client = scope.mesos.at(now.leader.server.ref.address);
    const agents = (await connectedAgents(await client.agents(scope.signal))).map(({ id }) => id);
    const frameworks = await client.frameworks(scope.signal);
    const connected = frameworks
      .filter(({ connected: on, completed }) => on && !completed)
      .map(({ id }) => id);
    const running = (await client.tasks(scope.signal)).filter(isRunning);
    const tasks = running.map(({ id }) => id);
    const sick = running.filter(({ status }) => status?.healthy === false);
    return {
      text: `${standing(now)}; ${agents.length} agents, ${connected.length} frameworks, ${tasks.length} tasks run`,
      facts: {
        baseline: true,
        leader: now.leader.server.ref.name,
        masters: now.masters.length,
        agents: agents.toSorted(),
        frameworks: connected.toSorted(),
        taskCount: tasks.length,
        // What was unhealthy before is not counted against the migration; a replacement has the same name.
        unhealthy: [...new Set(sick.map(({ frameworkId, name }) => `${frameworkId} ${name}`))].toSorted(),
        tasks: tasks.length > MOST_TASKS ? [] : tasks.toSorted(),
      },
    };
  },

  probe: () => Promise.resolve(NOT_DONE),
};

export function isRunning({ place, state }: Task): boolean {
  return place === "current" && state === "TASK_RUNNING";
}
