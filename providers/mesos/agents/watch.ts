/**
 * What deployed agents say of themselves, and what their masters say of them. Asks only; what is to be drained or marked gone is
 * decided elsewhere.
 */
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import type { Agent } from "../../../src/mesos/answers.js";
import { MesosClient } from "../../../src/mesos/client.js";
import { isMesosError } from "../../../src/mesos/mesos-error.js";
import type { AgentState } from "../../../src/mesos/one-agent.js";
import { isObject, type JsonObject } from "../../../src/value/json.js";
import type { DeployedServer, Fleet } from "../../deployed/fleet.js";
import { connectionOf, nodeConnection } from "../access.js";
import { endpointOf } from "../server-flags.js";
import { AGENT_PORT } from "./spec.js";

/** Whoever looks again and again waits by itself. */
const LEADER_WAIT_MS = 1_000;

/** An answer, or why there is none. */
export type Asked<T> = { readonly value: T } | { readonly reason: string };

/** What is known of one deployed agent. */
export interface AgentSight {
  /** Null when it does not run. */
  readonly state: Asked<AgentState> | null;
  /** As the masters have it; null when they do not. */
  readonly known: Agent | null;
  /** Its id in Mesos, from whoever tells. */
  readonly mesosId: string | null;
}

export interface Sight {
  /** By id in the spec. */
  readonly agents: ReadonlyMap<string, AgentSight>;
  /** Null: the masters answer. */
  readonly mastersSilent: string | null;
}

export class AgentWatch {
  private constructor(
    private readonly fleet: Fleet,
    /** Null: it is not known where the masters are. */
    readonly masters: MesosClient | null,
    private readonly nodes: MesosClient,
  ) {}

  /** `spec`: normalised. */
  static async open(fleet: Fleet, spec: JsonObject): Promise<AgentWatch> {
    const access = isObject(spec["access"]) ? spec["access"] : {};
    const nodes = await nodeConnection(access, fleet.context.secrets);
    const masters = await openMasters(fleet, spec, access);
    // Each is asked by its own address; no leader is looked for among them.
    const client = new MesosClient({ ...nodes, masters: { addresses: ["127.0.0.1:5051"] } });
    return new AgentWatch(fleet, masters, client);
  }

  async look(deployed: readonly DeployedServer[]): Promise<Sight> {
    const registered = await this.registered();
    const agents = await Promise.all(
      deployed.map(async (found): Promise<readonly [string, AgentSight]> => {
        const endpoint = this.endpoint(found);
        const state = found.unit.running ? await this.ask(endpoint) : null;
        const list = "value" in registered ? registered.value : [];
        const own = state !== null && "value" in state ? state.value.id : "";
        const known =
          list.find(({ id, address }) => (own === "" ? address === endpoint : id === own)) ?? null;
        const mesosId = own === "" ? (known?.id ?? null) : own;
        return [found.id, { state, known, mesosId }];
      }),
    );
    return {
      agents: new Map(agents),
      mastersSilent: "reason" in registered ? registered.reason : null,
    };
  }

  private endpoint({ record, host }: DeployedServer): string {
    const { address, port } = endpointOf(record?.server ?? {}, this.fleet.hostAddress(host), AGENT_PORT);
    return `${address}:${port}`;
  }

  private async registered(): Promise<Asked<readonly Agent[]>> {
    const { masters, fleet } = this;
    if (masters === null) return { reason: "it is not known where the masters are" };
    return asked(() => masters.agents(fleet.signal));
  }

  private ask(endpoint: string): Promise<Asked<AgentState>> {
    return asked(() => this.nodes.agentState(endpoint, this.fleet.signal));
  }

  /**
   * Tasks on these agents (ids in Mesos) that die when their agent restarts: their framework does not checkpoint. By agent, as
   * `framework/task`. Rejects with MesosError.
   */
  async fragileTasks(agentIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const { masters, fleet } = this;
    if (masters === null || agentIds.length === 0) return new Map();
    const frameworks = await masters.frameworks(fleet.signal);
    const fragile = new Map(frameworks.filter((each) => !each.checkpoint).map(({ id, name }) => [id, name]));
    if (fragile.size === 0) return new Map();
    const tasks = (await masters.tasks(fleet.signal)).filter(
      ({ place, frameworkId, agentId }) =>
        place === "current" && fragile.has(frameworkId) && agentIds.includes(agentId),
    );
    const named = (id: string): string[] =>
      tasks
        .filter(({ agentId }) => agentId === id)
        .map((task) => `${fragile.get(task.frameworkId) ?? task.frameworkId}/${task.id}`);
    return new Map(agentIds.map((id) => [id, named(id)]));
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.masters?.close(), this.nodes.close()]);
  }
}

async function asked<T>(ask: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { value: await ask() };
  } catch (error) {
    if (!isMesosError(error)) throw error;
    const refused = error.kind === "unauthorised" || error.kind === "forbidden";
    const advice = refused ? " (give access.auth a principal that may read it)" : "";
    return { reason: `${error.message}${advice}` };
  }
}

async function openMasters(fleet: Fleet, spec: JsonObject, access: JsonObject): Promise<MesosClient | null> {
  const { context, address } = fleet;
  try {
    const connection = await connectionOf(address, mesosSpec(fleet, spec, access), context);
    return new MesosClient({ ...connection, retryMs: LEADER_WAIT_MS });
  } catch (error) {
    if (error instanceof DiagnosticError) return null;
    throw error;
  }
}

/** As a kind Mesos would say it. */
function mesosSpec(fleet: Fleet, spec: JsonObject, access: JsonObject): JsonObject {
  const { masters } = spec;
  if (typeof masters === "string") {
    const view = fleet.context.resource(masters);
    const theirs = isObject(view?.spec["access"]) ? view.spec["access"] : access;
    return { ...theirs, masters: view?.outputs["masters"] ?? [] };
  }
  const zookeeper = isObject(spec["zookeeper"]) ? spec["zookeeper"] : {};
  const { auth, ...place } = zookeeper;
  const credentials = auth === undefined ? [] : [{ scheme: "digest", credential: auth }];
  return { ...access, zookeeper: { ...place, auth: credentials } };
}
