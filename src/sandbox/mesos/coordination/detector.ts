/**
 * Detection of the leading master, as masters, agents and frameworks do it: a watch on the children only, and the data of a
 * new lowest member read once. It never writes but the path itself.
 */
import { Group } from "./group.js";
import { readLeaderData } from "./leader-data.js";
import type { MasterInfo } from "./master-info.js";
import { leadingMember, type Member } from "./membership.js";
import type { WriteLog } from "./process-end.js";
import type { ZkUrl } from "./zk-url.js";

export interface DetectorOptions {
  readonly url: ZkUrl;
  /** Milliseconds; agents and frameworks use Mesos' 10,000. */
  readonly sessionMs: number;
  /** Of the ZooKeeper group, for the log. */
  readonly name: string;
  readonly log: WriteLog;
}

export class Detector {
  private readonly group: Group;
  /** Number of the member detected last. */
  private current: number | null = null;
  private failed = false;
  private onLeader: (leader: MasterInfo | null) => void = () => {};
  private onFatal: (message: string) => void = () => {};

  constructor(private readonly options: DetectorOptions) {
    this.group = new Group(options);
  }

  /**
   * `onLeader` is told of each new lowest znode, also when it names the same master, and of null when there is none any
   * more. `onFatal` is called at most once, with the text that a master ends on as `Failed to detect the leading master: …;
   * committing suicide!` and an agent as `Failed to detect a master: …`; nothing is detected afterwards.
   */
  start(onLeader: (leader: MasterInfo | null) => void, onFatal: (message: string) => void): void {
    this.onLeader = onLeader;
    this.onFatal = onFatal;
    this.group.start(
      (members) => this.changed(members),
      (message) => this.fail(message),
    );
  }

  /** Closes the ZooKeeper session; no callback comes after the call. */
  async stop(): Promise<void> {
    this.failed = true;
    await this.group.stop();
  }

  private changed(members: readonly Member[]): void {
    const leading = leadingMember(members);
    if (this.failed || (leading?.number ?? null) === this.current) return;
    this.current = leading?.number ?? null;
    const who = leading === null ? "None" : `(id='${leading.number}')`;
    this.options.log("I", "detector.cpp", `Detected a new leader: ${who}`);
    if (leading === null) this.onLeader(null);
    else void this.fetch(leading);
  }

  private async fetch(member: Member): Promise<void> {
    try {
      const data = await this.group.data(member);
      // While it was read the lowest may have changed; Mesos still acts on what it read.
      if (this.failed) return;
      if (data === null) this.onLeader(null);
      else this.read(member, data);
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private read(member: Member, data: Buffer): void {
    const found = readLeaderData(member.label, data);
    if (found.kind === "unreadable") {
      this.fail(found.message);
      return;
    }
    if (found.warning !== null) this.options.log("W", "zookeeper.cpp", found.warning);
    this.options.log("I", "zookeeper.cpp", `A new leading master (UPID=${found.info.pid}) is detected`);
    this.onLeader(found.info);
  }

  private fail(message: string): void {
    if (this.failed) return;
    this.failed = true;
    this.onFatal(message);
  }
}
