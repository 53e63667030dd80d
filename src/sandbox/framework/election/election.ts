/**
 * A candidacy in an election by Curator's LeaderLatch, as Marathon and others hold it, on a real ZooKeeper: one ephemeral sequential znode, and a watch on the others. It tells how
 * matters stand and never ends the process.
 */
import { randomUUID } from "node:crypto";
import type { Acl, ZooKeeperClient } from "../../../zookeeper/types.js";
import { isZooKeeperError } from "../../../zookeeper/zookeeper-error.js";
import { inOrder, type Standing, standing } from "./candidates.js";

export interface ElectionOptions {
  readonly client: ZooKeeperClient;
  /** `<path>/leader-curator`. */
  readonly path: string;
  readonly acl: readonly Acl[];
  /** `host:port` of this process. */
  readonly self: string;
  /** Told of each change. */
  readonly onStanding: (standing: Standing) => void;
  /** Called once, when the election cannot be followed any more. */
  readonly onFailure: (error: unknown) => void;
}

export class Election {
  private own: string | null = null;
  private stopped = false;
  private last = "";
  private looking = false;
  private again = false;

  constructor(private readonly options: ElectionOptions) {}

  /** Enters the contest. Rejects with a ZooKeeperError when it cannot. */
  async start(): Promise<void> {
    const { client, path, acl, self } = this.options;
    const prefix = `${path}/_c_${randomUUID()}-latch-`;
    await client.createParents(prefix, acl);
    const created = await client.create(prefix, Buffer.from(self), { mode: "ephemeral-sequential", acl });
    this.own = created.path.slice(path.length + 1);
    this.look();
  }

  /** Leaves at once, so that another need not wait for the session to end. Never rejects. */
  async stop(): Promise<void> {
    this.stopped = true;
    const { client, path } = this.options;
    if (this.own !== null) await client.delete(`${path}/${this.own}`).catch(() => {});
  }

  /** One look at a time; a change in between leads to one more. */
  private look(): void {
    this.again = true;
    if (this.looking) return;
    this.looking = true;
    void this.lookAgain();
  }

  private async lookAgain(): Promise<void> {
    try {
      while (this.again && !this.stopped) {
        this.again = false;
        await this.lookOnce();
      }
    } catch (error) {
      if (!this.stopped) this.options.onFailure(error);
      this.stopped = true;
    }
    this.looking = false;
  }

  private async lookOnce(): Promise<void> {
    const { client, path, self } = this.options;
    const { children } = await client.getChildren(path, () => this.look());
    const candidates = await Promise.all(
      inOrder(children).map(async (name) => ({ name, address: await this.addressOf(name) })),
    );
    const found = standing(candidates, this.own ?? "", self);
    const text = JSON.stringify(found);
    if (this.stopped || text === this.last) return;
    this.last = text;
    this.options.onStanding(found);
  }

  private async addressOf(name: string): Promise<string | null> {
    try {
      return (
        (await this.options.client.getData(`${this.options.path}/${name}`)).data?.toString("utf8") ?? null
      );
    } catch (error) {
      if (isZooKeeperError(error, "NO_NODE")) return null;
      throw error;
    }
  }
}
