/**
 * The log as the registry uses it: become the writer, read what was stored last, store anew. Each store appends the whole
 * text and truncates what is before it, as Mesos' log storage does with its snapshots.
 */
import { CheckFailed, type LogPeers, type Proposer } from "./consensus.js";
import { LogCoordinator } from "./log-coordinator.js";
import type { LogAnswer, LogRequest } from "./log-messages.js";
import { recoverReplica } from "./log-recovery.js";
import type { EndProcess, WriteLog } from "./process-end.js";
import { Replica } from "./replica.js";
import type { ReplicaStorage } from "./replica-storage.js";

export interface ReplicatedLogOptions {
  readonly quorum: number;
  readonly storage: ReplicaStorage;
  /** UPID of our own replica. */
  readonly own: string;
  /** Members and the way to the others; our own replica is asked directly. */
  readonly peers: LogPeers;
  readonly autoInitialize: boolean;
  readonly log: WriteLog;
  /** By SIGABRT, at a failed CHECK. */
  readonly end: EndProcess;
  readonly pause: Proposer["pause"];
  readonly random: () => number;
}

/**
 * Milliseconds, this to twice this, before the next try. Each try costs a number that the next writer has to climb over one
 * by one, so replicas that do not vote yet are given time.
 */
const RETRY_MS = { denied: 5, ignored: 100 } as const;

export class ReplicatedLog {
  private readonly replica: Replica;
  private readonly proposer: Proposer;
  private readonly coordinator: LogCoordinator;
  private readonly stopped = new AbortController();
  private recovery: Promise<void> | null = null;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ReplicatedLogOptions) {
    const { own, peers, quorum, log, pause, random } = options;
    this.replica = new Replica(options.storage, log);
    const direct: LogPeers = {
      get members() {
        return peers.members;
      },
      atLeast: (size, signal) => peers.atLeast(size, signal),
      send: (member, request, signal) =>
        member === own ? this.replica.handle(request) : peers.send(member, request, signal),
    };
    this.proposer = { quorum, peers: direct, from: own, log, pause, random };
    this.coordinator = new LogCoordinator(this.proposer, this.replica, own);
  }

  /** Whether our own replica votes. */
  get recovered(): boolean {
    return this.replica.votes;
  }

  /** Members of the network as this master sees it, its own replica included. */
  get ensembleSize(): number {
    return this.options.peers.members.length;
  }

  /** Reads the replica's records and lets it come to vote. Rejects when the records cannot be read. */
  async start(): Promise<void> {
    await this.replica.open();
    const { own, autoInitialize } = this.options;
    const options = { proposer: this.proposer, replica: this.replica, own, autoInitialize };
    this.recovery = recoverReplica(options, this.stopped.signal);
    this.recovery.catch((error: unknown) => this.failed(error));
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.recovery?.catch(() => {});
    await this.replica.close();
  }

  /** A request of another master. Before `start` there is no answer. */
  handle(request: LogRequest): Promise<LogAnswer> {
    return this.recovery === null ? Promise.resolve({ kind: "silence" }) : this.replica.handle(request);
  }

  /** Becomes the writer, however often it takes, and gives what was stored last; null when nothing ever was. */
  async fetch(signal: AbortSignal): Promise<string | null> {
    const either = AbortSignal.any([signal, this.stopped.signal]);
    try {
      await abortable(this.recovery ?? Promise.reject(new Error("the log was not started")), either);
      await this.becomeWriter(either);
    } catch (error) {
      this.failed(error);
      throw error;
    }
    return this.latest();
  }

  /** Resolves when a quorum has it. Rejects when another writer was elected or the signal ends it. */
  async store(text: string, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.stopped.signal]);
    const appended = this.inTurn(() => this.coordinator.write({ type: "APPEND", bytes: text }, either));
    const position = await appended;
    // Not waited for: the text is safe. The next one waits for it, as there is one writer.
    this.inTurn(() => this.coordinator.write({ type: "TRUNCATE", to: position }, this.stopped.signal)).catch(
      () => {},
    );
  }

  private async becomeWriter(signal: AbortSignal): Promise<void> {
    const { log, pause, random } = this.options;
    for (;;) {
      log("I", "log.cpp", "Attempting to start the writer");
      const election = await this.coordinator.elect(signal);
      if (election.kind === "elected") {
        log("I", "log.cpp", `Writer started with ending position ${election.end}`);
        return;
      }
      log("I", "log.cpp", "Could not start the writer, but can be retried");
      await pause(RETRY_MS[election.kind] * (1 + random()), signal);
    }
  }

  private latest(): string | null {
    let latest: { position: number; bytes: string } | null = null;
    for (const { position, learned, performed } of this.replica.state.actions.values()) {
      if (!learned || performed?.value.type !== "APPEND") continue;
      if (latest === null || position > latest.position) latest = { position, bytes: performed.value.bytes };
    }
    return latest?.bytes ?? null;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.writing.then(work);
    this.writing = result.catch(() => {});
    return result;
  }

  private failed(error: unknown): void {
    if (!(error instanceof CheckFailed)) return;
    this.options.log("F", error.where, error.message);
    this.options.end({ kind: "abort", signal: "SIGABRT", message: error.message });
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason);
    signal.addEventListener("abort", aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
  });
}
