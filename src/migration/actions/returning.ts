/**
 * Who was registered with the leader before it goes, and whether all of them are back with the next one. Only looks; large clusters
 * are counted first and listed once the counts are there.
 */
import type { Agent } from "../../mesos/answers.js";
import type { Facts } from "../model/ports.js";
import { isListening } from "./addresses.js";
import { type Look, notYet, type Scope, seen } from "./scope.js";

/** Ids. */
export interface Registered {
  readonly agents: readonly string[];
  readonly frameworks: readonly string[];
}

/** Of this master, which leads. Rejects with MesosError. */
export async function registeredAt(scope: Scope, leader: string): Promise<Registered> {
  const client = scope.mesos.at(leader);
  const [agents, frameworks] = await Promise.all([
    client.agents(scope.signal),
    client.frameworks(scope.signal),
  ]);
  return {
    agents: (await connectedAgents(agents)).map(({ id }) => id),
    frameworks: frameworks.filter(({ connected, completed }) => connected && !completed).map(({ id }) => id),
  };
}

/** What a hand-over notes before its leader goes. */
export function noteOf({ agents, frameworks }: Registered): Facts {
  return { expectedAgents: agents, expectedFrameworks: frameworks };
}

/** Who was registered before the leader went, as an earlier attempt of that action has noted; else by the baseline. */
export function expectedOf(facts: ReadonlyMap<string, Facts>, action: string): Registered {
  const { expectedAgents, expectedFrameworks } = facts.get(action) ?? {};
  if (expectedAgents === undefined) return baselineOf(facts);
  return { agents: texts(expectedAgents), frameworks: texts(expectedFrameworks) };
}

/** What the newest baseline says; empty without one. For what was cut off without a list of its own. */
export function baselineOf(facts: ReadonlyMap<string, Facts>): Registered {
  const found = [...facts.values()].findLast((each) => each["baseline"] === true);
  return { agents: texts(found?.["agents"]), frameworks: texts(found?.["frameworks"]) };
}

/** Whether all of them are there, by this master. */
export async function lookReturned(
  scope: Scope,
  leader: string,
  expected: Registered,
): Promise<Look<Registered>> {
  const client = scope.mesos.at(leader);
  const counts = await client.stateOf(leader, scope.signal);
  if (!counts.elected) return notYet(`${leader} does not lead`);
  if (counts.agents.connected < expected.agents.length) {
    return notYet(`${counts.agents.connected} of ${expected.agents.length} agents are registered`);
  }
  if (counts.frameworks.connected < expected.frameworks.length) {
    return notYet(`${counts.frameworks.connected} of ${expected.frameworks.length} frameworks are connected`);
  }
  const now = await registeredAt(scope, leader);
  const missing = [
    ...expected.agents.filter((id) => !now.agents.includes(id)).map((id) => `agent ${id}`),
    ...expected.frameworks.filter((id) => !now.frameworks.includes(id)).map((id) => `framework ${id}`),
  ];
  if (missing.length === 0) return seen(now);
  return notYet(`not back yet: ${missing.slice(0, 5).join(", ")}${missing.length > 5 ? ", …" : ""}`);
}

/** Of an agent that is known to run. Deactivated ones are inactive on purpose. */
export function isConnected({ active, deactivated }: Agent): boolean {
  return active || deactivated;
}

/**
 * Deactivated ones are inactive on purpose; the masters do not tell of them whether they are connected, and remember one that is gone for over
 * a minute: whether it is there is asked of it.
 */
export async function connectedAgents(agents: readonly Agent[]): Promise<readonly Agent[]> {
  const there = await Promise.all(
    agents.map(({ active, deactivated, address }) => active || (deactivated && isListening(address))),
  );
  return agents.filter((_, at) => there[at]);
}

function texts(value: Facts[string] | undefined): readonly string[] {
  return typeof value === "object" ? value : [];
}
