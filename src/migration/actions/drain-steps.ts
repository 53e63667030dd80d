/**
 * The steps that take tasks off agents: a framework in its own way, and what is left by Mesos' own drain. The agents are deactivated before.
 * What happened to each task that was there is counted and kept as facts.
 */
import type { Clock } from "../../http/connection.js";
import type { MarathonClient } from "../../marathon/client.js";
import type { Agent } from "../../mesos/answers.js";
import type { MesosClient } from "../../mesos/client.js";
import type { Task } from "../../mesos/workloads.js";
import { unsafe } from "../coordination/refusal.js";
import { agentsAt } from "../drain/agents-at.js";
import { drainAgents } from "../drain/agents-drain.js";
import { drainMarathon } from "../drain/marathon-drain.js";
import { drainRuns } from "../drain/runs-drain.js";
import { countFates, fatesOf } from "../drain/tasks.js";
import { livingOn } from "../drain/waiting.js";
import type { Facts } from "../model/ports.js";
import type { FrameworkRef } from "../model/spec.js";
import { frameworkAmong } from "./framework-id.js";
import type { Scope } from "./scope.js";
import { settled } from "./settled.js";
import { done, NOT_DONE, type StepHandler, type StepHandlers } from "./step.js";

export interface DrainAccess {
  /** Of a framework of kind marathon; the steps do not close it. */
  readonly marathonOf: (framework: FrameworkRef) => MarathonClient;
  readonly clock: Clock;
}

/** Seconds beyond the grace for executors and frameworks to say that tasks have ended. */
const ACKNOWLEDGE_SECONDS = 120;

export function drainSteps(access: DrainAccess): StepHandlers {
  return { "drain-framework": drainFramework(access), "drain-agents": drainAgentsStep(access) };
}

function drainFramework({ marathonOf, clock }: DrainAccess): StepHandler<"drain-framework"> {
  return {
    async run(scope, step) {
      const framework = scope.servers.framework(step.framework);
      const { client, agents } = await leaderAnd(scope, step.servers);
      refuseActive(scope, agents);
      const emptied = new Set(agents.map(({ id }) => id));
      const id = await idOf(framework, client, marathonOf, scope.signal);
      const before = livingOn(await client.tasks(scope.signal), emptied).filter(
        (task) => task.frameworkId === id,
      );
      const wait = { client, clock, signal: scope.signal, report: scope.report };
      if (framework.kind === "marathon") {
        const noted = scope.facts.get(scope.action.id) ?? {};
        const common = {
          framework: framework.name,
          emptied,
          options: scope.spec.drain,
          noted,
          note: scope.note,
        };
        await drainMarathon({ ...wait, ...common, client: marathonOf(framework) });
      } else {
        const { runsEndSeconds: endSeconds } = scope.spec.drain;
        const { left } = await drainRuns({
          ...wait,
          framework: framework.name,
          frameworkId: id,
          emptied,
          endSeconds,
        });
        if (left !== "") scope.report(`${framework.name}: go on and are left to Mesos: ${left}`);
      }
      return account(framework.name, before, await client.tasks(scope.signal), emptied);
    },

    async probe(scope, step) {
      const framework = scope.servers.framework(step.framework);
      const { client, agents } = await leaderAnd(scope, step.servers);
      const id = await idOf(framework, client, marathonOf, scope.signal);
      const emptied = new Set(agents.map((agent) => agent.id));
      const left = livingOn(await client.tasks(scope.signal), emptied).filter(
        (task) => task.frameworkId === id,
      );
      // Sizes that were changed for a move are brought back by running it again.
      const noted = scope.facts.get(scope.action.id) ?? {};
      const grown = Object.values(noted).some((size) => typeof size === "number" && size > 0);
      return left.length === 0 && !grown ? done(`${framework.name} has no task left there`) : NOT_DONE;
    },
  };
}

function drainAgentsStep({ clock }: DrainAccess): StepHandler<"drain-agents"> {
  return {
    async run(scope, { servers }) {
      const { client, agents } = await leaderAnd(scope, servers);
      const ids = new Set(agents.map(({ id }) => id));
      const before = livingOn(await client.tasks(scope.signal), ids);
      const { maxGraceSeconds } = scope.spec.drain;
      const wait = { client, clock, signal: scope.signal, report: scope.report };
      await drainAgents({ ...wait, agents, maxGraceSeconds, waitSeconds: ACKNOWLEDGE_SECONDS });
      return account("what was left", before, await client.tasks(scope.signal), ids);
    },

    async probe(scope, { servers }) {
      const { client, agents } = await leaderAnd(scope, servers);
      const ids = new Set(agents.map(({ id }) => id));
      const left = livingOn(await client.tasks(scope.signal), ids);
      return left.length === 0 ? done("no task is left there") : NOT_DONE;
    },
  };
}

interface LeaderAnd {
  readonly client: MesosClient;
  /** Those of the servers that are registered. */
  readonly agents: readonly Agent[];
}

async function leaderAnd(scope: Scope, names: readonly string[]): Promise<LeaderAnd> {
  const { leader } = await settled(scope);
  const client = scope.mesos.at(leader.server.ref.address);
  const refs = names.map((name) => scope.servers.named(name).ref);
  return { client, agents: agentsAt(await client.agents(scope.signal), refs) };
}

/** An active agent would get the replacements of what is moved off it. */
function refuseActive({ action }: Scope, agents: readonly Agent[]): void {
  const active = agents.filter((agent) => agent.active && !agent.deactivated).map(({ hostname }) => hostname);
  if (active.length === 0) return;
  throw unsafe(`${action.id}: agents that are to be emptied still get offers: ${active.join(", ")}`, {
    detail: "Somebody reactivated them since they were deactivated. No task was touched.",
    remedy: "Deactivate them again (operator API, DEACTIVATE_AGENT), then resume the migration.",
  });
}

/** Of Mesos. Rejects with DiagnosticError where it cannot be told: its tasks could not be accounted for. */
async function idOf(
  framework: FrameworkRef,
  client: MesosClient,
  marathonOf: DrainAccess["marathonOf"],
  signal: AbortSignal,
): Promise<string> {
  if (framework.kind === "marathon") {
    const { frameworkId } = await marathonOf(framework).info(signal);
    if (frameworkId !== null) return frameworkId;
  }
  const found = await frameworkAmong(await client.frameworks(signal), framework);
  if (found !== null) return found.id;
  throw unsafe(`it cannot be told which framework of Mesos is ${framework.name}`, {
    detail: "None, or several, tell an address or a name of it. No task was touched.",
    remedy: "Give it `servers` with the address that its webui_url names, or the name that Mesos shows.",
  });
}

function account(who: string, before: readonly Task[], now: readonly Task[], emptied: ReadonlySet<string>) {
  const fates = fatesOf(before, now, emptied);
  const counts = countFates(fates);
  const bad = fates.filter(
    ({ fate }) => fate === "failed-by-us" || fate === "failed-by-itself" || fate === "unknown",
  );
  const causes = new Map<string, number>();
  for (const { reason } of bad) causes.set(reason, (causes.get(reason) ?? 0) + 1);
  const facts: Facts = {
    moved: counts.moved,
    ended: counts.finished,
    missing: counts.missing,
    failedByUs: counts["failed-by-us"],
    failedByThemselves: counts["failed-by-itself"],
    unknown: counts.unknown,
    causes: [...causes].map(([reason, count]) => `${reason}: ${count}`),
    failures: bad.slice(0, 50).map(({ id, fate, reason }) => `${id}: ${fate}, ${reason}`),
  };
  const parts = [`${counts.moved} moved`, `${counts.finished} finished`];
  if (counts.missing > 0) parts.push(`${counts.missing} ended without one in their place`);
  if (counts["failed-by-us"] > 0) parts.push(`${counts["failed-by-us"]} failed by the migration`);
  if (counts["failed-by-itself"] > 0) parts.push(`${counts["failed-by-itself"]} failed by themselves`);
  return { text: `${who}: of ${before.length} tasks ${parts.join(", ")}`, facts };
}
