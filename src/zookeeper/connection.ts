/**
 * One established connection: requests out in bursts, answers in matched first-in-first-out, pings with an answer check.
 * It lives until the socket closes, by whichever side, and says why. It knows nothing of reconnection or queues.
 */
import type { Socket } from "node:net";
import { errorCode, OPCODES, XIDS } from "./codes.js";
import type { FrameSplitter } from "./frames.js";
import type { OpenedSocket } from "./handshake.js";
import { Heartbeat } from "./heartbeat.js";
import { JuteError, JuteReader } from "./jute-reader.js";
import { JuteWriter } from "./jute-writer.js";
import type { Request } from "./request.js";
import type { WatchPaths } from "./watches.js";

export interface RawEvent {
  /** EventType number of the protocol. */
  readonly type: number;
  /** With the chroot. */
  readonly path: string;
  readonly zxid: bigint;
}

export interface ConnectionListener {
  onEvent(event: RawEvent): void;
  onZxid(zxid: bigint): void;
  /** There is room for further requests again. */
  onRoom(): void;
  /** Exactly once. `unanswered` were sent and may or may not have been carried out. */
  onClose(reason: string, unanswered: readonly Request[]): void;
}

interface Sent {
  readonly xid: number;
  readonly request: Request;
}

interface AuthWaiter {
  resolve(): void;
  reject(reason: Error): void;
}

/** Requests on the wire at most; the servers' own limit is 1,000 for all clients together. */
const MAX_OUTSTANDING = 1_000;
const LAST_XID = 0x7fffffff;

/** jute.maxbuffer unless configured: the server closes the connection on a longer request. */
const USUAL_MAX_BUFFER = 0xfffff;

export class Connection {
  private readonly socket: Socket;
  private readonly splitter: FrameSplitter;
  private readonly writer = new JuteWriter();
  private readonly heartbeat: Heartbeat;
  private readonly timer: NodeJS.Timeout;
  private sent: Sent[] = [];
  private head = 0;
  private readonly auths: AuthWaiter[] = [];
  private flushing = false;
  private congested = false;
  private closed = false;
  private largest = 0;

  /** @param firstXid number of the first request; it goes on where the last connection stopped */
  constructor(
    opened: OpenedSocket,
    readonly server: string,
    private xid: number,
    private readonly listener: ConnectionListener,
  ) {
    this.socket = opened.socket;
    this.splitter = opened.splitter;
    this.heartbeat = new Heartbeat(opened.reply.timeoutMs, performance.now());
    this.timer = setInterval(() => this.beat(), this.heartbeat.checkEveryMs);
    this.socket.on("data", (chunk: Buffer) => this.receive(chunk));
    this.socket.on("drain", () => {
      this.congested = false;
      if (!this.closed) this.listener.onRoom();
    });
    this.socket.on("error", (error) => this.close(this.hinting(error.message)));
    this.socket.once("close", () => this.close(this.hinting("the server closed the connection")));
    this.socket.resume();
  }

  get nextXid(): number {
    return this.xid;
  }

  get outstanding(): number {
    return this.sent.length - this.head;
  }

  /** Whether a request may be sent now. */
  get hasRoom(): boolean {
    return !this.closed && !this.congested && this.outstanding < MAX_OUTSTANDING;
  }

  send(request: Request): void {
    const xid = this.xid;
    this.xid = xid === LAST_XID ? 1 : xid + 1;
    this.sent.push({ xid, request });
    const length = this.write(xid, request.opcode, () => request.encode(this.writer));
    if (length > this.largest) this.largest = length;
  }

  /** Resolves when the server has accepted the credentials, rejects when it refuses them or the connection ends. */
  authenticate(scheme: string, credential: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.auths.push({ resolve, reject });
      this.write(XIDS.auth, OPCODES.auth, () => this.writer.int(0).string(scheme).buffer(credential));
    });
  }

  /** Registers watches again. Servers before 3.6 know only the one-shot kinds. */
  setWatches(paths: WatchPaths, sinceZxid: bigint): void {
    const lasting = paths.persistent.length + paths.recursive.length > 0;
    const opcode = lasting ? OPCODES.setWatches2 : OPCODES.setWatches;
    this.write(XIDS.setWatches, opcode, () => {
      this.writer.long(sinceZxid);
      const lists = [paths.data, paths.exist, paths.child];
      if (lasting) lists.push(paths.persistent, paths.recursive);
      for (const list of lists) this.writer.vector(list, (path) => this.writer.string(path));
    });
  }

  /** Ends it now; unanswered requests are reported. */
  close(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.timer);
    this.socket.destroy();
    for (const waiter of this.auths.splice(0)) waiter.reject(new Error(reason));
    const unanswered = this.sent.slice(this.head).map((entry) => entry.request);
    this.sent = [];
    this.head = 0;
    this.listener.onClose(reason, unanswered);
  }

  private hinting(reason: string): string {
    if (this.largest <= USUAL_MAX_BUFFER) return reason;
    return `${reason}; a request of ${this.largest} bytes was sent, jute.maxbuffer allows ${USUAL_MAX_BUFFER} unless configured`;
  }

  private write(xid: number, opcode: number, body: () => void): number {
    const length = this.writer.frame(() => {
      this.writer.int(xid).int(opcode);
      body();
    });
    if (!this.flushing) {
      this.flushing = true;
      // After all promise continuations of this turn, so that what they ask goes out in one write.
      process.nextTick(() => this.flush());
    }
    return length;
  }

  private flush(): void {
    this.flushing = false;
    if (this.closed || this.writer.pending === 0) return;
    this.congested = !this.socket.write(this.writer.take());
    this.heartbeat.sent(performance.now());
  }

  private beat(): void {
    const verdict = this.heartbeat.check(performance.now());
    if (verdict === "ping") this.write(XIDS.ping, OPCODES.ping, () => {});
    if (verdict !== "dead") return;
    // Our own process may have been busy: what waits in the socket is read first.
    setImmediate(() => {
      const now = performance.now();
      if (this.heartbeat.check(now) !== "dead") return;
      this.close(`the server has not answered for ${Math.round(this.heartbeat.silence(now))} ms`);
    });
  }

  private receive(chunk: Buffer): void {
    if (this.closed) return;
    this.heartbeat.received(performance.now());
    const wasFull = !this.hasRoom;
    try {
      this.splitter.push(chunk, (frame) => {
        if (!this.closed) this.dispatch(new JuteReader(frame));
      });
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      this.close(`the server's answer cannot be understood: ${error.message}`);
    }
    this.compact();
    if (wasFull && this.hasRoom) this.listener.onRoom();
  }

  private compact(): void {
    if (this.head < 1_024 && this.head !== this.sent.length) return;
    this.sent = this.sent.slice(this.head);
    this.head = 0;
  }

  private dispatch(reader: JuteReader): void {
    const xid = reader.int();
    const zxid = reader.long();
    const error = reader.int();
    if (xid === XIDS.event) this.dispatchEvent(reader, zxid);
    else if (xid === XIDS.auth) this.dispatchAuth(error);
    else if (xid !== XIDS.ping && xid !== XIDS.setWatches) this.dispatchReply(xid, zxid, error, reader);
  }

  private dispatchEvent(reader: JuteReader, zxid: bigint): void {
    const type = reader.int();
    reader.int(); // the state, always "connected"
    this.listener.onEvent({ type, path: reader.string(), zxid });
  }

  private dispatchAuth(error: number): void {
    const waiter = this.auths.shift();
    if (error === 0) waiter?.resolve();
    else waiter?.reject(new AuthRefused("the server refused the credentials"));
  }

  private dispatchReply(xid: number, zxid: bigint, error: number, reader: JuteReader): void {
    const entry = this.sent[this.head];
    if (entry === undefined || entry.xid !== xid) {
      throw new JuteError(`an answer to request ${xid} came, ${entry?.xid ?? "none"} was expected`);
    }
    if (zxid > 0n) this.listener.onZxid(zxid);
    if (error === 0) entry.request.succeed(reader); // throws before the request counts as answered
    this.head++;
    if (error !== 0) entry.request.fail(errorCode(error), this.server);
  }
}

export class AuthRefused extends Error {}
