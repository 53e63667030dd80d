/**
 * The four-letter words (`srvr`, `mntr`, `conf`, …): one word in, text out, connection closed. Only words that ask;
 * a server answers only those on its whitelist (4lw.commands.whitelist, 3.4.10+).
 */
import { dial, tlsFault } from "./tls.js";
import type { TlsOptions } from "./types.js";
import { ZooKeeperError } from "./zookeeper-error.js";

export interface FourLetterOptions {
  /** Milliseconds until the whole answer must be there. Default 5,000. */
  readonly timeoutMs?: number;
  readonly tls?: TlsOptions;
  readonly signal?: AbortSignal;
}

/**
 * The server's answer, as text. Rejects with ZooKeeperError: UNREACHABLE, OPERATION_TIMEOUT, or NO_AUTH when the word
 * is not on the server's whitelist.
 */
export async function fourLetterWord(
  host: string,
  port: number,
  word: string,
  options: FourLetterOptions = {},
): Promise<string> {
  const server = `${host}:${port}`;
  const text = await exchange(host, port, word, options);
  if (text.includes("is not executed because it is not in the whitelist")) {
    throw new ZooKeeperError("NO_AUTH", {
      operation: word,
      server,
      reason: "the word is not on the server's whitelist",
      remedy: `Add it to 4lw.commands.whitelist, or use the admin server.`,
    });
  }
  return text;
}

function exchange(host: string, port: number, word: string, options: FourLetterOptions): Promise<string> {
  const server = `${host}:${port}`;
  const timeoutMs = options.timeoutMs ?? 5_000;
  const refuse = (code: "CLOSED" | "BAD_ARGUMENTS", reason: string) =>
    Promise.reject(new ZooKeeperError(code, { operation: word, server, reason }));
  if (options.signal?.aborted) return refuse("CLOSED", "the caller gave up");
  const fault = options.tls === undefined ? null : tlsFault(options.tls);
  if (fault !== null) return refuse("BAD_ARGUMENTS", `the certificates or the key cannot be used: ${fault}`);
  return new Promise((resolve, reject) => {
    const { socket, readyEvent } = dial(host, port, options.tls);
    const chunks: Buffer[] = [];
    const finish = (act: () => void) => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", abort);
      socket.destroy();
      act();
    };
    const fail = (code: "UNREACHABLE" | "OPERATION_TIMEOUT" | "CLOSED", reason: string) =>
      finish(() => reject(new ZooKeeperError(code, { operation: word, server, reason })));
    const abort = () => fail("CLOSED", "the caller gave up");
    const timer = setTimeout(
      () => fail("OPERATION_TIMEOUT", `no whole answer within ${timeoutMs} ms`),
      timeoutMs,
    );
    options.signal?.addEventListener("abort", abort, { once: true });
    // Never half-close before the answer: servers with the netty factory drop the connection then.
    socket.once(readyEvent, () => socket.write(word));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", (error) => fail("UNREACHABLE", error.message));
    socket.once("close", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      if (text === "") fail("UNREACHABLE", "the server closed the connection without an answer");
      else finish(() => resolve(text));
    });
  });
}
