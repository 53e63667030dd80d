/**
 * Brings an agent into a state: by the calls that are there since 1.9, and by maintenance of its machine before. It waits for
 * what takes time, and says what it waits for.
 */
import { type Agent, quantitiesOf } from "../../../src/mesos/answers.js";
import { isMesosError } from "../../../src/mesos/mesos-error.js";
import type { JsonObject } from "../../../src/value/json.js";
import { refusal } from "../failures.js";
import type { Work } from "../kind.js";
import { isAmong, withoutMachines, withWindow } from "../maintenance/windows.js";
import type { AgentIdentity } from "./find.js";
import { foundByMaintenance, foundState, type Step, stepsBetween, stepText, type Wanted } from "./state.js";

/** Milliseconds between two looks at an agent. */
const LOOK_PAUSE_MS = 1000;

export interface Move {
  readonly who: AgentIdentity;
  readonly wanted: Wanted;
  readonly maxGraceSeconds: number | null;
  /** Seconds. */
  readonly waitSeconds: number;
}

export function moveOf(who: AgentIdentity, wanted: Wanted, spec: JsonObject): Move {
  const { maxGraceSeconds, waitSeconds } = spec;
  return {
    who,
    wanted,
    maxGraceSeconds: typeof maxGraceSeconds === "number" ? maxGraceSeconds : null,
    waitSeconds: typeof waitSeconds === "number" ? waitSeconds : 600,
  };
}

/** `agent`: null when it is not registered now; the master then keeps what is asked of it until it is back. */
export async function moveAgent(move: Move, agent: Agent | null, work: Work): Promise<void> {
  const steps = agent === null ? stepsAway(move.wanted) : stepsBetween(foundState(agent), move.wanted);
  for (const step of steps) {
    work.report({ message: `${move.who.hostname}: ${stepText(step)}` });
    await carryOut(step, move, work);
  }
}

/** Of an agent that is unreachable, or not back since the last change of the leader. */
function stepsAway(wanted: Wanted): readonly Step[] {
  if (wanted === "gone") return ["mark-gone"];
  if (wanted === "drained") return ["drain"];
  return [wanted === "active" ? "reactivate" : "deactivate"];
}

async function carryOut(step: Step, move: Move, work: Work): Promise<void> {
  const { client, signal } = work;
  const { agentId } = move.who;
  const grace = move.maxGraceSeconds === null ? {} : { maxGraceSeconds: move.maxGraceSeconds };
  switch (step) {
    case "reactivate":
      return reactivate(agentId, work);
    case "deactivate":
      return client.deactivateAgent(agentId, signal);
    case "drain":
      return client.drainAgent(agentId, grace, signal);
    case "drain-and-go":
      return client.drainAgent(agentId, { ...grace, markGone: true }, signal);
    case "mark-gone":
      await client.markAgentGone(agentId, signal);
      return;
    case "wait":
      return waitUntil(move, work, (agent) => agent === null || foundState(agent) === "drained");
    case "wait-gone":
      return waitUntil(move, work, (agent) => agent === null);
  }
}

/** Of an agent that is away it is answered with 409 although it is done (recorded). */
async function reactivate(agentId: string, { client, signal }: Work): Promise<void> {
  try {
    await client.reactivateAgent(agentId, signal);
  } catch (error) {
    if (!isMesosError(error, "conflict")) throw error;
  }
}

async function waitUntil(move: Move, work: Work, isDone: (agent: Agent | null) => boolean): Promise<void> {
  const { client, clock, signal, report, address } = work;
  const deadline = clock.now() + move.waitSeconds * 1000;
  let told = "";
  for (;;) {
    const agents = await client.agents(signal);
    const agent = agents.find(({ id }) => id === move.who.agentId) ?? null;
    if (isDone(agent)) return;
    const left = amountsText(quantitiesOf(agent?.allocated ?? []));
    const message = `${move.who.hostname}: tasks still use ${left === "" ? "nothing" : left}`;
    if (message !== told) report({ message });
    told = message;
    if (clock.now() >= deadline) throw notThrough(address, move, left);
    await clock.delay(LOOK_PAUSE_MS, signal);
  }
}

function notThrough(address: string, { who, waitSeconds }: Move, left: string): Error {
  const why =
    left === ""
      ? "No task uses anything there any more: a framework may not have acknowledged that its tasks ended."
      : `Tasks still use ${left}.`;
  return refusal(
    "mesos-drain-unfinished",
    address,
    `${who.hostname} was not through within ${waitSeconds} s`,
    {
      detail: `${why} Mesos goes on with it.`,
      remedy:
        "Apply again to wait on, or give the agent a shorter `maxGraceSeconds` or a longer `waitSeconds`.",
    },
  );
}

function amountsText(amounts: Readonly<Record<string, number>>): string {
  return Object.entries(amounts)
    .map(([name, value]) => `${value} ${name}`)
    .join(", ");
}

/**
 * Before 1.9. Drained is a window from now on, some time for frameworks to leave, and then the machine down: its agent ends and
 * what still runs is lost. Active is the machine up and out of the schedule.
 */
export async function moveByMaintenance(move: Move, work: Work): Promise<void> {
  const { client, signal, report, clock } = work;
  const { hostname, ip } = move.who;
  const machine = { hostname, ip };
  const found = foundByMaintenance(machine, await client.maintenanceStatus(signal));
  if (found === move.wanted) return;
  const schedule = await client.maintenanceSchedule(signal);
  if (move.wanted === "active") {
    report({ message: `${hostname}: end the maintenance of its machine` });
    if (found === "drained") return client.stopMaintenance([machine], signal);
    return client.updateMaintenanceSchedule(withoutMachines(schedule, [machine]), signal);
  }
  if (!schedule.some((window) => isAmong(machine, window.machines))) {
    report({ message: `${hostname}: ask frameworks to leave` });
    const window = { machines: [machine], startNs: clock.now() * 1e6, durationNs: null };
    await client.updateMaintenanceSchedule(withWindow(schedule, window), signal);
  }
  await untilLeft(move, work);
  report({ message: `${hostname}: take its machine down` });
  await client.startMaintenance([machine], signal);
}

/** Frameworks may leave, and need not: after the grace it goes on without them. */
async function untilLeft(move: Move, work: Work): Promise<void> {
  const { client, clock, signal } = work;
  const deadline = clock.now() + (move.maxGraceSeconds ?? move.waitSeconds) * 1000;
  while (clock.now() < deadline) {
    const agent = (await client.agents(signal)).find(({ id }) => id === move.who.agentId);
    if (agent === undefined || agent.allocated.length === 0) return;
    await clock.delay(LOOK_PAUSE_MS, signal);
  }
}
