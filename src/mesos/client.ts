/**
 * The calls of the v1 operator API of masters that ferry makes, typed. It decides nothing: what is written is the caller's.
 * Every method rejects with MesosError, or with the reason of `signal`.
 */
import { type Clock, REAL_CLOCK } from "../http/connection.js";
import { ShapeError } from "../http/shape.js";
import type { Json, JsonObject } from "../value/json.js";
import {
  type Agent,
  flagsOf,
  type Machine,
  type MaintenanceStatus,
  type Master,
  masterOf,
  type Quantities,
  type Quota,
  quotasOf,
  type RecoveredAgent,
  type Role,
  rolesOf,
  scheduleOf,
  statusOf,
  versionOf,
  type Window,
  weightsOf,
} from "./answers.js";
import type { MesosConnection } from "./connection.js";
import { type Detect, detectLeader } from "./detect.js";
import { type EventOptions, type EventSignal, followEvents } from "./live/events.js";
import { isMesosError, MesosError } from "./mesos-error.js";
import { type AgentState, agentStateOf } from "./one-agent.js";
import {
  flagsAt,
  healthOf,
  type MasterHealth,
  type MasterState,
  type Metrics,
  metricsOf,
  registryAt,
  stateOf,
} from "./one-master.js";
import type { Registry } from "./registry.js";
import { type Resource, resourceJson } from "./resources.js";
import { SharedRead } from "./shared-read.js";
import type { Fleet } from "./state/fleet.js";
import { readFleet } from "./state/read.js";
import { type ApiCall, type Reply, Transport } from "./transport.js";
import { hasFeature } from "./version.js";
import { type Executor, executorsOf, type Framework, frameworksOf, type Task } from "./workloads.js";

/** Calls that say how it is to be, and are answered with 200 when it is so already (recorded, facts of section 4). */
const REPEATABLE: ReadonlySet<string> = new Set([
  "UPDATE_WEIGHTS",
  "UPDATE_QUOTA",
  "UPDATE_MAINTENANCE_SCHEDULE",
  "DRAIN_AGENT",
  "DEACTIVATE_AGENT",
  "MARK_AGENT_GONE",
]);

export interface DrainOptions {
  /** Seconds; left out, tasks have the time that they ask for themselves. */
  readonly maxGraceSeconds?: number;
  /** For good, once it is drained. */
  readonly markGone?: boolean;
}

/** Resources to reserve or free, or volumes to make or destroy. */
export type Piece = Omit<Resource, "special">;

export class MesosClient {
  private readonly transport: Transport;
  /** A plan asks once for each agent that it has, and the answer is large. */
  private readonly allAgents = new SharedRead((signal) => readFleet(this.transport, "GET_AGENTS", signal));

  constructor(
    connection: MesosConnection,
    private readonly clock: Clock = REAL_CLOCK,
    detect: Detect = detectLeader,
  ) {
    this.transport = new Transport(connection, clock, detect);
  }

  /** `host:port` of the leader at the last answer; null before the first. */
  get leaderSeen(): string | null {
    return this.transport.leader;
  }

  /** The leading one. */
  async master(signal: AbortSignal): Promise<Master> {
    const master = await this.read("GET_MASTER", masterOf, signal);
    // The first versions of the API leave it out there.
    return master.version === "" ? { ...master, version: await this.version(signal) } : master;
  }

  /** Of the leading master, `1.11.0`. */
  version(signal: AbortSignal): Promise<string> {
    return this.read("GET_VERSION", versionOf, signal);
  }

  /** Of the leading master, all as text. */
  flags(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    return this.read("GET_FLAGS", flagsOf, signal);
  }

  /** Those that are registered, disconnected ones too; neither unreachable nor gone ones. */
  async agents(signal: AbortSignal): Promise<readonly Agent[]> {
    return (await this.agentsAndRecovered(signal)).agents;
  }

  /** Those that the registry has, and that have not come back since a fail-over. None before 1.1. */
  async recoveredAgents(signal: AbortSignal): Promise<readonly RecoveredAgent[]> {
    return (await this.agentsAndRecovered(signal)).recoveredAgents;
  }

  /** Both of one moment. */
  agentsAndRecovered(signal: AbortSignal): Promise<Pick<Fleet, "agents" | "recoveredAgents">> {
    return this.allAgents.get(signal);
  }

  /** Completed ones too. */
  frameworks(signal: AbortSignal): Promise<Framework[]> {
    return this.read("GET_FRAMEWORKS", frameworksOf, signal);
  }

  /** Of all places (an agent that is asked itself tells its own): unreachable and completed ones too, as far as the leader remembers them. */
  async tasks(signal: AbortSignal): Promise<readonly Task[]> {
    return (await readFleet(this.transport, "GET_TASKS", signal)).tasks;
  }

  /** What happens from now on, over changes of leader. Ends as followEvents does. */
  events(signal: AbortSignal, options: EventOptions = {}): AsyncGenerator<EventSignal> {
    return followEvents(this.transport, options, this.clock, signal);
  }

  /** Agents, frameworks and tasks of one moment. */
  fleet(signal: AbortSignal): Promise<Fleet> {
    return readFleet(this.transport, "GET_STATE", signal);
  }

  /** Those of frameworks with executors of their own; Mesos' command executors are not told. */
  executors(signal: AbortSignal): Promise<Executor[]> {
    return this.read("GET_EXECUTORS", executorsOf, signal);
  }

  /** `master`, here and below: `host:port` of one master, which is asked itself, whether it leads or not, and once only. */
  metrics(master: string, signal: AbortSignal): Promise<Metrics> {
    return metricsOf(this.transport, master, signal);
  }

  /** Never rejects but with the reason of `signal`. */
  health(master: string, signal: AbortSignal): Promise<MasterHealth> {
    return healthOf(this.transport, master, signal);
  }

  /** What it thinks of itself: two can take themselves for the leader. */
  stateOf(master: string, signal: AbortSignal): Promise<MasterState> {
    return stateOf(this.transport, master, signal);
  }

  /** What it was started with. An agent may be asked as well. */
  flagsAt(master: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    return flagsAt(this.transport, master, signal);
  }

  /** `agent`: `host:port` of one agent, which is asked itself. */
  agentState(agent: string, signal: AbortSignal): Promise<AgentState> {
    return agentStateOf(this.transport, agent, signal);
  }

  /** What the replicated log keeps, as this master knows it; null of a standby. */
  registry(master: string, signal: AbortSignal): Promise<Registry | null> {
    return registryAt(this.transport, master, signal);
  }

  /** Only roles that are in use or have a weight or a quota. */
  roles(signal: AbortSignal): Promise<Role[]> {
    return this.read("GET_ROLES", rolesOf, signal);
  }

  weights(signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    return this.read("GET_WEIGHTS", weightsOf, signal);
  }

  quotas(signal: AbortSignal): Promise<ReadonlyMap<string, Quota>> {
    return this.read("GET_QUOTA", quotasOf, signal);
  }

  maintenanceSchedule(signal: AbortSignal): Promise<Window[]> {
    return this.read("GET_MAINTENANCE_SCHEDULE", scheduleOf, signal);
  }

  maintenanceStatus(signal: AbortSignal): Promise<MaintenanceStatus> {
    return this.read("GET_MAINTENANCE_STATUS", statusOf, signal);
  }

  /** Takes effect for those that are named. `weight`: above 0. */
  updateWeight(role: string, weight: number, signal: AbortSignal): Promise<void> {
    return this.write("UPDATE_WEIGHTS", { weight_infos: [{ role, weight }] }, signal);
  }

  /** Since 1.9. `force`: whatever the cluster's size and what the role uses. Empty guarantees and limits remove it. */
  updateQuota(role: string, quota: Quota, force: boolean, signal: AbortSignal): Promise<void> {
    const config = {
      role,
      ...(isEmpty(quota.guarantees) ? {} : { guarantees: scalarsJson(quota.guarantees) }),
      ...(isEmpty(quota.limits) ? {} : { limits: scalarsJson(quota.limits) }),
    };
    return this.write("UPDATE_QUOTA", { force, quota_configs: [config] }, signal);
  }

  /** Before 1.9. The role must have none. */
  setQuota(role: string, guarantees: Quantities, force: boolean, signal: AbortSignal): Promise<void> {
    const guarantee = Object.entries(guarantees).map(
      ([name, value]): JsonObject => ({
        name,
        type: "SCALAR",
        scalar: { value },
      }),
    );
    return this.write("SET_QUOTA", { quota_request: { role, guarantee, force } }, signal);
  }

  /** Before 1.9. */
  removeQuota(role: string, signal: AbortSignal): Promise<void> {
    return this.write("REMOVE_QUOTA", { role }, signal);
  }

  /** Accepted, not done: the agent shows it a little later. The same for the three that follow. */
  reserve(agent: AgentRef, resources: readonly Piece[], signal: AbortSignal): Promise<void> {
    return this.write("RESERVE_RESOURCES", pieces(agent, "resources", resources), signal);
  }

  unreserve(agent: AgentRef, resources: readonly Piece[], signal: AbortSignal): Promise<void> {
    return this.write("UNRESERVE_RESOURCES", pieces(agent, "resources", resources), signal);
  }

  createVolumes(agent: AgentRef, volumes: readonly Piece[], signal: AbortSignal): Promise<void> {
    return this.write("CREATE_VOLUMES", pieces(agent, "volumes", volumes), signal);
  }

  /** With the data in them. */
  destroyVolumes(agent: AgentRef, volumes: readonly Piece[], signal: AbortSignal): Promise<void> {
    return this.write("DESTROY_VOLUMES", pieces(agent, "volumes", volumes), signal);
  }

  /** Replaces the whole schedule. Machines that are down must stay in it. */
  updateMaintenanceSchedule(windows: readonly Window[], signal: AbortSignal): Promise<void> {
    const schedule = { windows: windows.map(windowJson) };
    return this.write("UPDATE_MAINTENANCE_SCHEDULE", { schedule }, signal);
  }

  /** Machines of the schedule; their agents are told to end, and tasks are lost. */
  startMaintenance(machines: readonly Machine[], signal: AbortSignal): Promise<void> {
    return this.write("START_MAINTENANCE", { machines: machines.map(machineJson) }, signal);
  }

  /** Machines that are down; they leave the schedule, and their agents may come back. */
  stopMaintenance(machines: readonly Machine[], signal: AbortSignal): Promise<void> {
    return this.write("STOP_MAINTENANCE", { machines: machines.map(machineJson) }, signal);
  }

  /** Since 1.9. Cannot be taken back before it is done. */
  drainAgent(id: string, options: DrainOptions, signal: AbortSignal): Promise<void> {
    const { maxGraceSeconds, markGone } = options;
    const part = {
      agent_id: { value: id },
      // A google.protobuf.Duration field by field: texts are refused, and nanoseconds silently count as 0.
      ...(maxGraceSeconds === undefined ? {} : { max_grace_period: durationJson(maxGraceSeconds) }),
      ...(markGone === true ? { mark_gone: true } : {}),
    };
    return this.write("DRAIN_AGENT", part, signal);
  }

  /** Since 1.9. */
  deactivateAgent(id: string, signal: AbortSignal): Promise<void> {
    return this.write("DEACTIVATE_AGENT", { agent_id: { value: id } }, signal);
  }

  /** Since 1.9. Refused while it is being drained, and for an active one. */
  reactivateAgent(id: string, signal: AbortSignal): Promise<void> {
    return this.write("REACTIVATE_AGENT", { agent_id: { value: id } }, signal);
  }

  /** Since 1.5. For good: its id is never taken again. False when no such agent is known. */
  async markAgentGone(id: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.write("MARK_AGENT_GONE", { agent_id: { value: id } }, signal);
      return true;
    } catch (error) {
      if (isMesosError(error, "not-found")) return false;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.allAgents.close();
    await this.transport.close();
  }

  private async read<T>(type: string, decode: (value: Json) => T, signal: AbortSignal): Promise<T> {
    const { value, reply } = await this.transport.json({ type, reads: true, repeatable: true }, signal);
    return shaped(type, reply, () => decode(value));
  }

  private async write(type: string, part: JsonObject, signal: AbortSignal): Promise<void> {
    const call: ApiCall = { type, part, reads: false, repeatable: REPEATABLE.has(type) };
    await this.transport.send(call, signal);
  }
}

/** An agent, and the version of its master, which decides the notation. */
export interface AgentRef {
  readonly id: string;
  readonly masterVersion: string;
}

function pieces(agent: AgentRef, name: string, list: readonly Piece[]): JsonObject {
  const old = !hasFeature(agent.masterVersion, "reservationLists");
  return { agent_id: { value: agent.id }, [name]: list.map((piece) => resourceJson(piece, old)) };
}

function isEmpty(quantities: Quantities): boolean {
  return Object.keys(quantities).length === 0;
}

function scalarsJson(quantities: Quantities): JsonObject {
  return Object.fromEntries(Object.entries(quantities).map(([name, value]) => [name, { value }]));
}

function machineJson({ hostname, ip }: Machine): JsonObject {
  return { hostname, ip };
}

function windowJson({ machines, startNs, durationNs }: Window): JsonObject {
  const duration = durationNs === null ? {} : { duration: { nanoseconds: durationNs } };
  return {
    machine_ids: machines.map(machineJson),
    unavailability: { start: { nanoseconds: startNs }, ...duration },
  };
}

function durationJson(seconds: number): JsonObject {
  const whole = Math.floor(seconds);
  return { seconds: whole, nanos: Math.round((seconds - whole) * 1e9) };
}

function shaped<T>(call: string, reply: Reply, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new MesosError("unexpected-answer", {
      call,
      master: reply.master,
      status: reply.status,
      reason: error.message,
    });
  }
}
