/**
 * Restarts agents, one at a time, with the masters of the other ZooKeeper: the same work directory, so the same id and the same tasks.
 * Nothing is restarted whose tasks would not live through it.
 */
import type { Agent } from "../../mesos/answers.js";
import type { Task } from "../../mesos/workloads.js";
import { unsafe } from "../coordination/refusal.js";
import { agentAt, agentsAt, registered, tasksBy } from "./agents-at.js";
import { isConnected } from "./returning.js";
import { notYet, type Scope, seen, until } from "./scope.js";
import type { Server } from "./servers.js";
import { leaderNow } from "./settled.js";
import { done, NOT_DONE, type StepHandler, type StepOf } from "./step.js";
import { isRunning } from "./take-baseline.js";

type Step = StepOf<"repoint-agents">;

interface Moved {
  readonly id: string;
  readonly tasks: number;
  readonly awayMs: number;
}

export const repointAgents: StepHandler<"repoint-agents"> = {
  async run(scope, step) {
    const moved: Moved[] = [];
    for (const name of step.servers) moved.push(await repoint(scope, scope.servers.named(name), step));
    const tasks = moved.reduce((sum, each) => sum + each.tasks, 0);
    const longest = Math.max(0, ...moved.map(({ awayMs }) => awayMs));
    return {
      text: `${moved.length} agents came back with their ids, ${tasks} tasks run on; the longest was away for ${longest} ms`,
      facts: { agents: moved.map(({ id }) => id), tasks, awayMs: longest },
    };
  },

  async probe(scope, { servers, zookeeper }) {
    for (const name of servers) {
      const { running, matches } = await scope.control.status(
        scope.servers.named(name),
        { zookeeper },
        scope,
      );
      if (!running || matches !== true) return NOT_DONE;
    }
    const leader = await leaderNow(scope);
    const found = await agentsAt(
      scope,
      leader,
      servers.map((name) => scope.servers.named(name)),
    );
    const back = found.flatMap((agent) => (agent !== null && isConnected(agent) ? [agent.id] : []));
    return back.length === servers.length ? done("the agents are registered", { agents: back }) : NOT_DONE;
  },
};

async function repoint(scope: Scope, server: Server, { zookeeper }: Step): Promise<Moved> {
  const leader = await leaderNow(scope);
  const status = await scope.control.status(server, { zookeeper }, scope);
  if (status.running && status.matches === true) {
    const { id } = await registered(scope, server, null);
    return { id, tasks: (await tasksBy(scope, server)).filter(isRunning).length, awayMs: 0 };
  }
  const { before, tasks } = await lookBefore(scope, leader, server, status.running);
  const mortal = await mortalOf(scope, leader, tasks);
  if (status.running) refuseMortal(scope, server, mortal);
  const staying = tasks.filter((task) => !mortal.some((one) => one.task === task));
  const begun = scope.now();
  const where = `with the masters of ${zookeeper.toUpperCase()}`;
  scope.report(`restart ${server.ref.name} ${where}; ${tasks.length} tasks run on it`);
  await scope.control.start(server, { zookeeper }, scope);
  const after = await registered(scope, server, before);
  const awayMs = scope.now() - begun;
  if (before !== null) refuseNewId(server, before, after);
  await stillRunning(scope, server, staying);
  return { id: after.id, tasks: staying.length, awayMs };
}

interface Before {
  /** Null: the leader knows none there. */
  readonly before: Agent | null;
  readonly tasks: readonly Task[];
}

/** Of one that does not run, stopped by an attempt that was cut off, the leader still knows what it had. */
async function lookBefore(scope: Scope, leader: Server, server: Server, running: boolean): Promise<Before> {
  if (running) {
    const before = await registered(scope, server, null);
    return { before, tasks: (await tasksBy(scope, server)).filter(isRunning) };
  }
  const before = await agentAt(scope, leader, server);
  const all = before === null ? [] : await tasksBy(scope, leader);
  return { before, tasks: all.filter((task) => task.agentId === before?.id && isRunning(task)) };
}

interface Mortal {
  readonly task: Task;
  readonly framework: string;
}

/** Tasks of frameworks without checkpointing die with the restart of their agent. */
async function mortalOf(scope: Scope, leader: Server, tasks: readonly Task[]): Promise<readonly Mortal[]> {
  const frameworks = await scope.mesos.at(leader.ref.address).frameworks(scope.signal);
  return tasks.flatMap((task) => {
    const framework = frameworks.find(({ id }) => id === task.frameworkId);
    return framework === undefined || framework.checkpoint ? [] : [{ task, framework: framework.name }];
  });
}

function refuseMortal(scope: Scope, server: Server, mortal: readonly Mortal[]): void {
  const refused = mortal.filter(({ framework }) => !scope.spec.drain.acceptDowntimeOf.includes(framework));
  if (refused.length === 0) return;
  const named = refused.slice(0, 10).map(({ task, framework }) => `${task.id} of ${framework}`);
  throw unsafe(`${server.ref.name} cannot be restarted: ${refused.length} tasks would die`, {
    detail: `Their frameworks do without checkpointing: ${named.join(", ")}. Nothing was touched.`,
    remedy: "Move them elsewhere first, or accept it by naming the frameworks in acceptDowntimeOf.",
  });
}

function refuseNewId(server: Server, before: Agent, after: Agent): void {
  if (before.id === after.id) return;
  throw unsafe(`${server.ref.name} came back as another agent: ${after.id} in place of ${before.id}`, {
    detail:
      "Its work directory is not the one that it had, or it was rebooted. Its former tasks are lost to Mesos.",
    remedy: "Do not restart another agent before it is clear why; see its log.",
  });
}

/** Those that ended by themselves meanwhile are nobody's fault. */
async function stillRunning(scope: Scope, server: Server, tasks: readonly Task[]): Promise<void> {
  await until(scope, `the tasks of ${server.ref.name} to be seen again`, async () => {
    const now = await tasksBy(scope, server);
    const byId = new Map(now.map((task) => [task.id, task]));
    const lost = tasks.filter(({ id }) => isLost(byId.get(id)));
    if (lost.length > 0) throw tasksDied(server, lost);
    const unseen = tasks.filter(({ id }) => !byId.has(id));
    return unseen.length === 0 ? seen(null) : notYet(`${unseen.length} tasks are not seen again yet`);
  });
}

const LOST: ReadonlySet<string> = new Set([
  "TASK_LOST",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
  "TASK_DROPPED",
]);
/** An executor that did not reconnect to its agent in time: the restart is to blame. */
const BY_RESTART = /^REASON_EXECUTOR_(TERMINATED|REREGISTRATION_TIMEOUT)$/;

function isLost(task: Task | undefined): boolean {
  if (task === undefined) return false;
  return LOST.has(task.state) || BY_RESTART.test(task.status?.reason ?? "");
}

function tasksDied(server: Server, lost: readonly Task[]): Error {
  return unsafe(`${lost.length} tasks of ${server.ref.name} did not live through its restart`, {
    detail: `Lost: ${lost
      .slice(0, 10)
      .map(({ id }) => id)
      .join(", ")}. No other agent was restarted after it.`,
    remedy: "See the agent's log for why its executors could not reconnect, then resume the migration.",
  });
}
