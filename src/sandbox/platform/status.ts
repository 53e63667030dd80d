/** How a platform is, as data: what `ferry sandbox status` answers. Computes only. */
import type { Json, JsonObject } from "../../value/json.js";
import type { Server } from "./declared.js";

export interface ServerStatus extends Server {
  /** Of its process; null when it does not run or that is not known. */
  readonly pid: number | null;
  /** It answers. */
  readonly up: boolean;
}

export interface EnsembleStatus {
  readonly address: string;
  /** Role in ZooKeeper's words: leader, follower, … */
  readonly servers: readonly (ServerStatus & { readonly role: string })[];
  /** Id of the server that leads. */
  readonly leader: string | null;
}

export interface MasterStatus extends ServerStatus {
  readonly elected: boolean;
  /** Its registry can be read and written. Null: it does not say. */
  readonly recovered: boolean | null;
  /** Replicas of the log that it counts. */
  readonly ensembleSize: number | null;
}

export interface MastersStatus {
  readonly address: string;
  readonly servers: readonly MasterStatus[];
  /** `ip:port`. */
  readonly leader: string | null;
  readonly frameworks: readonly FrameworkStatus[];
}

export interface FrameworkStatus {
  readonly name: string;
  readonly id: string;
  readonly connected: boolean;
  /** Without it its tasks are lost when their agent restarts. */
  readonly checkpoint: boolean;
  /** Tasks that are not at their end. */
  readonly tasks: number;
}

export interface AgentStatus extends ServerStatus {
  readonly registered: boolean;
  readonly tasks: number;
}

export interface AgentsStatus {
  readonly address: string;
  readonly servers: readonly AgentStatus[];
}

export interface AppStatus {
  readonly id: string;
  readonly instances: number;
  readonly running: number;
  /** Null: it has no health check. */
  readonly healthy: number | null;
  readonly deploying: boolean;
}

export interface MarathonStatus {
  readonly address: string;
  readonly servers: readonly (ServerStatus & { readonly leads: boolean })[];
  /** Null: no Marathon tells. */
  readonly apps: readonly AppStatus[] | null;
}

/** A process of another framework. Whether it is registered is known of those of the sandbox only. */
export interface SchedulerStatus extends ServerStatus {
  readonly registered: boolean | null;
}

export interface PlatformStatus {
  readonly ensembles: readonly EnsembleStatus[];
  readonly masters: readonly MastersStatus[];
  readonly agents: readonly AgentsStatus[];
  readonly marathons: readonly MarathonStatus[];
  readonly schedulers: readonly {
    readonly address: string;
    readonly servers: readonly SchedulerStatus[];
  }[];
}

/** What nobody may overlook who reads it. */
export const LABEL =
  "simulation: ZooKeeper is real; masters, agents, Marathon and the other frameworks are simulated";

export function statusJson(status: PlatformStatus): JsonObject {
  const parts = status as unknown as Readonly<Record<string, Json>>;
  return { simulation: true, label: LABEL, ...parts, complaints: complaintsOf(status) };
}

/** What is not as it is declared to be, in a sentence each; none when all is well. */
export function complaintsOf(status: PlatformStatus): string[] {
  const groups = [
    ...status.ensembles,
    ...status.masters,
    ...status.agents,
    ...status.marathons,
    ...status.schedulers,
  ];
  const down = groups.flatMap(({ address, servers }) => {
    const missing = servers.filter(({ wanted, up }) => wanted && !up).map(({ id }) => id);
    return missing.map((id) => `${address}: ${id} does not answer`);
  });
  const wanting = (servers: readonly ServerStatus[]): boolean => servers.some(({ wanted }) => wanted);
  const leaderless = [...status.ensembles, ...status.masters]
    .filter(({ leader, servers }) => leader === null && wanting(servers))
    .map(({ address }) => `${address}: nobody leads`);
  const unregistered = [...status.agents, ...status.schedulers].flatMap(({ address, servers }) => {
    const missing = servers.filter(({ up, registered }) => up && registered === false).map(({ id }) => id);
    return missing.map((id) => `${address}: ${id} is not registered`);
  });
  const disconnected = status.masters.flatMap(({ frameworks }) =>
    frameworks
      .filter(({ connected }) => !connected)
      .map(({ name }) => `the framework ${name} is not connected`),
  );
  return [...down, ...leaderless, ...unregistered, ...disconnected, ...status.marathons.flatMap(shortOf)];
}

function shortOf({ address, apps }: MarathonStatus): string[] {
  return (apps ?? []).flatMap(({ id, instances, running, healthy }) => {
    const well = Math.min(running, healthy ?? running);
    return well < instances ? [`${address}: ${id} has ${well} of ${instances} instances well`] : [];
  });
}
