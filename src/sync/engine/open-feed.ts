/** The feed of a side as the specification wants it. Asks the ensemble for its quorum ports where none are given. */
import { parseConnectString, type ServerAddress } from "../../zookeeper/connect-string.js";
import { QuorumAuth } from "../../zookeeper/learner/quorum-auth.js";
import {
  membersFromConf,
  membersFromZnode,
  type QuorumMember,
} from "../../zookeeper/learner/quorum-members.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { ObserverFeed } from "../feed/observer-feed.js";
import type { SideSpec } from "../spec.js";

/** Milliseconds for which a membership that was read counts as known. */
const MEMBERS_MS = 10_000;

export function observerFeed(
  side: SideSpec,
  client: () => Promise<ZooKeeperClient>,
  random: () => number,
): ObserverFeed {
  const { quorum } = side;
  const { sasl } = quorum;
  const addresses = new QuorumAddresses(side, client);
  return new ObserverFeed({
    servers: () => addresses.now(),
    tls: quorum.tls,
    authenticate: sasl === null ? null : () => new QuorumAuth(sasl),
    observerId: quorum.observerId,
    random,
  });
}

/** Where the quorum ports are, kept while the ensemble cannot be asked. */
class QuorumAddresses {
  private known: readonly ServerAddress[] = [];
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly side: SideSpec,
    private readonly client: () => Promise<ZooKeeperClient>,
  ) {}

  async now(): Promise<readonly ServerAddress[]> {
    const { servers } = this.side.quorum;
    if (servers.length > 0) return parsed(servers);
    if (performance.now() - this.readAt < MEMBERS_MS) return this.known;
    const members = await this.read();
    if (members.length > 0) {
      this.known = members.map(({ quorum }) => quorum);
      this.readAt = performance.now();
    }
    return this.known;
  }

  private async read(): Promise<readonly QuorumMember[]> {
    // With a quorum lost no session can be had, but the servers' own words still answer.
    const client = await within(2_000, this.client());
    const members = client === null ? [] : await membersFromZnode(client).catch(() => []);
    return members.length > 0 ? members : membersFromConf(this.side.connectString, this.side.tls);
  }
}

function parsed(servers: readonly string[]): readonly ServerAddress[] {
  const result = parseConnectString(servers.join(","));
  return typeof result === "string" ? [] : result.servers;
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([promise.catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}
