/**
 * Which feed a side gets: the declared one, or for `auto` the most exact one that can work there. Asks the ensemble and
 * its quorum ports once, before an engine starts; it follows nothing itself.
 */
import { addressText, parseConnectString, type ServerAddress } from "../zookeeper/connect-string.js";
import { fourLetterWord } from "../zookeeper/four-letter.js";
import { membersFromConf, membersFromZnode } from "../zookeeper/learner/quorum-members.js";
import { isOlder, SINCE, versionOfSrvr } from "../zookeeper/server-version.js";
import { dial, tlsFault } from "../zookeeper/tls.js";
import type { TlsOptions, ZooKeeperClient } from "../zookeeper/types.js";
import type { FeedKind } from "./feed/feed.js";
import type { SideSpec, SyncSpec } from "./spec.js";

export interface ChosenFeed {
  readonly kind: FeedKind;
  /** Why, for people. */
  readonly reason: string;
}

/** Milliseconds for one server to answer. */
const ANSWER_MS = 2_000;

/**
 * @param client of that side; null when no session could be had
 * Never rejects: what cannot be asked counts as not answering.
 */
export async function chooseFeed(
  side: SideSpec,
  wanted: SyncSpec["feed"],
  client: ZooKeeperClient | null,
): Promise<ChosenFeed> {
  if (wanted !== "auto") return { kind: wanted, reason: "declared" };
  const addresses = await quorumAddresses(side, client);
  const answering = await firstAnswering(addresses, side.quorum.tls);
  if (answering !== null) {
    return { kind: "observer", reason: `the quorum port ${addressText(answering)} answers` };
  }
  if (client === null) {
    return {
      kind: "observer",
      reason: "the ensemble could not be asked yet, and an observer misses nothing",
    };
  }
  const why =
    addresses.length === 0
      ? "the ensemble does not say where its quorum ports are"
      : `no quorum port can be reached (tried ${addresses.map(addressText).join(", ")})`;
  const version = client.server === null ? null : await versionOf(client.server, side.tls);
  if (version !== null && isOlder(version, SINCE.addWatch)) {
    return { kind: "classic", reason: `${why}, and ${version} has no recursive watch` };
  }
  return { kind: "watch", reason: why };
}

async function quorumAddresses(
  side: SideSpec,
  client: ZooKeeperClient | null,
): Promise<readonly ServerAddress[]> {
  const { servers } = side.quorum;
  if (servers.length > 0) {
    const parsed = parseConnectString(servers.join(","));
    return typeof parsed === "string" ? [] : parsed.servers;
  }
  const members = client === null ? [] : await membersFromZnode(client).catch(() => []);
  const known = members.length > 0 ? members : await membersFromConf(side.connectString, side.tls);
  return known.map(({ quorum }) => quorum);
}

async function firstAnswering(
  addresses: readonly ServerAddress[],
  tls: TlsOptions | null,
): Promise<ServerAddress | null> {
  const answers = await Promise.all(addresses.map((address) => isAnswering(address, tls)));
  return addresses.find((_, at) => answers[at] === true) ?? null;
}

/** Whether a connection stands; nothing is sent, and servers take that for a port scan. */
function isAnswering({ host, port }: ServerAddress, tls: TlsOptions | null): Promise<boolean> {
  // Certificates that cannot be used are for whoever connects in earnest to report.
  if (tls !== null && tlsFault(tls) !== null) return Promise.resolve(false);
  return new Promise((resolve) => {
    const { socket, readyEvent } = dial(host, port, tls ?? undefined);
    const end = (answered: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answered);
    };
    const timer = setTimeout(() => end(false), ANSWER_MS);
    socket.once(readyEvent, () => end(true));
    socket.once("error", () => end(false));
  });
}

async function versionOf(server: string, tls: TlsOptions | null): Promise<string | null> {
  const parsed = parseConnectString(server);
  const address = typeof parsed === "string" ? undefined : parsed.servers[0];
  if (address === undefined) return null;
  const options = { timeoutMs: ANSWER_MS, ...(tls === null ? {} : { tls }) };
  const text = await fourLetterWord(address.host, address.port, "srvr", options).catch(() => "");
  return versionOfSrvr(text);
}
