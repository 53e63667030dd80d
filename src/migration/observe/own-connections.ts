/** Which connections this very process holds to some addresses, as Linux tells it. Only reads. */

import { lookup } from "node:dns/promises";
import { readdir, readFile, readlink } from "node:fs/promises";

const ESTABLISHED = "01";

/** By their inodes. `addresses`: `host:port`. Null where the system does not tell. Never rejects. */
export async function ownConnections(addresses: readonly string[]): Promise<ReadonlySet<string> | null> {
  try {
    const remotes = new Set((await Promise.all(addresses.map(endpointsOf))).flat());
    const [own, four, six] = await Promise.all([
      ownSockets(),
      readFile("/proc/self/net/tcp", "utf8"),
      readFile("/proc/self/net/tcp6", "utf8").catch(() => ""),
    ]);
    const rows = [...parseTable(four), ...parseTable(six)];
    return new Set(
      rows.flatMap(({ remote, inode }) => (remotes.has(remote) && own.has(inode) ? [inode] : [])),
    );
  } catch {
    return null;
  }
}

interface Row {
  /** `ip:port`, IPv4 also where it is written as IPv6. */
  readonly remote: string;
  readonly inode: string;
}

/** Established connections. Pure. Columns: sl, local, remote, state, …, inode as the tenth. */
export function parseTable(text: string): Row[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, , remote = "", state] = fields;
    const inode = fields[9];
    if (state !== ESTABLISHED || inode === undefined) return [];
    const [address = "", port = "0"] = remote.split(":");
    return [{ remote: `${addressText(address)}:${Number.parseInt(port, 16)}`, inode }];
  });
}

/** Groups of four bytes, each group in the machine's order, which is little-endian on all that Node.js runs on. */
function addressText(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((group) => [...Buffer.from(group, "hex").reverse()]);
  if (bytes.length === 4) return bytes.join(".");
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return bytes.slice(12).join(".");
  return Buffer.from(bytes).toString("hex");
}

async function ownSockets(): Promise<ReadonlySet<string>> {
  const names = await readdir("/proc/self/fd");
  const links = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => "")));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}

async function endpointsOf(address: string): Promise<string[]> {
  const at = address.lastIndexOf(":");
  const [host, port] = [address.slice(0, at).replace(/^\[|\]$/g, ""), address.slice(at + 1)];
  const found = await lookup(host, { all: true, family: 4 }).catch(() => []);
  return found.map(({ address: ip }) => `${ip}:${port}`);
}
