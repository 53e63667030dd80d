/**
 * A cluster of replicated logs without sockets or clocks: messages wait until a seeded dice delivers or loses them, replicas
 * keep their records over a crash. Everything else is the real code.
 */
import type { LogPeers } from "../../../../src/sandbox/mesos/coordination/consensus.js";
import type { LogAnswer, LogRequest } from "../../../../src/sandbox/mesos/coordination/log-messages.js";
import type { ProcessEnd } from "../../../../src/sandbox/mesos/coordination/process-end.js";
import {
  EMPTY_REPLICA,
  type ReplicaRecord,
  type ReplicaState,
  withRecord,
} from "../../../../src/sandbox/mesos/coordination/replica-state.js";
import type { ReplicaStorage } from "../../../../src/sandbox/mesos/coordination/replica-storage.js";
import { ReplicatedLog } from "../../../../src/sandbox/mesos/coordination/replicated-log.js";

class MemoryStorage implements ReplicaStorage {
  readonly records: ReplicaRecord[] = [];

  async load(): Promise<ReplicaState> {
    return this.records.reduce(withRecord, EMPTY_REPLICA);
  }
  async append(record: ReplicaRecord): Promise<void> {
    this.records.push(record);
  }
  async sync(): Promise<void> {}
  async close(): Promise<void> {}
}

export interface SimulatedNode {
  readonly name: string;
  readonly storage: MemoryStorage;
  log: ReplicatedLog;
  /** Raised by each crash: messages of an earlier life are lost. */
  life: number;
  up: boolean;
  end: ProcessEnd | null;
}

interface Waiting {
  readonly deliver: () => void;
  readonly lose: () => void;
  readonly released?: boolean;
}

export interface SimulationOptions {
  readonly nodes: number;
  readonly quorum: number;
  /** Already voting, with empty logs. */
  readonly voting: boolean;
  readonly seed: number;
  /** Of a hundred messages. */
  readonly lost?: number;
  /** Of a hundred messages: kept back until `release`, so that late ones meet a changed world. */
  readonly late?: number;
  /** Whether a message may pass at all; yes by default. */
  readonly linked?: (from: string, to: string) => boolean;
}

export class SimulatedCluster {
  readonly nodes: SimulatedNode[];
  private waiting: Waiting[] = [];
  private late: Waiting[] = [];
  private state: number;

  constructor(private readonly options: SimulationOptions) {
    this.state = options.seed >>> 0;
    this.nodes = Array.from({ length: options.nodes }, (_, index) => {
      const name = `log-replica(1)@127.0.0.${index + 1}:5050`;
      const storage = new MemoryStorage();
      if (options.voting) storage.records.push({ kind: "status", status: "VOTING" });
      const node: SimulatedNode = { name, storage, log: null as never, life: 0, up: false, end: null };
      node.log = this.logOf(node);
      return node;
    });
  }

  node(index: number): SimulatedNode {
    const node = this.nodes[index % this.nodes.length];
    if (node === undefined) throw new Error("no such node");
    return node;
  }

  async boot(node: SimulatedNode): Promise<void> {
    node.log = this.logOf(node);
    await node.log.start();
    node.up = true;
  }

  /** As by SIGKILL: what is not stored is gone, and so is every message to or from it. */
  crash(node: SimulatedNode): void {
    node.up = false;
    node.life += 1;
    void node.log.stop();
  }

  /** Delivers or loses messages in any order until none is left, at most `steps`. */
  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      await settled();
      const at = Math.floor(this.random() * this.waiting.length);
      const [message] = this.waiting.splice(at, 1);
      if (message === undefined) return;
      const dice = this.random() * 100;
      const { lost = 0, late = 0 } = this.options;
      if (dice < lost) message.lose();
      else if (dice < lost + late && !message.released) this.late.push(message);
      else message.deliver();
    }
  }

  /** What was kept back is on its way again. */
  release(): void {
    for (const message of this.late.splice(0)) this.waiting.push({ ...message, released: true });
  }

  /** mulberry32 */
  readonly random = (): number => {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  private logOf(node: SimulatedNode): ReplicatedLog {
    const { life } = node;
    const members = Array.from(
      { length: this.options.nodes },
      (_, index) => `log-replica(1)@127.0.0.${index + 1}:5050`,
    );
    const peers: LogPeers = {
      members,
      atLeast: () => Promise.resolve(),
      send: (member, request) => this.send(node, life, member, request),
    };
    return new ReplicatedLog({
      quorum: this.options.quorum,
      storage: node.storage,
      own: node.name,
      peers,
      autoInitialize: true,
      log: () => {},
      end: (how) => {
        node.end = how;
        this.crash(node);
      },
      pause: (ms, signal) => this.pause(ms, signal),
      random: this.random,
    });
  }

  /** A pause ends at any moment, like a message that arrives; long ones are timeouts, which never come here. */
  private pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = () => reject(signal.reason);
      const over = () => {
        signal.removeEventListener("abort", aborted);
        resolve();
      };
      signal.addEventListener("abort", aborted, { once: true });
      if (ms < 5_000) this.waiting.push({ deliver: over, lose: over });
    });
  }

  private send(
    from: SimulatedNode,
    life: number,
    to: string,
    request: LogRequest,
  ): Promise<LogAnswer | null> {
    const target = this.nodes.find((node) => node.name === to);
    if (target === undefined || this.options.linked?.(from.name, to) === false) return Promise.resolve(null);
    return new Promise((resolve) => {
      const back = (answer: LogAnswer | null) => {
        const alive = () => from.life === life;
        this.waiting.push({ deliver: () => resolve(alive() ? answer : null), lose: () => resolve(null) });
      };
      const arrive = () => {
        if (!target.up || from.life !== life) return resolve(null);
        const targetLife = target.life;
        target.log.handle(request).then(
          (answer) => (target.life === targetLife ? back(answer) : resolve(null)),
          () => resolve(null),
        );
      };
      this.waiting.push({ deliver: arrive, lose: () => resolve(null) });
    });
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
