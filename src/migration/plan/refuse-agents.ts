/** What makes it unsafe for agents: maintenance, versions, no room on B. Pure. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import type { AgentsSide, MigrationSpec } from "../model/spec.js";
import { listed } from "../quorum/words.js";
import { type Room, shortages } from "./capacity.js";
import type { Refuse } from "./refusals.js";
import { type AgentFacts, type Amounts, type Survey, valueOr } from "./survey.js";
import { atLeast } from "./versions.js";

export function agentRefusals(spec: MigrationSpec, survey: Survey, refuse: Refuse): readonly Diagnostic[] {
  const { a } = survey.agents;
  if (a.kind === "unknown") return [];
  return [
    ...presence(spec, a.value, refuse),
    ...(spec.modes.agents === "replace"
      ? [...drainable(a.value, refuse), ...room(spec, survey, a.value, refuse)]
      : []),
    ...maintained(spec, a.value, refuse),
  ];
}

function presence(spec: MigrationSpec, agents: readonly AgentFacts[], refuse: Refuse): Diagnostic[] {
  const known = new Map(agents.map((agent) => [agent.name, agent]));
  const wanted = spec.source.agents.servers.map(({ name }) => name);
  const away = wanted.filter((name) => known.get(name)?.registered !== true);
  const strangers = agents.filter(({ name }) => !wanted.includes(name)).map(({ name }) => name);
  return [
    ...(away.length > 0
      ? [
          refuse(
            "migration-unhealthy",
            `${some(away)} of A ${away.length === 1 ? "is" : "are"} not registered`,
            "Tasks that nobody sees cannot be moved.",
            "Bring them back, or take them out of the migration.",
          ),
        ]
      : []),
    ...(strangers.length > 0
      ? [
          refuse(
            "migration-agents-unnamed",
            `${some(strangers)} ${strangers.length === 1 ? "is an agent" : "are agents"} of A, and not named`,
            "It would lose its masters when the ZooKeeper of A goes.",
            "Name all agents of A under source.agents.",
          ),
        ]
      : []),
  ];
}

/** DRAIN_AGENT exists since 1.9. */
function drainable(agents: readonly AgentFacts[], refuse: Refuse): Diagnostic[] {
  const old = agents.filter(({ version }) => version !== null && !atLeast(version, "1.9"));
  if (old.length === 0) return [];
  return [
    refuse(
      "migration-drain-unsupported",
      `${some(old.map(({ name, version }) => `${name} (${version})`))} cannot be drained`,
      "Draining an agent and deactivating it needs Mesos 1.9.",
      "Upgrade masters and agents to 1.9 first, or write modes: {agents: repoint}, which drains nothing.",
    ),
  ];
}

/** Mesos refuses to drain what is in its maintenance schedule, and a machine that is down comes back to nobody. */
function maintained(spec: MigrationSpec, agents: readonly AgentFacts[], refuse: Refuse): Diagnostic[] {
  const affected = agents.filter(({ maintenance }) =>
    spec.modes.agents === "replace" ? maintenance !== "none" : maintenance === "down",
  );
  if (affected.length === 0) return [];
  return [
    refuse(
      "migration-maintenance",
      `${some(affected.map(({ name }) => name))} of A ${affected.length === 1 ? "is" : "are"} in the maintenance schedule`,
      spec.modes.agents === "replace"
        ? "Mesos refuses to drain an agent whose machine is scheduled."
        : "An agent of a machine that is down is refused by the masters.",
      `Take ${affected
        .map(({ hostname }) => hostname)
        .slice(0, 6)
        .join(", ")} out of the schedule until the migration has ended.`,
    ),
  ];
}

function room(
  spec: MigrationSpec,
  survey: Survey,
  used: readonly AgentFacts[],
  refuse: Refuse,
): Diagnostic[] {
  const rooms = roomOnB(spec, survey);
  if (rooms === null) return [];
  return shortages(used, valueOr(survey.apps, []), rooms, spec.limits.headroom).map(({ what, change }) =>
    refuse("migration-no-room", what, "Tasks that find no place would stay down.", change),
  );
}

/** What B's agents offer: as they say when they run, else as they are declared; null when neither is known of one of them. */
export function roomOnB(spec: MigrationSpec, survey: Survey): readonly Room[] | null {
  const { servers } = spec.target.agents;
  const running = new Map(valueOr(survey.agents.b, []).map((agent) => [agent.name, agent]));
  const declared = declaredAgents(spec.target.agents);
  const rooms = servers.map(({ name, deployed }): Room | null => {
    const found = running.get(name);
    if (found !== undefined) return found;
    const agent = deployed === null ? undefined : declared.get(deployed.server);
    return agent === undefined ? null : declaredRoom(spec.target.agents, name, agent);
  });
  return rooms.some((one) => one === null) ? null : rooms.filter((one): one is Room => one !== null);
}

function declaredAgents({ spec }: AgentsSide): ReadonlyMap<string, JsonObject> {
  const agents = spec?.["agents"];
  const list = (Array.isArray(agents) ? (agents as readonly Json[]) : []).filter(isObject);
  return new Map(list.map((agent) => [String(agent["id"]), agent]));
}

function declaredRoom({ spec }: AgentsSide, name: string, agent: JsonObject): Room | null {
  const resources = { ...objectAt(spec, "resources"), ...objectAt(agent, "resources") };
  const total = amountsOf(resources);
  // What is not declared the agent finds out by itself.
  if (total["cpus"] === undefined || total["mem"] === undefined) return null;
  const attributes = { ...objectAt(spec, "attributes"), ...objectAt(agent, "attributes") };
  const hostname = agent["hostname"] ?? agent["ip"];
  return {
    name,
    hostname: typeof hostname === "string" ? hostname : name,
    total: { disk: Number.MAX_SAFE_INTEGER, ...total },
    attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)])),
  };
}

function objectAt(value: JsonObject | null, key: string): JsonObject {
  const child = value?.[key];
  return isObject(child) ? child : {};
}

function amountsOf(resources: JsonObject): Amounts {
  return Object.fromEntries(
    Object.entries(resources).flatMap(([name, value]) => (typeof value === "number" ? [[name, value]] : [])),
  );
}

function some(names: readonly string[]): string {
  return names.length <= 6 ? listed(names) : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}
