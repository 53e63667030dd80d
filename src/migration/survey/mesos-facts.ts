/** What masters and their leader tell before a migration: masters one by one, agents, frameworks and where their tasks are. Only looks. */
import type { Agent, Window } from "../../mesos/answers.js";
import type { MesosClient } from "../../mesos/client.js";
import type { Framework, Task } from "../../mesos/workloads.js";
import { agentsAt, isAgentAt } from "../drain/agents-at.js";
import { livingOn } from "../drain/waiting.js";
import type { FrameworkRef, ServerRef } from "../model/spec.js";
import type { AgentFacts, FrameworkFacts, MasterFacts } from "../plan/survey.js";
import { amountsOf, reservedAmounts } from "./amounts.js";

/** `client`: of any master; each is asked at its own address. Never rejects but with the reason of the signal. */
export async function masterFacts(
  clientAt: (address: string) => MesosClient,
  servers: readonly ServerRef[],
  signal: AbortSignal,
): Promise<readonly MasterFacts[]> {
  return Promise.all(servers.map((server) => oneMaster(clientAt(server.address), server, signal)));
}

async function oneMaster(
  client: MesosClient,
  { name, address }: ServerRef,
  signal: AbortSignal,
): Promise<MasterFacts> {
  try {
    const [state, flags] = await Promise.all([
      client.stateOf(address, signal),
      client.flagsAt(address, signal),
    ]);
    const quorum = Number(flags["quorum"]);
    return {
      name,
      up: true,
      leading: state.elected,
      recovered: state.logRecovered === true,
      version: state.version,
      quorum: Number.isInteger(quorum) && quorum > 0 ? quorum : null,
    };
  } catch {
    signal.throwIfAborted();
    return { name, up: false, leading: false, recovered: false, version: null, quorum: null };
  }
}

/** What the leader knows. */
export interface LeaderAnswers {
  readonly agents: readonly Agent[];
  readonly frameworks: readonly Framework[];
  readonly tasks: readonly Task[];
  readonly schedule: readonly Window[];
  readonly down: readonly { readonly hostname: string; readonly ip: string }[];
}

/** Rejects with MesosError. */
export async function askLeader(client: MesosClient, signal: AbortSignal): Promise<LeaderAnswers> {
  const agents = await client.agents(signal);
  const frameworks = await client.frameworks(signal);
  const tasks = await client.tasks(signal);
  const schedule = await client.maintenanceSchedule(signal);
  const { down } = await client.maintenanceStatus(signal);
  return { agents, frameworks, tasks, schedule, down };
}

/** Pure: those of the servers, registered or not, and on `strangers` also agents that are none of them. */
export function agentFacts(
  answers: LeaderAnswers,
  servers: readonly ServerRef[],
  strangers: readonly Agent[],
): readonly AgentFacts[] {
  const named = servers.map((server) => {
    const [agent] = agentsAt(answers.agents, [server]);
    return agent === undefined ? awayAgent(server) : agentOf(agent, server.name, answers);
  });
  return [...named, ...strangers.map((agent) => agentOf(agent, agent.address, answers))];
}

function awayAgent({ name, address }: ServerRef): AgentFacts {
  const hostname = address.slice(0, address.lastIndexOf(":"));
  const nothing = { attributes: {}, total: {}, used: {}, reserved: {} };
  return { name, version: null, hostname, registered: false, active: false, maintenance: "none", ...nothing };
}

function agentOf(agent: Agent, name: string, { schedule, down }: LeaderAnswers): AgentFacts {
  const isHere = ({ hostname, ip }: { readonly hostname: string; readonly ip: string }) =>
    hostname.toLowerCase() === agent.hostname.toLowerCase() && (ip === "" || ip === agent.ip);
  const scheduled = schedule.some(({ machines }) => machines.some(isHere));
  return {
    name,
    version: agent.version === "" ? null : agent.version,
    hostname: agent.hostname,
    registered: true,
    active: agent.active,
    maintenance: down.some(isHere) ? "down" : scheduled ? "scheduled" : "none",
    attributes: Object.fromEntries(agent.attributes.map((each) => [each.name, each.value])),
    total: amountsOf(agent.resources),
    used: amountsOf(agent.allocated),
    reserved: reservedAmounts(agent.allocated),
  };
}

/** Agents that are servers of neither side. Pure. */
export function strangersAmong(agents: readonly Agent[], servers: readonly ServerRef[]): Agent[] {
  return agents.filter((agent) => !servers.some((server) => isAgentAt(agent, server)));
}

/** `among`: finds the framework of Mesos that a declared one is. */
export async function frameworkFacts(
  { frameworks, tasks, agents }: LeaderAnswers,
  declared: readonly FrameworkRef[],
  servers: readonly ServerRef[],
  among: (known: readonly Framework[], framework: FrameworkRef) => Promise<Framework | null>,
): Promise<readonly FrameworkFacts[]> {
  const names = new Map<string, string>();
  for (const framework of declared) {
    const found = await among(frameworks, framework);
    if (found !== null) names.set(found.id, framework.name);
  }
  const agentNames = new Map(
    agents.map((agent) => [
      agent.id,
      servers.find((server) => isAgentAt(agent, server))?.name ?? agent.address,
    ]),
  );
  const living = livingOn(tasks, new Set(agents.map(({ id }) => id)));
  return frameworks
    .filter(({ completed }) => !completed)
    .map(({ id, name, connected, checkpoint, failoverTimeoutSeconds }) => {
      const counts: Record<string, number> = {};
      for (const task of living) {
        if (task.frameworkId !== id) continue;
        const agent = agentNames.get(task.agentId) ?? task.agentId;
        counts[agent] = (counts[agent] ?? 0) + 1;
      }
      return {
        name: names.get(id) ?? name,
        id,
        connected,
        checkpoint,
        failoverTimeoutSeconds,
        tasks: counts,
      };
    });
}
