/**
 * node-zookeeper-client as a writer: what it sends, ferry's own codec has no part in. Knows only what a workload asks for;
 * of containers and TTL znodes the library knows nothing.
 */
import zookeeper from "node-zookeeper-client";
import type { Acl, CreateMode, MultiOp, Stat, ZooKeeperErrorCode } from "../../../src/zookeeper/types.js";
import { ZooKeeperError } from "../../../src/zookeeper/zookeeper-error.js";
import type { WriterSession } from "./writer.js";

type Done<T> = (error: Error | zookeeper.Exception | null, value?: T) => void;

/** The typings leave out that data may be missing, and what a transaction gives back. */
interface Library {
  create(path: string, data: Buffer | undefined, acl: unknown[], mode: number, done: Done<string>): void;
  remove(path: string, version: number, done: Done<void>): void;
  setData(path: string, data: Buffer, version: number, done: Done<unknown>): void;
  setACL(path: string, acl: unknown[], version: number, done: Done<unknown>): void;
  transaction(): LibraryTransaction;
}

interface LibraryTransaction {
  create(path: string, data: Buffer | undefined, acl: unknown[], mode: number): void;
  remove(path: string, version: number): void;
  setData(path: string, data: Buffer | undefined, version: number): void;
  check(path: string, version: number): void;
  commit(done: Done<unknown>): void;
}

const OPEN: readonly Acl[] = [{ perms: 31, scheme: "world", id: "anyone" }];

/** Outside a transaction the library cannot set no data at all. */
const EMPTY = Buffer.alloc(0);

const CODES: readonly ZooKeeperErrorCode[] = [
  "NO_NODE",
  "NODE_EXISTS",
  "NOT_EMPTY",
  "BAD_VERSION",
  "NO_CHILDREN_FOR_EPHEMERALS",
  "NO_AUTH",
  "CONNECTION_LOSS",
  "SESSION_EXPIRED",
];

/** Rejects with ZooKeeperError UNREACHABLE when no server answers in time. */
export async function independentSession(
  connectString: string,
  sessionTimeoutMs: number,
  connectTimeoutMs: number,
): Promise<WriterSession> {
  const client = zookeeper.createClient(connectString, { sessionTimeout: sessionTimeoutMs, spinDelay: 50 });
  await connected(client, connectString, connectTimeoutMs);
  const library = client as unknown as Library;
  let alive = true;
  client.once("expired", () => {
    alive = false;
  });
  return {
    sessionId: client.getSessionId().readBigInt64BE(),
    get alive() {
      return alive;
    },
    create: async (path, data, options = {}) => {
      const { acl = OPEN, mode = "persistent" } = options;
      const made = await ask<string>("create", path, (done) =>
        library.create(path, data ?? undefined, acls(acl), modeOf(mode), done),
      );
      return { path: made ?? path };
    },
    setData: async (path, data, version = -1) => {
      await ask("setData", path, (done) => library.setData(path, data ?? EMPTY, version, done));
      return UNKNOWN_STAT;
    },
    delete: async (path, version = -1) => {
      await ask("delete", path, (done) => library.remove(path, version, done));
    },
    setAcl: async (path, acl, version = -1) => {
      await ask("setAcl", path, (done) => library.setACL(path, acls(acl), version, done));
      return UNKNOWN_STAT;
    },
    multi: async (ops) => {
      const transaction = library.transaction();
      for (const op of ops) add(transaction, op);
      await ask("multi", ops[0]?.path ?? "/", (done) => transaction.commit(done));
      return [];
    },
    close: () => closed(client),
  };
}

/** Nobody asks a workload's client for it. */
const UNKNOWN_STAT: Stat = {
  czxid: 0n,
  mzxid: 0n,
  pzxid: 0n,
  ctime: 0n,
  mtime: 0n,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 0n,
  dataLength: 0,
  numChildren: 0,
};

function add(transaction: LibraryTransaction, op: MultiOp): void {
  switch (op.op) {
    case "create":
      transaction.create(op.path, op.data ?? undefined, acls(op.acl), modeOf(op.mode));
      break;
    case "delete":
      transaction.remove(op.path, op.version);
      break;
    case "setData":
      transaction.setData(op.path, op.data ?? undefined, op.version);
      break;
    case "check":
      transaction.check(op.path, op.version);
      break;
  }
}

function acls(list: readonly Acl[]): unknown[] {
  return list.map(({ perms, scheme, id }) => new zookeeper.ACL(perms, new zookeeper.Id(scheme, id)));
}

function modeOf(mode: CreateMode): number {
  switch (mode) {
    case "persistent":
      return zookeeper.CreateMode.PERSISTENT;
    case "persistent-sequential":
      return zookeeper.CreateMode.PERSISTENT_SEQUENTIAL;
    case "ephemeral":
      return zookeeper.CreateMode.EPHEMERAL;
    case "ephemeral-sequential":
      return zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL;
    default:
      throw new Error(`node-zookeeper-client cannot create ${mode} znodes`);
  }
}

function ask<T>(operation: string, path: string, send: (done: Done<T>) => void): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    send((error, value) => {
      if (!error) return resolve(value);
      const code = CODES.find((one) => one === error.name) ?? "UNKNOWN";
      reject(new ZooKeeperError(code, { operation, path, reason: String(error) }));
    });
  });
}

function connected(client: zookeeper.Client, server: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      client.close();
      reject(new ZooKeeperError("UNREACHABLE", { operation: "connect", server }));
    }, timeoutMs);
    client.once("connected", () => {
      clearTimeout(timer);
      resolve();
    });
    client.connect();
  });
}

/** Milliseconds in which a server says goodbye; without one the session goes by itself. */
const CLOSE_MS = 2_000;

function closed(client: zookeeper.Client): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CLOSE_MS);
    client.once("disconnected", () => {
      clearTimeout(timer);
      resolve();
    });
    client.close();
  });
}
