/** The names by which a server may be known to others, and whether anything listens at one of them. Nothing is sent. */
import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { parseConnectString } from "../../zookeeper/connect-string.js";

const CONNECT_MS = 1_000;

/** `host:port` itself, and with each IP address of the host. Never rejects. */
export async function namesOf(address: string): Promise<readonly string[]> {
  const { host, port } = parts(address);
  const found = await lookup(host, { all: true }).catch(() => []);
  const ips = found.map(({ address: ip, family }) => `${family === 6 ? `[${ip}]` : ip}:${port}`);
  return [...new Set([address, ...ips])];
}

/** Whether a connection stands. No answer in time counts as nobody. Never rejects. */
export async function isListening(address: string): Promise<boolean> {
  return (await answerOf(address)) === "listens";
}

/** `silent`: no answer in time, or no way there. It says nothing of whether anybody lives there. */
export type Answer = "listens" | "refuses" | "silent";

/** Never rejects. */
export function answerOf(address: string): Promise<Answer> {
  const { host, port } = parts(address);
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: Answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(CONNECT_MS, () => end("silent"));
    socket.once("connect", () => end("listens"));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(error.code === "ECONNREFUSED" ? "refuses" : "silent"),
    );
  });
}

function parts(address: string): { readonly host: string; readonly port: number } {
  const parsed = parseConnectString(address);
  const [server] = typeof parsed === "string" ? [] : parsed.servers;
  return server ?? { host: address, port: 0 };
}
