/**
 * One session over the servers of an ensemble: finds a server, keeps the session alive over reconnections, queues
 * requests while there is none, and ends for good when it expires, is refused or is closed. It knows nothing of
 * operations; see client.ts.
 */
import { OPCODES } from "./codes.js";
import { addressText, type ServerAddress } from "./connect-string.js";
import { AuthRefused, Connection, type RawEvent } from "./connection.js";
import { type OpenedSocket, openSocket } from "./handshake.js";
import { searchReadWriteServer } from "./read-write-search.js";
import type { Request } from "./request.js";
import { RequestQueue } from "./request-queue.js";
import { SaslLogin } from "./sasl/sasl-login.js";
import { ServerList } from "./server-list.js";
import { StateHolder } from "./state-holder.js";
import type { SaslCredentials, SessionState, TlsOptions, ZooKeeperErrorCode } from "./types.js";
import { type Watches, watchBatches } from "./watches.js";

export interface SessionOptions {
  readonly servers: readonly ServerAddress[];
  readonly sessionTimeoutMs: number;
  /** 0 waits for ever. */
  readonly connectTimeoutMs: number;
  readonly readOnly: boolean;
  readonly tls: TlsOptions | undefined;
  readonly auth: readonly Credential[];
  readonly sasl: SaslCredentials | undefined;
  readonly watches: Watches;
  readonly onEvent: (event: RawEvent) => void;
  readonly random: () => number;
}

export interface Credential {
  readonly scheme: string;
  readonly credential: Buffer;
}

interface PendingAuth extends Credential {
  resolve(): void;
  reject(error: Error): void;
}

/** Milliseconds between two rounds over all servers: at first, at most. */
const PAUSE_MS = { first: 50, longest: 1_000 };
/** How long a polite end may take. */
const CLOSE_MS = 2_000;

export class Session {
  sessionId = 0n;
  timeoutMs: number;
  readonly states = new StateHolder();
  private password: Buffer = Buffer.alloc(16);
  private lastZxid = 0n;
  private xid = 1;
  private connection: Connection | null = null;
  private readonly stop = new AbortController();
  private readonly servers: ServerList;
  private readonly queue: RequestQueue;
  private readonly credentials: Credential[];
  private pendingAuths: PendingAuth[] = [];
  private authFailure: string | null = null;
  private readonly sasl: SaslLogin | null;

  constructor(private readonly options: SessionOptions) {
    this.timeoutMs = options.sessionTimeoutMs;
    this.servers = new ServerList(options.servers, options.random);
    this.credentials = [...options.auth];
    this.sasl = options.sasl === undefined ? null : new SaslLogin(options.sasl);
    this.queue = new RequestQueue(options.connectTimeoutMs, () => this.unreachable());
  }

  get server(): string | null {
    return this.connection?.server ?? null;
  }

  /** Why no server could be reached so far, server by server. */
  unreachable(): string {
    return `no server could be reached: ${this.servers.summary()}`;
  }

  /** Why a session that is over is over. */
  get endReason(): string {
    return this.authFailure ?? "";
  }

  /** Keeps the session until it ends. Started once; never rejects. */
  async run(): Promise<void> {
    while (!this.states.ended) {
      await this.serveOnce();
      // Also after a connection that ended at once: a server that hangs up must not be hammered.
      await this.pause(PAUSE_MS.first);
    }
  }

  submit(request: Request): void {
    const { connection } = this;
    if (this.states.ended) this.refuse(request);
    else if (connection?.hasRoom && this.queue.length === 0 && this.states.usable) connection.send(request);
    else this.queue.push(request, connection === null);
  }

  /** Registers watches of `paths` anew on the present connection; on the next one it happens by itself. */
  renewWatches(paths: ReturnType<Watches["paths"]>): void {
    for (const batch of watchBatches(paths)) this.connection?.setWatches(batch, this.lastZxid);
  }

  /** Adds credentials for this and all further connections. */
  addAuth(credential: Credential): Promise<void> {
    if (this.states.ended) return Promise.reject(new Error(`the session is ${this.states.current}`));
    this.credentials.push(credential);
    const { connection } = this;
    if (connection !== null && this.states.usable) {
      return connection.authenticate(credential.scheme, credential.credential).catch((error: Error) => {
        if (error instanceof AuthRefused) this.failAuth(schemeRefused(credential.scheme));
        throw error;
      });
    }
    return this.authenticateLater(credential);
  }

  /** On the next connection, if it comes in time. The credential is kept for later ones in any case. */
  private authenticateLater(credential: Credential): Promise<void> {
    const patience = this.options.connectTimeoutMs;
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(this.unreachable()));
      const timer = patience === 0 ? undefined : setTimeout(late, patience);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        act();
      };
      this.pendingAuths.push({
        ...credential,
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      });
    });
  }

  /** Ends the session politely; resolves when it is over, in any case. */
  async close(): Promise<void> {
    if (this.states.ended) return;
    const { connection } = this;
    this.queue.rejectAll("CLOSED", this.server);
    if (connection !== null && this.states.usable) await this.sayGoodbye(connection);
    this.end("closed", "CLOSED");
  }

  private sayGoodbye(connection: Connection): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, CLOSE_MS);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      connection.send({
        operation: "close",
        path: null,
        opcode: OPCODES.closeSession,
        encode: () => {},
        succeed: done,
        fail: done,
      });
    });
  }

  private refuse(request: Request): void {
    const code = endCode(this.states.current);
    request.fail(code, null, code === "AUTH_FAILED" ? this.endReason : undefined);
  }

  private end(state: SessionState, code: ZooKeeperErrorCode): void {
    if (this.states.ended) return;
    this.states.set(state);
    this.stop.abort();
    const { connection } = this;
    this.connection = null;
    connection?.close(`the session is ${state}`);
    this.queue.rejectAll(code, null, code === "AUTH_FAILED" ? this.endReason : undefined);
    for (const auth of this.pendingAuths.splice(0)) auth.reject(new Error(`the session is ${state}`));
    this.options.watches.clear();
  }

  private failAuth(reason: string): void {
    this.authFailure = reason;
    this.end("auth-failed", "AUTH_FAILED");
  }

  /** Tries servers until one takes the session; resolves when that connection has ended, or the session has. */
  private async serveOnce(): Promise<void> {
    let pause = PAUSE_MS.first;
    for (let round = 0; !this.states.ended; round++) {
      for (const address of this.servers.round()) {
        const opened = await this.open(address, round);
        if (opened !== null) return this.adopt(opened, address);
        if (this.states.ended) return;
      }
      await this.pause(pause);
      pause = Math.min(pause * 2, PAUSE_MS.longest);
    }
  }

  private pause(ms: number): Promise<void> {
    return abortableDelay(ms * (0.5 + this.options.random()), this.stop.signal);
  }

  /** A stopped server accepts connections but never answers: it must not eat up the third that is left. */
  private attemptMs(round: number): number {
    const patience = Math.max(1_000, this.timeoutMs / 6) * (round + 1);
    return Math.ceil(Math.min(patience, Math.max(1_000, this.timeoutMs / 2)));
  }

  /** Null when this server does not take the session; a refusal for good ends it. */
  private async open(address: ServerAddress, round: number): Promise<OpenedSocket | null> {
    const handshake = {
      lastZxid: this.lastZxid,
      timeoutMs: this.options.sessionTimeoutMs,
      sessionId: this.sessionId,
      password: this.password,
      readOnly: this.options.readOnly,
    };
    const { tls } = this.options;
    const timeoutMs = this.attemptMs(round);
    try {
      const opened = await openSocket({ address, tls, handshake, timeoutMs, signal: this.stop.signal });
      if (opened.reply.timeoutMs > 0) return opened;
      opened.socket.destroy();
      this.end("expired", "SESSION_EXPIRED");
    } catch (error) {
      this.servers.failed(address, error instanceof Error ? error.message : String(error));
    }
    return null;
  }

  /** Resolves when the connection has ended. */
  private async adopt(opened: OpenedSocket, address: ServerAddress): Promise<void> {
    const { reply } = opened;
    let noteClosed = () => {};
    const closed = new Promise<void>((resolve) => {
      noteClosed = resolve;
    });
    const connection: Connection = new Connection(opened, addressText(address), this.xid, {
      onEvent: this.options.onEvent,
      onZxid: (zxid) => {
        this.lastZxid = zxid;
      },
      onRoom: () => this.sendQueued(),
      onClose: (reason, unanswered) => {
        this.xid = connection.nextXid;
        this.lost(connection, address, reason, unanswered);
        noteClosed();
      },
    });
    this.connection = connection;
    this.timeoutMs = reply.timeoutMs;
    // A read-only server's session is its own: the next server is asked for a new one.
    this.sessionId = reply.readOnly ? 0n : reply.sessionId;
    this.password = reply.readOnly ? Buffer.alloc(16) : reply.password;
    if (await this.authenticateAll(connection)) {
      this.servers.succeeded(address);
      this.renewWatches(this.options.watches.paths());
      this.states.set(reply.readOnly ? "read-only" : "connected");
      this.sendQueued();
      if (reply.readOnly) this.leaveWhenWritable(connection);
    }
    await closed;
  }

  /** Sends all credentials before anything else. False when the connection ended meanwhile. */
  private async authenticateAll(connection: Connection): Promise<boolean> {
    if (!(await this.logIn(connection))) return false;
    const waiting = this.pendingAuths.splice(0);
    for (const { scheme, credential } of this.credentials) {
      try {
        await connection.authenticate(scheme, credential);
      } catch (error) {
        this.pendingAuths.unshift(...waiting); // the next connection settles them, or the end does
        if (error instanceof AuthRefused) this.failAuth(schemeRefused(scheme));
        return false;
      }
    }
    for (const auth of waiting) auth.resolve();
    return this.connection === connection;
  }

  /** By SASL, where it is asked for. False when the connection is not to be used. */
  private async logIn(connection: Connection): Promise<boolean> {
    if (this.sasl === null) return true;
    const outcome = await this.sasl.run(connection);
    if (outcome.kind === "refused") this.failAuth(outcome.reason);
    if (outcome.kind === "unfit") connection.close(outcome.reason);
    return outcome.kind === "accepted" && this.connection === connection;
  }

  private sendQueued(): void {
    const { connection } = this;
    if (connection === null || !this.states.usable) return;
    while (connection.hasRoom) {
      const request = this.queue.shift();
      if (request === undefined) return;
      connection.send(request);
    }
  }

  private lost(
    connection: Connection,
    address: ServerAddress,
    reason: string,
    unanswered: readonly Request[],
  ): void {
    const current = this.connection === connection;
    if (current) this.connection = null;
    this.servers.failed(address, reason);
    if (current && !this.states.ended) {
      this.states.set("disconnected");
      this.queue.startDeadlines();
    }
    const code = this.states.ended ? endCode(this.states.current) : "CONNECTION_LOSS";
    for (const request of unanswered) {
      const why = `the connection was lost (${reason}) before the answer came; a write may or may not have happened`;
      request.fail(code, connection.server, code === "CONNECTION_LOSS" ? why : undefined);
    }
  }

  private leaveWhenWritable(connection: Connection): void {
    const search = { servers: this.options.servers, tls: this.options.tls, signal: this.stop.signal };
    void searchReadWriteServer(search, () => this.connection === connection).then((found) => {
      if (found && this.connection === connection) connection.close("a server with a quorum was found");
    });
  }
}

function schemeRefused(scheme: string): string {
  return `the server refused the credentials of scheme ${scheme}`;
}

function endCode(state: SessionState): ZooKeeperErrorCode {
  if (state === "expired") return "SESSION_EXPIRED";
  return state === "auth-failed" ? "AUTH_FAILED" : "CLOSED";
}

function abortableDelay(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
