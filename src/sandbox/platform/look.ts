/**
 * Looks at a platform: asks every server how it is, each with a short deadline, all at once. Whoever does not answer is down; nothing
 * is changed and nothing is tried twice.
 */
import { request } from "undici";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import { fourLetterWord } from "../../zookeeper/four-letter.js";
import type { Part, Server } from "./declared.js";
import type {
  AgentsStatus,
  AppStatus,
  EnsembleStatus,
  FrameworkStatus,
  MarathonStatus,
  MasterStatus,
  MastersStatus,
  PlatformStatus,
  SchedulerStatus,
  ServerStatus,
} from "./status.js";

const DEADLINE_MS = 3_000;
/** States of tasks that may still change. */
const ENDED = /^TASK_(FINISHED|FAILED|KILLED|LOST|ERROR|DROPPED|GONE|GONE_BY_OPERATOR)$/;

/** The process of a server of a part; null when that is not known. */
export type PidOf = (address: string, server: string) => number | null;

/** Rejects only with the reason of `signal`. */
export async function lookAt(
  parts: readonly Part[],
  pidOf: PidOf,
  signal: AbortSignal,
): Promise<PlatformStatus> {
  const look = new Look(pidOf, signal);
  const of = <T>(tier: Part["tier"], act: (part: Part) => Promise<T>): Promise<T[]> =>
    Promise.all(parts.filter((part) => part.tier === tier).map(act));
  const [ensembles, masters, marathons] = await Promise.all([
    of("ensemble", (part) => look.ensemble(part)),
    of("masters", (part) => look.masters(part)),
    of("marathon", (part) => look.marathon(part)),
  ]);
  const [agents, schedulers] = await Promise.all([
    of("agents", (part) => look.agents(part, masters)),
    of("framework", (part) => look.schedulers(part, masters)),
  ]);
  signal.throwIfAborted();
  return { ensembles, masters, agents, marathons, schedulers };
}

class Look {
  private readonly states = new Map<string, Promise<Json>>();

  constructor(
    private readonly pidOf: PidOf,
    private readonly signal: AbortSignal,
  ) {}

  async ensemble({ address, servers }: Part): Promise<EnsembleStatus> {
    const found = await Promise.all(
      servers.map(async (server) => {
        const role = await this.roleOf(server);
        return { ...this.seen(address, server, role !== null), role: role ?? "" };
      }),
    );
    return { address, servers: found, leader: found.find(({ role }) => role === "leader")?.id ?? null };
  }

  async masters({ address, servers }: Part): Promise<MastersStatus> {
    const found = await Promise.all(servers.map((server) => this.master(address, server)));
    const leader = found.find(({ elected }) => elected) ?? null;
    const state = leader === null ? null : await this.stateOf(leader.at);
    return { address, servers: found, leader: leader?.at ?? null, frameworks: frameworksIn(state) };
  }

  /** An agent is registered when a leading master knows one at its address that is active. */
  async agents({ address, servers }: Part, masters: readonly MastersStatus[]): Promise<AgentsStatus> {
    const leaders = masters.flatMap(({ leader }) => (leader === null ? [] : [leader]));
    const states = await Promise.all(leaders.map((leader) => this.stateOf(leader)));
    const known = new Map(states.flatMap(agentsIn));
    const found = await Promise.all(
      servers.map(async (server) => {
        const up = (await this.json(`http://${server.at}/metrics/snapshot`)) !== null;
        const tasks = known.get(server.at);
        return { ...this.seen(address, server, up), registered: tasks !== undefined, tasks: tasks ?? 0 };
      }),
    );
    return { address, servers: found };
  }

  async marathon({ address, servers }: Part): Promise<MarathonStatus> {
    const answers = await Promise.all(
      servers.map(async (server) => {
        const answer = await this.json(`http://${server.at}/v2/leader`);
        const leader = isObject(answer) ? answer["leader"] : null;
        return { ...this.seen(address, server, answer !== null), leads: leader === server.at };
      }),
    );
    const leader = answers.find(({ leads }) => leads);
    const apps = leader === undefined ? null : await this.json(`http://${leader.at}/v2/apps`);
    return { address, servers: answers, apps: apps === null ? null : appsIn(apps) };
  }

  async schedulers({ address, servers }: Part, masters: readonly MastersStatus[]) {
    const known = new Set(
      masters.flatMap(({ frameworks }) => frameworks.flatMap(({ id, connected }) => (connected ? [id] : []))),
    );
    const found = servers.map(async (server): Promise<SchedulerStatus> => {
      // One that only stands by leads elsewhere, without a body.
      const info = await this.answer(`http://${server.at}/v1/info`);
      const id = isObject(info?.body) ? info.body["frameworkId"] : undefined;
      const registered = id === undefined ? null : known.has(String(id));
      return { ...this.seen(address, server, info !== null), registered };
    });
    return { address, servers: await Promise.all(found) };
  }

  private async master(address: string, server: Server): Promise<MasterStatus> {
    const metrics = await this.json(`http://${server.at}/metrics/snapshot`);
    const value = (name: string): number | null => {
      const found = isObject(metrics) ? metrics[name] : null;
      return typeof found === "number" ? found : null;
    };
    const recovered = value("registrar/log/recovered");
    return {
      ...this.seen(address, server, metrics !== null),
      elected: value("master/elected") === 1,
      recovered: recovered === null ? null : recovered === 1,
      ensembleSize: value("registrar/log/ensemble_size"),
    };
  }

  /** What a leading master knows, asked for once. */
  private stateOf(leader: string): Promise<Json> {
    const state = this.states.get(leader) ?? this.json(`http://${leader}/state`);
    this.states.set(leader, state);
    return state;
  }

  private async roleOf({ at }: Server): Promise<string | null> {
    const colon = at.lastIndexOf(":");
    try {
      const options = { timeoutMs: DEADLINE_MS, signal: this.signal };
      const text = await fourLetterWord(at.slice(0, colon), Number(at.slice(colon + 1)), "srvr", options);
      return /^Mode: (\S+)/m.exec(text)?.[1] ?? null;
    } catch {
      return null;
    }
  }

  private seen(address: string, server: Server, up: boolean): ServerStatus {
    return { ...server, up, pid: this.pidOf(address, server.id) };
  }

  /** What is answered, whatever its status: `/v2/leader` is 404 without a leader. Null when it is no JSON, or nobody answers. */
  private async json(url: string): Promise<Json> {
    return (await this.answer(url))?.body ?? null;
  }

  /** Null when nobody answers. */
  private async answer(url: string): Promise<{ readonly body: Json } | null> {
    try {
      const signal = AbortSignal.any([this.signal, AbortSignal.timeout(DEADLINE_MS)]);
      const answer = await request(url, { signal });
      const text = await answer.body.text();
      return { body: jsonIn(text) };
    } catch {
      return null;
    }
  }
}

function jsonIn(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function list(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

function frameworksIn(state: Json): FrameworkStatus[] {
  if (!isObject(state)) return [];
  return list(state["frameworks"]).map((framework) => ({
    name: String(framework["name"]),
    id: String(framework["id"]),
    connected: framework["connected"] !== false && framework["active"] !== false,
    checkpoint: framework["checkpoint"] === true,
    tasks: list(framework["tasks"]).filter((task) => !ENDED.test(String(task["state"]))).length,
  }));
}

/** `ip:port` of the active agents, with the number of their tasks. */
function agentsIn(state: Json): (readonly [string, number])[] {
  if (!isObject(state)) return [];
  const tasks = list(state["frameworks"])
    .flatMap((framework) => list(framework["tasks"]))
    .filter((task) => !ENDED.test(String(task["state"])));
  return list(state["slaves"])
    .filter((agent) => agent["active"] !== false)
    .map((agent) => {
      const at = /@([^@]+)$/.exec(String(agent["pid"]))?.[1] ?? "";
      return [at, tasks.filter((task) => task["slave_id"] === agent["id"]).length] as const;
    });
}

function appsIn(answer: Json): AppStatus[] {
  if (!isObject(answer)) return [];
  const number = (app: JsonObject, name: string): number => (typeof app[name] === "number" ? app[name] : 0);
  return list(answer["apps"])
    .map((app) => ({
      id: String(app["id"]),
      instances: number(app, "instances"),
      running: number(app, "tasksRunning"),
      healthy: list(app["healthChecks"]).length === 0 ? null : number(app, "tasksHealthy"),
      deploying: list(app["deployments"]).length > 0,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
