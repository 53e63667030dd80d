/**
 * Opens one socket to one server and negotiates the session on it. Resolves only when the server has answered; never
 * retries. What is left of the stream is given on with the frames not yet looked at.
 */
import type { Socket } from "node:net";
import { errorCode } from "./codes.js";
import type { ServerAddress } from "./connect-string.js";
import { FrameSplitter } from "./frames.js";
import { JuteError, JuteReader } from "./jute-reader.js";
import { JuteWriter } from "./jute-writer.js";
import { type Handshake, type HandshakeReply, readHandshakeReply, writeHandshake } from "./records.js";
import { dial } from "./tls.js";
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

function handshakeFrame(handshake: Handshake): Buffer {
  const writer = new JuteWriter();
  writer.frame(() => writeHandshake(writer, handshake));
  return writer.take();
}

/**
 * A server that gives no session may answer with a bare reply header (request number, zxid, error: 16 bytes) instead.
 * A read-only one does from 3.9, unless it may give out local sessions.
 */
function readReply(frame: Buffer): HandshakeReply {
  if (frame.length !== 16) return readHandshakeReply(new JuteReader(frame));
  const code = errorCode(frame.readInt32BE(12));
  const hint = code === "NOT_READONLY" ? ": it has lost its quorum, and localSessionsEnabled is not set" : "";
  throw new JuteError(`the server gives no session (${code}${hint})`);
}

/** Rejects with an Error whose message is the reason alone: the caller knows which server it is about. */
export function openSocket(options: OpenOptions): Promise<OpenedSocket> {
  if (options.signal.aborted) return Promise.reject(new Error("given up"));
  return new Promise((resolve, reject) => {
    const { socket, readyEvent } = dial(options.address.host, options.address.port, options.tls);
    socket.setNoDelay(true);
    const splitter = new FrameSplitter();
    let stage = options.tls === undefined ? "no connection" : "the TLS handshake was not finished";
    // Only our own listeners are taken off: the socket's inner ones notice its end.
    const detach = () => {
      clearTimeout(timer);
      options.signal.removeEventListener("abort", onAbort);
      socket.off("error", onError).off("close", onClose).off("data", onData);
    };
    const fail = (reason: string) => {
      detach();
      socket.on("error", () => {}).destroy(); // a late error must not end the process
      reject(new Error(reason));
    };
    const onAbort = () => fail("given up");
    const timer = setTimeout(() => fail(`${stage} within ${options.timeoutMs} ms`), options.timeoutMs);
    socket.once(readyEvent, () => {
      stage = "connected, but the session request was not answered";
      socket.write(handshakeFrame(options.handshake));
    });
    const onError = (error: Error) => fail(error.message);
    const onClose = () => fail("the server closed the connection before it answered the session request");
    const onData = (chunk: Buffer) => {
      try {
        splitter.push(chunk, (frame) => {
          const reply = readReply(frame);
          detach();
          socket.pause();
          resolve({ socket, splitter, reply });
        });
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
      }
    };
    options.signal.addEventListener("abort", onAbort, { once: true });
    socket.on("error", onError).on("close", onClose).on("data", onData);
  });
}
