/**
 * What a committed transaction is, as the quorum port tells it (TxnHeader and its body; ZooKeeper's zookeeper.jute).
 * Plain data; paths are the server's, never with a chroot. Buffers may be views of a larger chunk that was received: they are
 * never overwritten, but who keeps one for long keeps the chunk, and should copy it.
 */
import type { Acl } from "../types.js";

/**
 * `owner` is the stat's ephemeralOwner as the server keeps it: 0n a plain znode, a session id an ephemeral, and the marks
 * of node-owner.ts for containers and TTL znodes (clients see 0 for those).
 */
export type Change =
  | {
      readonly kind: "create";
      readonly path: string;
      readonly data: Buffer | null;
      readonly acl: readonly Acl[];
      readonly owner: bigint;
      /** The parent's internal cversion after this create: the number of children ever created; -1 = one more (3.3). */
      readonly parentCversion: number;
    }
  | { readonly kind: "delete"; readonly path: string }
  /** `version` is the resulting one. */
  | {
      readonly kind: "setData";
      readonly path: string;
      readonly data: Buffer | null;
      readonly version: number;
    }
  /** `version` is the resulting aversion. */
  | {
      readonly kind: "setAcl";
      readonly path: string;
      readonly acl: readonly Acl[];
      readonly version: number;
    };

export type TransactionBody =
  /** One change, or those of a multi in order. Empty for a multi of checks only. */
  | { readonly kind: "changes"; readonly changes: readonly Change[] }
  | { readonly kind: "open-session"; readonly timeoutMs: number }
  /** `paths`: the ephemerals it deleted; null when the server does not say (3.4, 3.5): all of that session. */
  | { readonly kind: "close-session"; readonly paths: readonly string[] | null }
  /** A write that failed: it takes a zxid and changes nothing. */
  | { readonly kind: "failed"; readonly code: number };

export interface Transaction {
  readonly zxid: bigint;
  /** Session that asked for it; 0n for the server itself (reaped containers and TTL znodes). */
  readonly session: bigint;
  /** The session's request number. */
  readonly cxid: number;
  /** The leader's clock, milliseconds since the epoch. */
  readonly timeMs: number;
  /** Number of the operation (ZooDefs.OpCode): 14 for a multi. */
  readonly type: number;
  readonly body: TransactionBody;
  /** Digest of the whole tree after it, version 2; null where the server sends none (before 3.6, failed ones). */
  readonly digest: bigint | null;
}

/** A znode as a snapshot has it. */
export interface SnapshotNode {
  /** "/" for the root. */
  readonly path: string;
  readonly data: Buffer | null;
  /** UNKNOWN_ACL when the snapshot does not show it. */
  readonly acl: readonly Acl[];
  readonly czxid: bigint;
  readonly mzxid: bigint;
  readonly pzxid: bigint;
  readonly ctimeMs: number;
  readonly mtimeMs: number;
  readonly version: number;
  /** Internal: how many children were ever created. A client's stat shows 2 × this − numChildren. */
  readonly cversion: number;
  readonly aversion: number;
  readonly owner: bigint;
}

/** First used while the snapshot was sent, after its table of ACLs: the transaction that set it still comes. No znode has it. */
export const UNKNOWN_ACL: readonly Acl[] = [];

export function isUnknownAcl(acl: readonly Acl[]): boolean {
  return acl.length === 0;
}
