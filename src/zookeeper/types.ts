/**
 * The small typed face of ZooKeeper that all of ferry uses. Everything is promise-based; every failure is a
 * ZooKeeperError that names the operation, the path and the server.
 */

/** Permission bits as on the wire (ZooDefs.Perms). */
export const PERMS = { read: 1, write: 2, create: 4, delete: 8, admin: 16, all: 31 } as const;

export interface Acl {
  readonly perms: number;
  readonly scheme: string;
  readonly id: string;
}

/** Fields of Stat; 64-bit ones as bigint. Times in milliseconds since the epoch, by the leader's clock. */
export interface Stat {
  readonly czxid: bigint;
  readonly mzxid: bigint;
  readonly ctime: bigint;
  readonly mtime: bigint;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly ephemeralOwner: bigint;
  readonly dataLength: number;
  readonly numChildren: number;
  readonly pzxid: bigint;
}

export type CreateMode =
  | "persistent"
  | "persistent-sequential"
  | "ephemeral"
  | "ephemeral-sequential"
  | "container"
  | "persistent-ttl"
  | "persistent-sequential-ttl";

export interface WatchEvent {
  readonly type: "created" | "deleted" | "changed" | "children" | "removed";
  readonly path: string;
  /** Only servers from 3.9 send it. */
  readonly zxid?: bigint;
}
export type Watcher = (event: WatchEvent) => void;

export type MultiOp =
  | {
      readonly op: "create";
      readonly path: string;
      readonly data: Buffer | null;
      readonly acl: readonly Acl[];
      readonly mode: CreateMode;
      readonly ttlMs?: number;
    }
  | { readonly op: "delete"; readonly path: string; readonly version: number }
  | { readonly op: "setData"; readonly path: string; readonly data: Buffer | null; readonly version: number }
  | { readonly op: "check"; readonly path: string; readonly version: number };

export type MultiResult =
  | { readonly op: "create"; readonly path: string; readonly stat?: Stat }
  | { readonly op: "delete" }
  | { readonly op: "setData"; readonly stat: Stat }
  | { readonly op: "check" };

export type SessionState =
  | "connecting"
  | "connected"
  | "read-only"
  | "disconnected"
  | "expired"
  | "closed"
  | "auth-failed";

export interface TlsOptions {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly passphrase?: string;
  /** Name to verify instead of the host; null switches verification of the name off. */
  readonly serverName?: string | null;
}

/** A login by SASL. The server knows such a session as scheme `sasl`, id = the user's name. */
export interface SaslCredentials {
  readonly mechanism: "DIGEST-MD5";
  readonly username: string;
  /** Never shown, never sent: only a digest of it is. */
  readonly password: string;
}

export interface ConnectOptions {
  /** `host:port,host:port/chroot` */
  readonly connectString: string;
  /** Milliseconds asked for; the server may change it. Default 10,000. */
  readonly sessionTimeoutMs?: number;
  /** Milliseconds until the first connection must stand; 0 = wait for ever. Default 15,000. */
  readonly connectTimeoutMs?: number;
  readonly auth?: readonly { readonly scheme: string; readonly credential: Buffer }[];
  /** On each connection before `auth` and everything else. */
  readonly sasl?: SaslCredentials;
  readonly tls?: TlsOptions;
  /** Of znodes that are created without an ACL of their own, parents included; default: open to all. */
  readonly defaultAcl?: readonly Acl[];
  /** Takes a server without a quorum too (readonlymode.enabled on it); leaves it when one with a quorum is found. */
  readonly readOnly?: boolean;
  /** Gives up connecting. Only for the first connection: later `close()` ends things. */
  readonly signal?: AbortSignal;
}

/** Error codes by the names of the protocol (KeeperException.Code), and ours for what no server said. */
export type ZooKeeperErrorCode =
  | "CONNECTION_LOSS"
  | "MARSHALLING_ERROR"
  | "UNIMPLEMENTED"
  | "OPERATION_TIMEOUT"
  | "BAD_ARGUMENTS"
  | "NO_NODE"
  | "NO_AUTH"
  | "BAD_VERSION"
  | "NO_CHILDREN_FOR_EPHEMERALS"
  | "NODE_EXISTS"
  | "NOT_EMPTY"
  | "SESSION_EXPIRED"
  | "INVALID_CALLBACK"
  | "INVALID_ACL"
  | "AUTH_FAILED"
  | "SESSION_MOVED"
  | "NOT_READONLY"
  | "EPHEMERAL_ON_LOCAL_SESSION"
  | "NO_WATCHER"
  | "REQUEST_TIMEOUT"
  | "RECONFIG_DISABLED"
  | "SESSION_CLOSED_REQUIRE_SASL_AUTH"
  | "QUOTA_EXCEEDED"
  | "THROTTLED_OP"
  | "RUNTIME_INCONSISTENCY"
  | "DATA_INCONSISTENCY"
  | "SYSTEM_ERROR"
  | "API_ERROR"
  | "NEW_CONFIG_NO_QUORUM"
  | "RECONFIG_IN_PROGRESS"
  | "CLOSED"
  | "UNREACHABLE"
  | "UNKNOWN";

export interface ZooKeeperClient {
  readonly state: SessionState;
  /** Session id, 0n before the first connection. */
  readonly sessionId: bigint;
  /** As negotiated, milliseconds. */
  readonly sessionTimeoutMs: number;
  /** host:port in use, or null. */
  readonly server: string | null;
  onState(listener: (state: SessionState) => void): () => void;

  /** `withStat` asks for the new znode's stat; servers before 3.5 create it all the same, without one. */
  create(
    path: string,
    data: Buffer | null,
    options?: { acl?: readonly Acl[]; mode?: CreateMode; ttlMs?: number; withStat?: boolean },
  ): Promise<{ path: string; stat?: Stat }>;
  /** Creates missing parents as persistent nodes with the given ACL. */
  createParents(path: string, acl?: readonly Acl[]): Promise<void>;
  delete(path: string, version?: number): Promise<void>;
  exists(path: string, watcher?: Watcher): Promise<Stat | null>;
  getData(path: string, watcher?: Watcher): Promise<{ data: Buffer | null; stat: Stat }>;
  setData(path: string, data: Buffer | null, version?: number): Promise<Stat>;
  getChildren(path: string, watcher?: Watcher): Promise<{ children: string[]; stat: Stat }>;
  getAcl(path: string): Promise<{ acl: Acl[]; stat: Stat }>;
  setAcl(path: string, acl: readonly Acl[], aversion?: number): Promise<Stat>;
  multi(ops: readonly MultiOp[]): Promise<MultiResult[]>;
  sync(path: string): Promise<void>;
  addWatch(path: string, mode: "persistent" | "persistent-recursive", watcher: Watcher): Promise<void>;
  removeWatches(path: string, kind: "data" | "children" | "persistent" | "any"): Promise<void>;
  getEphemerals(prefix: string): Promise<string[]>;
  /** 3.5+. Incremental (joining, leaving) or whole (members); returns the new configuration's text. */
  reconfig(change: {
    joining?: string;
    leaving?: string;
    members?: string;
    fromConfig?: bigint;
  }): Promise<{ data: Buffer; stat: Stat }>;
  whoAmI(): Promise<{ scheme: string; id: string }[]>;
  addAuth(scheme: string, credential: Buffer): Promise<void>;
  /** Ends the session and the connection. Never rejects. */
  close(): Promise<void>;
}
