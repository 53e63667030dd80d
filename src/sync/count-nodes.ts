/** How many znodes an ensemble has, for progress: from a server's `srvr`, which every version answers unless it is forbidden. */
import { parseConnectString } from "../zookeeper/connect-string.js";
import { fourLetterWord } from "../zookeeper/four-letter.js";
import type { SideSpec } from "./spec.js";

/** Milliseconds for one server to answer. */
const ANSWER_MS = 2_000;

/** Of the first server that answers; null when none does. Never rejects. Ephemerals of others and system znodes count too. */
export async function countNodes({
  connectString,
  tls,
}: Pick<SideSpec, "connectString" | "tls">): Promise<number | null> {
  const parsed = parseConnectString(connectString);
  const servers = typeof parsed === "string" ? [] : parsed.servers;
  const options = { timeoutMs: ANSWER_MS, ...(tls === null ? {} : { tls }) };
  for (const { host, port } of servers) {
    const text = await fourLetterWord(host, port, "srvr", options).catch(() => "");
    const count = /^Node count: (\d+)$/m.exec(text)?.[1];
    if (count !== undefined) return Number(count);
  }
  return null;
}
