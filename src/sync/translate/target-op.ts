/** What is to be done on the target: paths are the target's, versions the source's. Plain data. */
import type { Acl } from "../../zookeeper/types.js";

export type TargetMode = "persistent" | "container" | "persistent-ttl";

export type TargetOp =
  | {
      readonly kind: "create";
      readonly path: string;
      readonly data: Buffer | null;
      readonly acl: readonly Acl[];
      readonly mode: TargetMode;
      /** For TTL znodes, milliseconds. */
      readonly ttlMs: number;
    }
  | {
      readonly kind: "delete";
      readonly path: string;
      /** The source's version when it was deleted; null when not known. */
      readonly version: number | null;
      /** The target's version as it was just read, in place of what follows from the source's. */
      readonly expect?: number;
    }
  | {
      readonly kind: "setData";
      readonly path: string;
      readonly data: Buffer | null;
      /** The source's version after it. */
      readonly version: number;
      /** How often it is to be set, so that the versions stay level: more than 1 when writes in between were not seen. */
      readonly times: number;
      /** The target's version as it was just read, in place of what follows from the source's. */
      readonly expect?: number;
      /** The source's write lost against the target's, and only its count is kept: `data` is the target's own. */
      readonly lost?: true;
    }
  /** Never together with others: servers take it in no multi. */
  | {
      readonly kind: "setAcl";
      readonly path: string;
      readonly acl: readonly Acl[];
      /** The source's aversion after it. */
      readonly version: number;
      /** The target's aversion as it was just read, in place of what follows from the source's. */
      readonly expect?: number;
    }
  /** Writes down that `path` stands for an ephemeral znode of the source, and takes that back. */
  | { readonly kind: "shadow-add"; readonly path: string; readonly session: bigint }
  | { readonly kind: "shadow-drop"; readonly path: string }
  /** Raises the sequence counter of `path` by creating and deleting a child `count` times, which nobody can see. */
  | { readonly kind: "bump"; readonly path: string; readonly count: number };

/** What the target has to do for one transaction of the source, or a piece of a copy. Done whole or not at all. */
export interface Work {
  readonly ops: readonly TargetOp[];
  /** Newest zxid of the source that is on the target with it; null: a piece of a copy, the checkpoint stays. */
  readonly zxid: bigint | null;
  /** The source leader's clock, milliseconds; 0 when unknown. */
  readonly timeMs: number;
  /** performance.now() when it arrived. */
  readonly arrived: number;
  /** About what it takes in a multi. */
  readonly bytes: number;
  /** Carries out a person's decision: also where everything else is held back. */
  readonly evenHeld?: boolean;
  /** Right only for what was just read: dropped when the target refuses it. */
  readonly tentative?: boolean;
}

/** Bytes of one operation in a multi, about: lengths, header and ACL. */
export function operationBytes(op: TargetOp): number {
  switch (op.kind) {
    case "create":
      return 80 + op.path.length + (op.data?.length ?? 0);
    case "setData":
      return op.times * (40 + op.path.length + (op.data?.length ?? 0));
    case "delete":
      return 30 + op.path.length;
    case "setAcl":
      return 80 + op.path.length;
    case "shadow-add":
      return 240 + op.path.length;
    case "shadow-drop":
      return 100;
    case "bump":
      return op.count * (140 + 2 * op.path.length);
  }
}

export function workBytes(ops: readonly TargetOp[]): number {
  let sum = 0;
  for (const op of ops) sum += operationBytes(op);
  return sum;
}

/** Operations it becomes in a multi. */
export function operationCount(op: TargetOp): number {
  if (op.kind === "setData") return op.times;
  return op.kind === "bump" ? 2 * op.count : 1;
}
