/**
 * A Marathon's session with ZooKeeper: the candidacy and the state, under one URL. A session that is only suspended is over for
 * Marathon (facts 4), so it says so once and tries nothing more.
 */
import { connect } from "../../../zookeeper/connect.js";
import { digestId } from "../../../zookeeper/digest.js";
import { type Acl, PERMS, type ZooKeeperClient } from "../../../zookeeper/types.js";
import type { Standing } from "../../framework/election/candidates.js";
import { Election } from "../../framework/election/election.js";
import type { ZkUrl } from "../../mesos/coordination/zk-url.js";
import type { Flags } from "../flags.js";
import { ZooKeeperStore } from "../storage/zookeeper-store.js";

const OPEN: Acl = { perms: PERMS.all, scheme: "world", id: "anyone" };
const READABLE: Acl = { perms: PERMS.read, scheme: "world", id: "anyone" };

export class Keeper {
  private election: Election | null = null;
  private closing = false;

  private constructor(
    private readonly client: ZooKeeperClient,
    private readonly url: ZkUrl,
    lost: (why: string) => void,
  ) {
    client.onState((state) => {
      if (state === "connected" || this.closing) return;
      this.closing = true;
      lost(state);
    });
  }

  /** Rejects with a ZooKeeperError when there is no session in time. `lost` is called once at most. */
  static async open(url: ZkUrl, flags: Flags, lost: (why: string) => void): Promise<Keeper> {
    const client = await connect({
      connectString: url.servers,
      sessionTimeoutMs: flags.number("zk_session_timeout"),
      connectTimeoutMs: flags.number("zk_connection_timeout"),
      auth: url.credential === null ? [] : [{ scheme: "digest", credential: Buffer.from(url.credential) }],
    });
    return new Keeper(client, url, lost);
  }

  store(flags: Flags): ZooKeeperStore {
    return new ZooKeeperStore(this.client, {
      root: `${this.url.path}/state`,
      acl: this.acl(),
      compressFrom: flags.on("zk_compression") ? flags.number("zk_compression_threshold") : null,
      maxNodeSize: flags.number("zk_max_node_size"),
      maxVersions: flags.number("zk_max_versions"),
    });
  }

  /** Enters the contest for the leadership as `self`. Rejects with a ZooKeeperError when it cannot. */
  async contend(
    self: string,
    onStanding: (standing: Standing) => void,
    onFailure: (error: unknown) => void,
  ): Promise<void> {
    const acl = this.url.credential === null ? this.acl() : [...this.acl(), READABLE];
    const path = `${this.url.path}/leader-curator`;
    this.election = new Election({ client: this.client, path, acl, self, onStanding, onFailure });
    await this.election.start();
  }

  /** Ends the session; the candidacy vanishes with it. Never rejects. */
  async close(): Promise<void> {
    this.closing = true;
    await this.election?.stop();
    await this.client.close();
  }

  private acl(): readonly Acl[] {
    const { credential } = this.url;
    if (credential === null) return [OPEN];
    const colon = credential.indexOf(":");
    const user = colon < 0 ? credential : credential.slice(0, colon);
    const password = colon < 0 ? "" : credential.slice(colon + 1);
    return [{ perms: PERMS.all, scheme: "digest", id: digestId(user, password) }];
  }
}
