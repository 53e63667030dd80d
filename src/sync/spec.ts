/** One synchronisation as the engine takes it: everything resolved, nothing optional that matters. Plain data. */
import type { Acl, SaslCredentials, TlsOptions } from "../zookeeper/types.js";

export type { SaslCredentials } from "../zookeeper/types.js";

import type { FeedKind } from "./feed/feed.js";

/** `a` is the source and `b` the target; in a bidirectional synchronisation both are both. */
export type Side = "a" | "b";
export type Direction = "a-to-b" | "b-to-a";

/** How to reach the quorum port as an observer. */
export interface QuorumAccess {
  /** `host:port` of every server's quorum port, or of observer master ports; empty: ask the ensemble. */
  readonly servers: readonly string[];
  readonly tls: TlsOptions | null;
  readonly sasl: SaslCredentials | null;
  /** Server id under which ferry joins; never one of the ensemble's own. */
  readonly observerId: bigint;
}

export interface SideSpec {
  /** As the user wrote it, for messages. */
  readonly name: string;
  /** host:port,host:port without a chroot. */
  readonly connectString: string;
  readonly auth: readonly { readonly scheme: string; readonly credential: Buffer }[];
  readonly sasl: SaslCredentials | null;
  readonly tls: TlsOptions | null;
  readonly sessionTimeoutMs: number;
  readonly quorum: QuorumAccess;
}

/** A subtree on both sides. `a` and `b` differ when it is renamed; "/" stands for everything but /zookeeper and /ferry. */
export interface PathRule {
  readonly a: string;
  readonly b: string;
  /** Subtrees below `a`, as paths of side a, that stay out. */
  readonly exclude: readonly string[];
}

export type ConflictStrategy = "last-write-wins" | "source-wins" | "manual";

export interface SyncLimits {
  /** Operations of one multi at most; a source transaction is never split. */
  readonly batchOperations: number;
  /** Bytes of one multi at most; a bigger source transaction goes alone. */
  readonly batchBytes: number;
  /** Multis under way at most. */
  readonly inFlight: number;
  /** Transactions waiting in memory, bytes, before they go to disk. */
  readonly spoolMemoryBytes: number;
  /** Bytes on disk before the feed is left and taken up again later. */
  readonly spoolDiskBytes: number;
  /** Extra setData calls that may be spent on one znode to bring its version level. */
  readonly levelVersions: number;
}

export interface SyncSpec {
  readonly name: string;
  readonly a: SideSpec;
  readonly b: SideSpec;
  readonly paths: readonly PathRule[];
  readonly bidirectional: boolean;
  readonly feed: FeedKind | "auto";
  /** In one direction: an observer on the target too, so that what others write there is found and undone at once. */
  readonly watchTarget: boolean;
  readonly conflicts: {
    readonly strategy: ConflictStrategy;
    /** Conflicts in a minute that raise an alert. */
    readonly alertPerMinute: number;
  };
  /** `shadow`: persistent stand-ins while the session lives. `skip`: left out. */
  readonly ephemerals: "shadow" | "skip";
  /** `keep`: the same type on the other side. `persistent`: plain znodes there. */
  readonly containers: "keep" | "persistent";
  /** What becomes of ACL entries whose scheme the target refuses: stop, or put these in their place. */
  readonly unknownAcl:
    | { readonly action: "stop" }
    | { readonly action: "replace"; readonly acl: readonly Acl[] };
  readonly limits: SyncLimits;
  /** Milliseconds of lag that raise an alert. */
  readonly alertLagMs: number;
}

export function directionsOf(spec: Pick<SyncSpec, "bidirectional">): readonly Direction[] {
  return spec.bidirectional ? ["a-to-b", "b-to-a"] : ["a-to-b"];
}

export function sourceOf(direction: Direction): Side {
  return direction === "a-to-b" ? "a" : "b";
}

export function targetOf(direction: Direction): Side {
  return direction === "a-to-b" ? "b" : "a";
}
