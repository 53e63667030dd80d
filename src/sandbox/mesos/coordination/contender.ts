/**
 * A master's candidacy: one ephemeral sequential `json.info_` znode, made whole in one call and watched. Whether losing it
 * is fatal is not decided here.
 */
import { type Candidacy, Group } from "./group.js";
import { JSON_LABEL } from "./leader-data.js";
import { type MasterInfo, masterInfoJson } from "./master-info.js";
import type { WriteLog } from "./process-end.js";
import type { ZkUrl } from "./zk-url.js";

export interface ContenderOptions {
  readonly url: ZkUrl;
  readonly sessionMs: number;
  /** Of the ZooKeeper group, for the log. */
  readonly name: string;
  readonly self: MasterInfo;
  readonly log: WriteLog;
}

export interface ContenderEvents {
  /** The znode or its session is gone. Contend again or die. */
  readonly lost: () => void;
  /** ZooKeeper refuses for good: `Failed to create ephemeral node at '…' in ZooKeeper: node exists`. */
  readonly failed: (message: string) => void;
}

export class Contender {
  private readonly group: Group;
  private candidacy: Candidacy | null = null;
  private stopping = false;
  private events: ContenderEvents = { lost: () => {}, failed: () => {} };

  constructor(private readonly options: ContenderOptions) {
    this.group = new Group(options);
  }

  /** The number of our znode, or null while there is none. */
  get number(): number | null {
    return this.candidacy?.number ?? null;
  }

  start(events: ContenderEvents): void {
    this.events = events;
    this.group.start(
      () => {},
      (message) => this.fail(message),
    );
    void this.join();
  }

  /** After `lost`: a new znode with the next number. */
  async contendAgain(): Promise<void> {
    const { log } = this.options;
    log("I", "zookeeper.cpp", "Withdrawing the previous membership before recontending");
    const previous = this.candidacy;
    this.candidacy = null;
    if (previous !== null) {
      log("I", "contender.cpp", `Now cancelling the membership: ${previous.number}`);
      await this.group.cancel(previous).catch((error: Error) => this.fail(error.message));
    }
    await this.join();
  }

  /** Closes the session: the znode vanishes at once. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.group.stop();
  }

  private async join(): Promise<void> {
    const { log, self } = this.options;
    log("I", "contender.cpp", "Joining the ZK group");
    try {
      this.candidacy = await this.group.join(masterInfoJson(self), JSON_LABEL, () => this.gone());
      const { number } = this.candidacy;
      log("I", "contender.cpp", `New candidate (id='${number}') has entered the contest for leadership`);
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private gone(): void {
    if (this.stopping) return;
    this.options.log("I", "contender.cpp", `Membership cancelled: ${this.candidacy?.number ?? "?"}`);
    this.events.lost();
  }

  private fail(message: string): void {
    if (!this.stopping) this.events.failed(message);
  }
}
