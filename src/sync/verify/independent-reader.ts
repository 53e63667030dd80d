/**
 * Reads znodes with node-zookeeper-client, which others wrote: a mistake in ferry's own codec cannot hide itself from it. It
 * can neither TLS nor SASL. A dead server, which it would wait on for ever, is noticed here.
 */
import type { Socket } from "node:net";
import zookeeper from "node-zookeeper-client";
import type { Acl, Stat, ZooKeeperErrorCode } from "../../zookeeper/types.js";
import { ZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { type NodeRequests, readWhole, type TreeReader } from "./tree-reader.js";

export interface IndependentReaderOptions {
  /** host:port,host:port, with or without a chroot. */
  readonly connectString: string;
  readonly auth: readonly { readonly scheme: string; readonly credential: Buffer }[];
  readonly sessionTimeoutMs: number;
  /** Milliseconds until the first connection must stand. */
  readonly connectTimeoutMs: number;
  readonly signal?: AbortSignal;
}

/** How long a polite end may take. */
const CLOSE_MS = 2_000;
/** Between two rounds over all servers at most. */
const SPIN_MS = 50;

/**
 * Connects and authenticates.
 * Rejects with ZooKeeperError: UNREACHABLE, AUTH_FAILED, or CLOSED when the signal ended it.
 */
export async function independentReader(options: IndependentReaderOptions): Promise<TreeReader> {
  const { connectString, sessionTimeoutMs } = options;
  const client = zookeeper.createClient(connectString, {
    sessionTimeout: sessionTimeoutMs,
    spinDelay: SPIN_MS,
  });
  for (const { scheme, credential } of options.auth) client.addAuthInfo(scheme, credential);
  try {
    await connected(client, options);
  } catch (error) {
    await closed(client);
    throw error;
  }
  const asked = new Asked(client, connectString, sessionTimeoutMs);
  const requests: NodeRequests = {
    data: async (path) => {
      const ask = (done: Done<[Buffer | undefined, RawStat]>) => client.getData(path, done);
      const [data, stat] = await asked.ask("getData", path, ask);
      return { data: data ?? null, stat: plainStat(stat) };
    },
    acl: async (path) => {
      const ask = (done: Done<[unknown, RawStat]>) => client.getACL(path, done as never);
      const [acls, stat] = await asked.ask("getACL", path, ask);
      return { acl: (acls as readonly RawAcl[]).map(plainAcl), stat: plainStat(stat) };
    },
    children: async (path) => {
      const ask = (done: Done<[string[]]>) => client.getChildren(path, done);
      const [children] = await asked.ask("getChildren", path, ask);
      return { children };
    },
  };
  return {
    kind: "independent",
    read: (path) => readWhole(requests, path),
    close: () => {
      asked.close();
      return closed(client);
    },
  };
}

function connected(client: zookeeper.Client, options: IndependentReaderOptions): Promise<void> {
  const { connectString, connectTimeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      act();
    };
    const fail = (code: ZooKeeperErrorCode, reason: string) =>
      settle(() => reject(new ZooKeeperError(code, { operation: "connect", server: connectString, reason })));
    const onAbort = () => fail("CLOSED", "the caller gave up before a server answered");
    const tooLate = () =>
      fail("UNREACHABLE", `no server answered node-zookeeper-client in ${connectTimeoutMs} ms`);
    const timer = setTimeout(tooLate, connectTimeoutMs);
    client.once("connected", () => settle(resolve));
    client.once("authenticationFailed", () => fail("AUTH_FAILED", "the server refused the credentials"));
    if (signal?.aborted) return onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    client.connect();
  });
}

/** Says goodbye, and hangs up when nobody answers: the library would wait for ever, or go on connecting. */
function closed(client: zookeeper.Client): Promise<void> {
  const connected = client.getState() === zookeeper.State.SYNC_CONNECTED;
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      socketOf(client)?.destroy();
      resolve();
    };
    const timer = setTimeout(done, connected ? CLOSE_MS : 2 * SPIN_MS);
    client.once("disconnected", done);
    client.close();
  });
}

function socketOf(client: zookeeper.Client): Socket | undefined {
  return (client as unknown as { connectionManager: { socket?: Socket } }).connectionManager.socket;
}

type Done<T extends unknown[]> = (error: Error | zookeeper.Exception | null, ...values: T) => void;

interface Waiting {
  fail(error: ZooKeeperError): void;
}

/** Requests under way, and what becomes of them when no answer comes any more. */
class Asked {
  private readonly waiting = new Set<Waiting>();
  private lastNews = performance.now();
  private readonly watchdog: NodeJS.Timeout;

  constructor(
    private readonly client: zookeeper.Client,
    private readonly server: string,
    private readonly patienceMs: number,
  ) {
    this.watchdog = setInterval(() => this.look(), Math.ceil(patienceMs / 4));
  }

  ask<T extends unknown[]>(operation: string, path: string, send: (done: Done<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        fail: (error) => {
          this.waiting.delete(entry);
          reject(error);
        },
      };
      if (this.waiting.size === 0) this.lastNews = performance.now();
      this.waiting.add(entry);
      send((error, ...values) => {
        this.waiting.delete(entry);
        this.lastNews = performance.now();
        if (error) reject(this.explained(error, operation, path));
        else resolve(values);
      });
    });
  }

  close(): void {
    clearInterval(this.watchdog);
    this.failAll("CLOSED", "the reader was closed");
  }

  /** The library never gives up on a silent server; a new connection goes to the next one. */
  private look(): void {
    if (this.waiting.size === 0) return;
    const silentMs = performance.now() - this.lastNews;
    if (silentMs > 3 * this.patienceMs) {
      const seconds = Math.round(silentMs / 1_000);
      this.failAll("UNREACHABLE", `node-zookeeper-client has had no answer for ${seconds} s`);
    } else if (silentMs > this.patienceMs) {
      socketOf(this.client)?.destroy();
    }
  }

  private failAll(code: ZooKeeperErrorCode, reason: string): void {
    const { server } = this;
    for (const entry of [...this.waiting])
      entry.fail(new ZooKeeperError(code, { operation: "read", server, reason }));
  }

  private explained(error: Error | zookeeper.Exception, operation: string, path: string): ZooKeeperError {
    const { server } = this;
    const code = CODES.find((one) => one === error.name);
    if (code !== undefined) return new ZooKeeperError(code, { operation, path, server });
    const reason = `node-zookeeper-client: ${String(error)}`;
    return new ZooKeeperError("UNKNOWN", { operation, path, server, reason });
  }
}

/** Names that both libraries give to what a reading can end in. */
const CODES: readonly ZooKeeperErrorCode[] = [
  "NO_NODE",
  "NO_AUTH",
  "CONNECTION_LOSS",
  "SESSION_EXPIRED",
  "AUTH_FAILED",
  "BAD_ARGUMENTS",
  "MARSHALLING_ERROR",
  "UNIMPLEMENTED",
  "SYSTEM_ERROR",
  "OPERATION_TIMEOUT",
];

/** 64-bit fields come as eight raw bytes. */
type RawStat = zookeeper.Stat;

/** The typings say `perms`; what comes is `permission`. */
interface RawAcl {
  readonly permission: number;
  readonly id: { readonly scheme: string; readonly id: string };
}

function plainAcl({ permission, id }: RawAcl): Acl {
  return { perms: permission, scheme: id.scheme, id: id.id };
}

function plainStat(stat: RawStat): Stat {
  return {
    czxid: stat.czxid.readBigInt64BE(),
    mzxid: stat.mzxid.readBigInt64BE(),
    ctime: stat.ctime.readBigInt64BE(),
    mtime: stat.mtime.readBigInt64BE(),
    version: stat.version,
    cversion: stat.cversion,
    aversion: stat.aversion,
    ephemeralOwner: stat.ephemeralOwner.readBigInt64BE(),
    dataLength: stat.dataLength,
    numChildren: stat.numChildren,
    pzxid: stat.pzxid.readBigInt64BE(),
  };
}
