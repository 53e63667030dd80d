/**
 * The platform as the plan reckons with it: who is where, on which ZooKeeper, who leads. What each step makes of it, so that the state at
 * the end of any stage, and half-way, is known without looking. Pure; the world may differ, which actions check for themselves.
 */
import type { ActionStep } from "../model/action.js";
import type { MigrationSpec, SideName } from "../model/spec.js";
import type { ReplicaState } from "../quorum/question.js";

export interface AgentState {
  readonly side: SideName;
  /** False: stopped, its work directory gone. */
  readonly running: boolean;
  /** Takes new tasks. */
  readonly active: boolean;
  /** Its removal was begun, and nobody knows whether it still runs, deactivated as it was. */
  readonly doubtful: boolean;
}

export interface Platform {
  readonly sync: boolean;
  /** Whose counters are the lower ones; null: not fenced, or nobody knows. */
  readonly lower: SideName | null;
  /** Whether the ensembles are there. */
  readonly ensembles: Readonly<Record<SideName, boolean>>;
  /** In the order in which they were started: of the candidates of a side the first one leads. */
  readonly masters: ReadonlyMap<string, ReplicaState>;
  readonly leader: string | null;
  /** The master of A that led before; the first to be started there again. */
  readonly firstLeader: string | null;
  readonly agents: ReadonlyMap<string, AgentState>;
  readonly frameworks: ReadonlyMap<string, SideName>;
}

export interface Beginning {
  /** The master of A that leads. */
  readonly leader: string | null;
  /** B's ensemble was there before. */
  readonly ensembleB: boolean;
}

/** Before anything is done. */
export function beginningOf(spec: MigrationSpec, { leader, ensembleB }: Beginning): Platform {
  const { source, target, modes } = spec;
  const quorum = source.masters.quorum;
  const there = (name: string) => [name, { kind: "voting", zookeeper: "a", quorum }] as const;
  const absent = (name: string) => [name, { kind: "absent" }] as const;
  const fresh = modes.masters === "replace" ? target.masters.servers : [];
  const newAgents = modes.agents === "replace" ? target.agents.servers : [];
  return {
    sync: false,
    lower: null,
    ensembles: { a: true, b: ensembleB },
    masters: new Map<string, ReplicaState>([
      ...source.masters.servers.map(({ name }) => there(name)),
      ...fresh.map(({ name }) => absent(name)),
    ]),
    leader,
    firstLeader: leader,
    agents: new Map<string, AgentState>([
      ...source.agents.servers.map(
        ({ name }) => [name, { side: "a", running: true, active: true, doubtful: false }] as const,
      ),
      ...newAgents.map(
        ({ name }) => [name, { side: "b", running: false, active: false, doubtful: false }] as const,
      ),
    ]),
    frameworks: new Map(spec.frameworks.map(({ name }) => [name, "a"] as const)),
  };
}

/** Whose ZooKeeper the leader is elected on. */
export function leadingSide({ leader, masters }: Platform): SideName | null {
  const state = leader === null ? undefined : masters.get(leader);
  return state === undefined || state.kind === "absent" ? null : state.zookeeper;
}

export function otherSide(side: SideName): SideName {
  return side === "a" ? "b" : "a";
}

/** The platform after a step that was done. */
export function after(platform: Platform, step: ActionStep): Platform {
  switch (step.kind) {
    case "take-baseline":
    case "drain-framework":
    case "drain-agents":
    case "archive":
      return platform;
    case "deploy-ensemble":
    case "restore-ensemble":
      return { ...platform, ensembles: { ...platform.ensembles, [step.side]: true } };
    case "remove-ensemble":
      return { ...platform, ensembles: { ...platform.ensembles, [step.side]: false } };
    case "start-sync":
      return { ...platform, sync: true };
    case "stop-sync":
      return { ...platform, sync: false, lower: null };
    case "fence-counters":
      return { ...platform, lower: step.lower };
    case "swap-counters":
      return { ...platform, lower: platform.lower === null ? null : otherSide(platform.lower) };
    case "start-master":
    case "restart-master":
      return withMaster(platform, step.server, {
        kind: "voting",
        zookeeper: step.zookeeper,
        quorum: step.quorum,
      });
    case "stop-master":
      return withMaster(platform, step.server, { kind: "absent" });
    case "hand-over":
      return handedOver(platform, step);
    case "start-agents":
      return withAgents(platform, step.servers, (agent) => ({
        ...agent,
        running: true,
        active: !agent.doubtful,
        doubtful: false,
      }));
    case "remove-agents":
      return withAgents(platform, step.servers, (agent) => ({
        ...agent,
        running: false,
        active: false,
        doubtful: false,
      }));
    case "repoint-agents":
      return withAgents(platform, step.servers, (agent) => ({ ...agent, side: step.zookeeper }));
    case "deactivate-agents":
      return withAgents(platform, step.servers, (agent) => ({ ...agent, active: false }));
    case "reactivate-agents":
      return withAgents(platform, step.servers, (agent) => ({ ...agent, active: true }));
    case "repoint-framework":
      return {
        ...platform,
        frameworks: new Map(platform.frameworks).set(step.framework, step.zookeeper),
      };
  }
}

/**
 * The platform when a step was begun and nobody can say how far it came: what has to be put right is taken for done, so that the way back
 * puts it right; a master is taken for what does harm least.
 */
export function begun(platform: Platform, step: ActionStep): Platform {
  switch (step.kind) {
    case "start-master":
      return withMaster(platform, step.server, {
        kind: "empty",
        zookeeper: step.zookeeper,
        quorum: step.quorum,
      });
    case "restart-master":
      return withMaster(platform, step.server, downOf(platform.masters.get(step.server), step));
    case "fence-counters":
    case "swap-counters":
      return { ...platform, lower: null };
    case "remove-agents":
      return withAgents(platform, step.servers, (agent) => ({ ...agent, doubtful: true }));
    // Whether it happened only an observation tells; until then it has not.
    case "hand-over":
      return platform;
    default:
      return after(platform, step);
  }
}

/** The platform when leadership has moved, and nobody can say whether the old leader is where it is to be. */
export function moved(platform: Platform, step: Extract<ActionStep, { kind: "hand-over" }>): Platform {
  const old = platform.leader;
  const next = after(platform, step);
  if (old === null || step.then.kind === "stop" || next.leader === old) return next;
  const { zookeeper, quorum } = step.then;
  return withMaster(next, old, { kind: "down", zookeeper, quorum });
}

function downOf(
  state: ReplicaState | undefined,
  step: { readonly quorum: number; readonly zookeeper: SideName },
): ReplicaState {
  const known = state === undefined || state.kind === "absent" ? step : state;
  return { kind: "down", zookeeper: known.zookeeper, quorum: known.quorum };
}

/** At the end of the order, where its new candidate is. */
function withMaster(platform: Platform, server: string, state: ReplicaState): Platform {
  const masters = new Map(platform.masters);
  masters.delete(server);
  masters.set(server, state);
  return { ...platform, masters };
}

function handedOver(platform: Platform, step: Extract<ActionStep, { kind: "hand-over" }>): Platform {
  const old = platform.leader ?? step.leader ?? null;
  const to = otherSide(step.from);
  const next = [...platform.masters].find(
    ([name, state]) => name !== old && state.kind === "voting" && state.zookeeper === to,
  );
  const state: ReplicaState =
    step.then.kind === "stop"
      ? { kind: "absent" }
      : { kind: "voting", zookeeper: step.then.zookeeper, quorum: step.then.quorum };
  const left = old === null ? platform : withMaster(platform, old, state);
  // Nobody else was there: the old leader itself is the first candidate of the other side.
  return { ...left, leader: next?.[0] ?? (step.then.kind === "restart" ? old : null) };
}

function withAgents(
  platform: Platform,
  servers: readonly string[],
  change: (agent: AgentState) => AgentState,
): Platform {
  const agents = new Map(platform.agents);
  for (const server of servers) {
    const agent = agents.get(server);
    if (agent !== undefined) agents.set(server, change(agent));
  }
  return { ...platform, agents };
}
