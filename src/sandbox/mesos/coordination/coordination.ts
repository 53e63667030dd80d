/**
 * The ZooKeeper and registry half of a simulated master, in one object: candidacy, detection, the log network, this
 * master's replica and the registry on it. It serves no HTTP and ends no process: both are given to it.
 */
import type { LeadershipEvent } from "./leadership.js";
import type { MasterInfo } from "./master-info.js";
import type { EndProcess, WriteLog } from "./process-end.js";
import type { RegistryOperation, RegistryState } from "./registry-state.js";

/** Milliseconds. The defaults are Mesos' flags of the same names. */
export interface CoordinationTimeouts {
  /** zk_session_timeout, 10 s; servers allow 2 to 20 of their ticks. */
  readonly sessionMs: number;
  /** registry_fetch_timeout, 1 min. */
  readonly registryFetchMs: number;
  /** registry_store_timeout, 20 s. */
  readonly registryStoreMs: number;
}

export interface CoordinationOptions {
  /** `zk://[user:password@]host:port,host:port/PATH`, or `file:///path` of a file that holds such a URL. */
  readonly zk: string;
  /** A majority of the masters; the size of the cluster is taken as 2 * quorum - 1. */
  readonly quorum: number;
  /** The replica lives in `replicated_log` below it. */
  readonly workDir: string;
  readonly self: MasterInfo;
  readonly timeouts?: Partial<CoordinationTimeouts>;
  /** log_auto_initialize, true by default. */
  readonly autoInitialize?: boolean;
  readonly log: WriteLog;
  /** By design (status 1) or by a failed CHECK (SIGABRT); the text was logged already. */
  readonly end: EndProcess;
  readonly onLeadership: (event: LeadershipEvent) => void;
}

/** Of the leader only. */
export interface Registry {
  /**
   * Reads the registry from a quorum and writes this MasterInfo into it. Without success within registry_fetch_timeout the
   * process is aborted and the promise rejects.
   */
  recover(): Promise<RegistryState>;
  /**
   * Applies the operation and resolves with the new state once a quorum has it on disk. Writes go one after the other. When
   * one fails or takes longer than registry_store_timeout the registrar is dead: this one and all later ones reject.
   */
  apply(operation: RegistryOperation): Promise<RegistryState>;
  /** As acknowledged last; `{}` before recovery and on a standby. */
  readonly state: RegistryState;
}

export interface Coordination {
  /** Opens the replica and the four ZooKeeper sessions. Resolves when they are under way, not when there is a leader. */
  start(): Promise<void>;
  /** As detected last; null = nobody (or nothing detected yet). */
  readonly leader: MasterInfo | null;
  /** `master/elected`. */
  readonly elected: boolean;
  readonly registry: Registry;
  /** Messages of other masters' logs: POST below `/sandbox/log/`, JSON in, JSON out. Never rejects. */
  handleLogRequest(path: string, body: string): Promise<{ readonly status: number; readonly body: string }>;
  /** Names as in /metrics/snapshot: registrar/log/ensemble_size, registrar/log/recovered, ... */
  metrics(): Readonly<Record<string, number>>;
  /** Ends everything; the ZooKeeper sessions are closed, so the znodes vanish at once (a real master never does that). */
  stop(): Promise<void>;
}
