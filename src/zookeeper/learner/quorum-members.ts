/**
 * Which servers an ensemble consists of and where their quorum ports are: from the znode /zookeeper/config (3.5 and
 * newer) or from each server's `conf` word (3.4). Parsing and asking; it changes nothing.
 */
import { parseConnectString, type ServerAddress } from "../connect-string.js";
import { fourLetterWord } from "../four-letter.js";
import type { TlsOptions, ZooKeeperClient } from "../types.js";

export interface QuorumMember {
  readonly id: bigint;
  readonly quorum: ServerAddress;
}

/**
 * Lines `server.1=host:2888:3888:participant;0.0.0.0:2181`; several addresses of one server (3.6) are separated by `|`.
 * Everything else in the text is passed over.
 */
export function parseMembers(text: string): QuorumMember[] {
  const members: QuorumMember[] = [];
  for (const line of text.split(/\r?\n/)) {
    const match = /^server\.(\d+)\s*=\s*([^;]+)/.exec(line.trim());
    const id = match?.[1];
    if (match === null || id === undefined) continue;
    for (const address of (match[2] ?? "").split("|")) {
      const parts = /^(\[[^\]]+\]|[^:]+):(\d+):/.exec(address.trim());
      const host = parts?.[1]?.replace(/^\[|\]$/g, "");
      if (host !== undefined) members.push({ id: BigInt(id), quorum: { host, port: Number(parts?.[2]) } });
    }
  }
  return members;
}

/** Empty when the znode cannot be read or is empty, as on 3.4. Rejects only when the connection fails. */
export async function membersFromZnode(client: ZooKeeperClient): Promise<QuorumMember[]> {
  const stat = await client.exists("/zookeeper/config");
  if (stat === null) return [];
  const { data } = await client.getData("/zookeeper/config");
  return parseMembers(data?.toString("utf8") ?? "");
}

/**
 * Asks every server of the connect string for its own ports: the quorum port is at the host that clients use. Servers
 * that do not answer, do not allow `conf` or have no quorum (standalone) are left out.
 */
export async function membersFromConf(
  connectString: string,
  tls: TlsOptions | null,
): Promise<QuorumMember[]> {
  const parsed = parseConnectString(connectString);
  if (typeof parsed === "string") return [];
  const asked = parsed.servers.map(async ({ host, port }): Promise<QuorumMember[]> => {
    const options = { timeoutMs: 3_000, ...(tls === null ? {} : { tls }) };
    const text = await fourLetterWord(host, port, "conf", options).catch(() => "");
    const id = /^serverId=(\d+)/m.exec(text)?.[1];
    const quorumPort = /^quorumPort=(\d+)/m.exec(text)?.[1];
    if (id === undefined || quorumPort === undefined || quorumPort === "0") return [];
    return [{ id: BigInt(id), quorum: { host, port: Number(quorumPort) } }];
  });
  return (await Promise.all(asked)).flat();
}
