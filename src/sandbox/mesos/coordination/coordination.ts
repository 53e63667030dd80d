/**
 * The ZooKeeper and registry half of a simulated master, in one object: candidacy, detection, the log network, this
 * master's replica and the registry on it. It serves no HTTP and ends no process: both are given to it.
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { LogPeers } from "./consensus.js";
import { Leadership, type LeadershipEvent } from "./leadership.js";
import { LogNetwork } from "./log-network.js";
import { answerLogRequest, LogTransport } from "./log-transport.js";
import type { MasterInfo } from "./master-info.js";
import type { EndProcess, ProcessEnd, WriteLog } from "./process-end.js";
import { Registrar } from "./registrar.js";
import type { RegistryOperation, RegistryState } from "./registry-state.js";
import { FileStorage } from "./replica-storage.js";
import { ReplicatedLog } from "./replicated-log.js";
import { replicaUpid } from "./upid.js";
import { readZkUrl, type ZkUrl } from "./zk-url.js";

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

const DEFAULTS: CoordinationTimeouts = {
  sessionMs: 10_000,
  registryFetchMs: 60_000,
  registryStoreMs: 20_000,
};

export class Coordination {
  private parts: Parts | null = null;
  private ended = false;

  constructor(private readonly options: CoordinationOptions) {}

  /**
   * Opens the replica and the four ZooKeeper sessions. Resolves when they are under way, not when there is a leader. Rejects
   * when the ZooKeeper URL or the replica's records cannot be used.
   */
  async start(): Promise<void> {
    const url = await readZkUrl(this.options.zk);
    this.parts = this.build(url);
    const { log, network, leadership } = this.parts;
    await log.start();
    leadership.start();
    network.start();
  }

  /** As detected last; null = nobody, or nothing detected yet. */
  get leader(): MasterInfo | null {
    return this.parts?.leadership.leader ?? null;
  }

  /** `master/elected`. */
  get elected(): boolean {
    return this.parts?.leadership.elected ?? false;
  }

  get registry(): Registry {
    return this.started().registrar;
  }

  /** Messages of other masters' logs: POST below `/sandbox/log/`, JSON in, JSON out. Never rejects. */
  async handleLogRequest(
    path: string,
    body: string,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const { parts } = this;
    if (parts === null || this.ended) return { status: 503, body: "" };
    return answerLogRequest(path, body, (message) => parts.log.handle(message));
  }

  /** Names as in /metrics/snapshot; some are there on the leader only. */
  metrics(): Readonly<Record<string, number>> {
    const { log, registrar } = this.started();
    return {
      "registrar/log/ensemble_size": log.ensembleSize,
      "registrar/log/recovered": log.recovered ? 1 : 0,
      ...registrar.metrics(),
    };
  }

  /** Ends everything; the ZooKeeper sessions are closed, so the znodes vanish at once (a real master never does that). */
  async stop(): Promise<void> {
    this.ended = true;
    if (this.parts === null) return;
    const { leadership, network, log, transport } = this.parts;
    await Promise.all([leadership.stop(), network.stop(), log.stop()]);
    await transport.close();
  }

  private build(url: ZkUrl): Parts {
    const { quorum, workDir, self, log, autoInitialize = true } = this.options;
    const { sessionMs, registryFetchMs, registryStoreMs } = { ...DEFAULTS, ...this.options.timeouts };
    const end: EndProcess = (how) => this.end(how);
    const onLeadership = (event: LeadershipEvent) => {
      if (!this.ended) this.options.onLeadership(event);
    };
    const { ip, port } = self.address;
    const own = replicaUpid(ip, port);
    const network = new LogNetwork({ url, sessionMs, self: own, address: `${ip}:${port}`, log, end });
    const transport = new LogTransport();
    const peers: LogPeers = {
      get members() {
        return network.members;
      },
      atLeast: (size, signal) => network.atLeast(size, signal),
      send: (member, message, signal) => transport.send(member, message, signal),
    };
    const storage = new FileStorage(join(workDir, "replicated_log"));
    const timing = { pause, random: Math.random };
    const replicated = new ReplicatedLog({
      quorum,
      storage,
      own,
      peers,
      autoInitialize,
      log,
      end,
      ...timing,
    });
    const now = () => performance.now();
    const times = { fetchMs: registryFetchMs, storeMs: registryStoreMs, now };
    const registrar = new Registrar({ storage: replicated, self, log, end, ...times });
    const leadership = new Leadership({ url, sessionMs, self, log, end, onLeadership });
    return { leadership, network, transport, log: replicated, registrar };
  }

  /** The first end counts: the others are of a process that is dying already. */
  private end(how: ProcessEnd): void {
    if (this.ended) return;
    this.ended = true;
    this.options.end(how);
  }

  private started(): Parts {
    if (this.parts === null) throw new Error("the coordination was not started");
    return this.parts;
  }
}

interface Parts {
  readonly leadership: Leadership;
  readonly network: LogNetwork;
  readonly transport: LogTransport;
  readonly log: ReplicatedLog;
  readonly registrar: Registrar;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return delay(ms, undefined, { signal });
}
