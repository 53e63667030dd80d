/**
 * Opens one socket to one server and negotiates the session on it. Resolves only when the server has answered; never
 * retries. What is left of the stream is given on with the frames not yet looked at.
 */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ServerAddress } from "./connect-string.js";
import { FrameSplitter } from "./frames.js";
import { JuteReader } from "./jute-reader.js";
import { JuteWriter } from "./jute-writer.js";
import { type Handshake, type HandshakeReply, readHandshakeReply, writeHandshake } from "./records.js";
import { tlsConnectOptions } from "./tls.js";
import type { TlsOptions } from "./types.js";

export interface OpenOptions {
  readonly address: ServerAddress;
  readonly tls: TlsOptions | undefined;
  readonly handshake: Handshake;
  /** Milliseconds for connecting and the answer together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface OpenedSocket {
  readonly socket: Socket;
  readonly splitter: FrameSplitter;
  readonly reply: HandshakeReply;
}

/** Rejects with an Error whose message is the reason alone: the caller knows which server it is about. */
export function openSocket(options: OpenOptions): Promise<OpenedSocket> {
  return new Promise((resolve, reject) => {
    const { host, port } = options.address;
    const secure = options.tls !== undefined;
    const socket: Socket = secure
      ? connectTls({ host, port, ...tlsConnectOptions(options.tls, host) })
      : connectTcp({ host, port });
    socket.setNoDelay(true);
    const splitter = new FrameSplitter();
    let stage = secure ? "the TLS handshake was not finished" : "no connection";

    const detach = () => {
      clearTimeout(timer);
      options.signal.removeEventListener("abort", onAbort);
      socket.removeAllListeners();
    };
    const fail = (reason: string) => {
      detach();
      socket.on("error", () => {}); // a late one must not end the process
      socket.destroy();
      reject(new Error(reason));
    };
    const onAbort = () => fail("given up");
    const timer = setTimeout(() => fail(`${stage} within ${options.timeoutMs} ms`), options.timeoutMs);
    if (options.signal.aborted) return onAbort();
    options.signal.addEventListener("abort", onAbort, { once: true });

    socket.once(secure ? "secureConnect" : "connect", () => {
      stage = "connected, but the session request was not answered";
      const writer = new JuteWriter();
      writer.frame(() => writeHandshake(writer, options.handshake));
      socket.write(writer.take());
    });
    socket.once("error", (error) => fail(error.message));
    socket.once("close", () => fail("the server closed the connection before it answered the session request"));
    socket.on("data", (chunk: Buffer) => {
      try {
        splitter.push(chunk, (frame) => {
          const reply = readHandshakeReply(new JuteReader(frame));
          detach();
          resolve({ socket, splitter, reply });
        });
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
      }
    });
  });
}
