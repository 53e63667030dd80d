/**
 * A ZooKeeper group as Mesos knows it: the children of one znode, watched; memberships of its own made and missed; the data
 * of a member read. It retries what is worth it for ever and fails for good at what is not.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { ZooKeeperClient } from "../../../zookeeper/types.js";
import { isZooKeeperError } from "../../../zookeeper/zookeeper-error.js";
import { GroupSession } from "./group-session.js";
import { type Member, membersOf, znodeOf } from "./membership.js";
import type { WriteLog } from "./process-end.js";
import { aclOf, type ZkUrl } from "./zk-url.js";
import { isRetryable, zookeeperWords } from "./zookeeper-words.js";

export interface GroupOptions {
  readonly url: ZkUrl;
  readonly sessionMs: number;
  readonly name: string;
  readonly log: WriteLog;
}

/** A znode of our own in the group. */
export interface Candidacy {
  readonly number: number;
  readonly path: string;
}

/** Milliseconds between two tries of what ZooKeeper did not do. */
const RETRY_MS = 50;

interface Owned {
  readonly candidacy: Candidacy;
  readonly lost: () => void;
}

type Listener = (members: readonly Member[]) => void;

export class Group {
  private readonly session: GroupSession;
  private readonly stopped = new AbortController();
  /** The session in which the path is known to exist. */
  private ready: ZooKeeperClient | null = null;
  private waiting: (() => void)[] = [];
  private listener: { changed: Listener; failed: (message: string) => void } | null = null;
  private owned: Owned | null = null;
  private reading = false;
  private readAgain = false;

  constructor(private readonly options: GroupOptions) {
    this.session = new GroupSession({
      ...options,
      onSession: (client) => void this.begun(client),
      onExpired: () => this.expired(),
      onRefused: (message) => this.fail(message),
    });
  }

  /**
   * Opens the group. `changed` is told of the members whenever the children change, and of nobody when the session expired;
   * `failed` once, when ZooKeeper refuses for good.
   */
  start(changed: Listener, failed: (message: string) => void): void {
    this.listener = { changed, failed };
    this.session.start();
  }

  async stop(): Promise<void> {
    this.listener = null;
    this.owned = null;
    this.stopped.abort();
    this.wake();
    await this.session.stop();
  }

  /**
   * Joins with one call that creates the znode with all its data. `lost` is called once, when the znode or the session is
   * gone. Rejects with Mesos' text when ZooKeeper refuses (`node exists`, `not authenticated`).
   */
  async join(data: string, label: string | null, lost: () => void): Promise<Candidacy> {
    const prefix = `${this.options.url.path}/${label === null ? "" : `${label}_`}`;
    for (;;) {
      const client = await this.connected();
      try {
        const options = { acl: aclOf(this.options.url), mode: "ephemeral-sequential" } as const;
        const { path } = await client.create(prefix, Buffer.from(data), options);
        const candidacy = { number: Number(path.slice(-10)), path };
        if (this.session.client !== client) continue; // gone with its session
        this.owned = { candidacy, lost };
        this.refresh(); // also sees it when it was deleted at once
        return candidacy;
      } catch (error) {
        if (!isRetryable(error)) {
          throw new Error(
            `Failed to create ephemeral node at '${prefix}' in ZooKeeper: ${zookeeperWords(error)}`,
          );
        }
        await this.pause();
      }
    }
  }

  /** Deletes our znode, if it is still there. */
  async cancel(candidacy: Candidacy): Promise<void> {
    if (this.owned?.candidacy === candidacy) this.owned = null;
    try {
      await this.session.client?.delete(candidacy.path);
    } catch (error) {
      if (!isZooKeeperError(error, "NO_NODE") && !isRetryable(error)) throw error;
    }
  }

  /** The member's data, null when it is gone meanwhile. Rejects with Mesos' text when ZooKeeper refuses. */
  async data(member: Member): Promise<Buffer | null> {
    const path = `${this.options.url.path}/${znodeOf(member)}`;
    for (;;) {
      const client = await this.connected();
      this.options.log("I", "group.cpp", `Trying to get '${path}' in ZooKeeper`);
      try {
        return (await client.getData(path)).data ?? Buffer.alloc(0);
      } catch (error) {
        if (isZooKeeperError(error, "NO_NODE")) return null;
        if (!isRetryable(error)) {
          throw new Error(
            `Failed to get data for ephemeral node '${path}' in ZooKeeper: ${zookeeperWords(error)}`,
          );
        }
        await this.pause();
      }
    }
  }

  private async begun(client: ZooKeeperClient): Promise<void> {
    const { path } = this.options.url;
    this.options.log("I", "group.cpp", `Trying to create path '${path}' in ZooKeeper`);
    while (this.session.client === client) {
      try {
        await client.createParents(`${path}/member`, aclOf(this.options.url));
        this.wake();
        return this.refresh();
      } catch (error) {
        if (!isRetryable(error)) {
          return this.fail(`Failed to create '${path}' in ZooKeeper: ${zookeeperWords(error)}`);
        }
        await this.pause();
      }
    }
  }

  /** Reads the children, once more afterwards when they changed meanwhile. */
  private refresh(): void {
    this.readAgain = true;
    if (!this.reading) void this.readChildren();
  }

  private async readChildren(): Promise<void> {
    this.reading = true;
    while (this.readAgain && !this.stopped.signal.aborted) {
      this.readAgain = false;
      const { client } = this.session;
      if (client === null) break; // the next session reads anew
      const { owned } = this; // a list asked for before we joined says nothing about us
      try {
        const { children } = await client.getChildren(this.options.url.path, this.onChildren);
        if (this.session.client === client) this.seen(children, owned);
      } catch (error) {
        const { path } = this.options.url;
        if (isRetryable(error)) this.readAgain = this.session.client === client;
        else {
          const words = zookeeperWords(error);
          this.fail(`Non-retryable error attempting to get children of '${path}' in ZooKeeper: ${words}`);
        }
        await this.pause();
      }
    }
    this.reading = false;
  }

  /** One function, so that the client keeps one watcher of it. */
  private readonly onChildren = (): void => this.refresh();

  private seen(children: readonly string[], owned: Owned | null): void {
    const members = membersOf(children);
    if (
      owned !== null &&
      owned === this.owned &&
      !members.some((member) => member.number === owned.candidacy.number)
    ) {
      this.owned = null;
      owned.lost();
    }
    this.listener?.changed(members);
  }

  private expired(): void {
    const { owned } = this;
    this.owned = null;
    owned?.lost();
    this.listener?.changed([]);
  }

  private fail(message: string): void {
    this.listener?.failed(message);
  }

  /** Waits for a session whose path exists. */
  private async connected(): Promise<ZooKeeperClient> {
    for (;;) {
      this.stopped.signal.throwIfAborted();
      const { client } = this.session;
      if (client !== null && this.ready === client) return client;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private wake(): void {
    this.ready = this.session.client;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private async pause(): Promise<void> {
    await delay(RETRY_MS, undefined, { signal: this.stopped.signal }).catch(() => {});
  }
}
