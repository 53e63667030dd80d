/**
 * The network of log replicas: our own entry under `log_replicas`, and whoever else is listed there. Only what THIS
 * ensemble's znodes say counts, which is why mirroring in one direction loses writes.
 */
import { Group } from "./group.js";
import type { Member } from "./membership.js";
import type { EndProcess, WriteLog } from "./process-end.js";
import { parseUpid } from "./upid.js";
import type { ZkUrl } from "./zk-url.js";

export interface LogNetworkOptions {
  /** Of the masters; `log_replicas` is below its path. */
  readonly url: ZkUrl;
  readonly sessionMs: number;
  /** `log-replica(1)@ip:port`: always a member, listed or not. */
  readonly self: string;
  /** `ip:port`, for the log. */
  readonly address: string;
  readonly log: WriteLog;
  readonly end: EndProcess;
}

export class LogNetwork {
  private readonly membership: Group;
  private readonly watched: Group;
  private pids: readonly string[] = [];
  private waiting: { size: number; resolve: () => void }[] = [];
  private collecting = 0;
  private over = false;

  constructor(private readonly options: LogNetworkOptions) {
    const url = { ...options.url, path: `${options.url.path}/log_replicas` };
    const group = (number: number) => `zookeeper-group(${number})@${options.address}`;
    this.watched = new Group({ ...options, url, name: group(1) });
    this.membership = new Group({ ...options, url, name: group(2) });
  }

  /** UPIDs of all replicas this master knows, its own included, sorted. */
  get members(): readonly string[] {
    return [...new Set([this.options.self, ...this.pids])].sort();
  }

  start(): void {
    this.options.log("I", "log.cpp", "Attempting to join replica to ZooKeeper group");
    const failed = (message: string) =>
      this.abort("log.cpp", `Failed to participate in ZooKeeper group: ${message}`);
    this.membership.start(() => {}, failed);
    this.watched.start((members) => void this.changed(members), failed);
    void this.join();
  }

  /** Closes both sessions: the entry vanishes at once. */
  async stop(): Promise<void> {
    this.over = true;
    await Promise.all([this.membership.stop(), this.watched.stop()]);
  }

  /** Waits until there are `size` members; for ever, unless the signal ends it, which rejects. */
  atLeast(size: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.members.length >= size) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const aborted = () => {
        this.waiting = this.waiting.filter((other) => other !== entry);
        reject(signal.reason);
      };
      const enough = () => {
        signal.removeEventListener("abort", aborted);
        resolve();
      };
      const entry = { size, resolve: enough };
      this.waiting.push(entry);
      signal.addEventListener("abort", aborted, { once: true });
    });
  }

  private async join(): Promise<void> {
    try {
      await this.membership.join(this.options.self, null, () => this.renew());
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.abort("log.cpp", `Failed to participate in ZooKeeper group: ${why}`);
    }
  }

  private renew(): void {
    if (this.over) return;
    this.options.log("I", "log.cpp", "Renewing replica group membership");
    void this.join();
  }

  private async changed(members: readonly Member[]): Promise<void> {
    this.options.log("I", "network.hpp", "ZooKeeper group memberships changed");
    this.collecting += 1;
    const turn = this.collecting;
    try {
      const data = await this.collect(members, turn);
      if (data !== null) this.collected(data);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.abort("network.hpp", `Failed to get data of the ZooKeeper group: ${why}`);
    }
  }

  /** One after the other, as Mesos does; null when the members changed again meanwhile. */
  private async collect(members: readonly Member[], turn: number): Promise<readonly string[] | null> {
    const texts: string[] = [];
    for (const member of members) {
      const data = await this.watched.data(member);
      if (turn !== this.collecting) return null;
      if (data !== null) texts.push(data.toString("utf8"));
    }
    return texts;
  }

  private collected(texts: readonly string[]): void {
    const broken = texts.find((text) => parseUpid(text) === null);
    if (broken !== undefined) {
      this.abort("network.hpp", `Check failed: pid Failed to parse '${broken}'`);
      return;
    }
    this.pids = [...new Set(texts)].sort();
    this.options.log("I", "network.hpp", `ZooKeeper group PIDs: { ${this.pids.join(", ")} }`);
    const size = this.members.length;
    const ready = this.waiting.filter((entry) => entry.size <= size);
    this.waiting = this.waiting.filter((entry) => entry.size > size);
    for (const entry of ready) entry.resolve();
  }

  private abort(where: string, message: string): void {
    if (this.over) return;
    this.over = true;
    this.options.log("F", where, message);
    this.options.end({ kind: "abort", signal: "SIGABRT", message });
  }
}
