/**
 * One znode of the target that somebody else has touched, against the source's → what makes it right again. Pure. Versions
 * that cannot be made level are told as an offset, as everywhere. Clients are not shown whether a znode is a container or has a
 * TTL: made again, it is a plain one.
 */
import { type LiveNode, sameAcl, sameData } from "../apply/node-reader.js";
import type { Offset } from "../apply/offsets.js";
import type { ConflictRecord } from "../control/records.js";
import type { SyncSpec } from "../spec.js";
import type { TargetOp } from "../translate/target-op.js";

export interface RestoreRequest {
  /** Of the target. */
  readonly path: string;
  readonly source: LiveNode | null;
  readonly target: LiveNode | null;
  readonly offset: Offset;
  /** Recorded as standing for an ephemeral znode of the source. */
  readonly isShadow: boolean;
  readonly spec: Pick<SyncSpec, "ephemerals" | "unknownAcl" | "limits">;
}

export type Restoration =
  | { readonly kind: "level" }
  /** Nothing to be undone, only the versions went ahead. */
  | { readonly kind: "ahead"; readonly offset: Offset }
  | {
      readonly kind: "restore";
      readonly conflict: ConflictRecord["kind"];
      readonly ops: readonly TargetOp[];
      readonly offset: Offset;
    }
  /** It has children, which have to go first. */
  | { readonly kind: "children-first" }
  /** The ephemeral znode of a living session there is never removed. */
  | { readonly kind: "left"; readonly reason: string };

const LEVEL: Offset = { version: 0, aversion: 0 };

export function restoration(request: RestoreRequest): Restoration {
  const { target, spec } = request;
  const source = expected(request.source, spec);
  if (source === null) return target === null ? { kind: "level" } : surplus(request, target);
  if (target === null) return missing(request, source);
  if (target.stat.ephemeralOwner !== 0n) {
    return { kind: "left", reason: "it is the ephemeral znode of a living session there" };
  }
  return changed(request, source, target);
}

/** What the source has, as far as it takes part. */
function expected(source: LiveNode | null, spec: RestoreRequest["spec"]): LiveNode | null {
  const isEphemeral = source !== null && source.stat.ephemeralOwner !== 0n;
  return isEphemeral && spec.ephemerals === "skip" ? null : source;
}

function surplus({ path, isShadow }: RestoreRequest, target: LiveNode): Restoration {
  const { ephemeralOwner, numChildren, version } = target.stat;
  if (ephemeralOwner !== 0n) {
    return { kind: "left", reason: "it is the ephemeral znode of a living session there" };
  }
  if (numChildren > 0) return { kind: "children-first" };
  const drop: TargetOp[] = isShadow ? [{ kind: "shadow-drop", path }] : [];
  const ops: TargetOp[] = [{ kind: "delete", path, version: null, expect: version }, ...drop];
  return { kind: "restore", conflict: "created-on-both", ops, offset: LEVEL };
}

function missing({ path, isShadow, spec }: RestoreRequest, source: LiveNode): Restoration {
  const { data, acl, stat } = source;
  const ops: TargetOp[] = [{ kind: "create", path, data, acl, mode: "persistent", ttlMs: 0 }];
  if (stat.ephemeralOwner !== 0n && !isShadow) {
    ops.push({ kind: "shadow-add", path, session: stat.ephemeralOwner });
  }
  const { version } = stat;
  const canLevel = version <= spec.limits.levelVersions;
  if (version > 0 && canLevel) {
    ops.push({ kind: "setData", path, data, version, times: version, expect: 0 });
  }
  const offset = { version: canLevel ? 0 : -version, aversion: -stat.aversion };
  return { kind: "restore", conflict: "deleted-and-changed", ops, offset };
}

function changed({ path, offset, spec }: RestoreRequest, source: LiveNode, target: LiveNode): Restoration {
  const { levelVersions } = spec.limits;
  const isSameData = sameData(source.data, target.data);
  const isSameAcl = sameAcl(source.acl, target.acl) || isReplaced(target, spec);
  const behind = source.stat.version - target.stat.version;
  const ahead = { version: -behind, aversion: target.stat.aversion - source.stat.aversion };
  if (isSameData && isSameAcl) {
    const isLevel = ahead.version === offset.version && ahead.aversion === offset.aversion;
    return isLevel ? { kind: "level" } : { kind: "ahead", offset: ahead };
  }
  const ops: TargetOp[] = [];
  let version = target.stat.version;
  if (!isSameData) {
    const times = behind >= 1 && behind <= levelVersions ? behind : 1;
    version += times;
    ops.push({ kind: "setData", path, data: source.data, version, times, expect: target.stat.version });
  }
  const { aversion } = target.stat;
  if (!isSameAcl) {
    ops.push({ kind: "setAcl", path, acl: source.acl, version: aversion + 1, expect: aversion });
  }
  const after = {
    version: version - source.stat.version,
    aversion: aversion + Number(!isSameAcl) - source.stat.aversion,
  };
  return { kind: "restore", conflict: "changed-on-both", ops, offset: after };
}

function isReplaced(target: LiveNode, { unknownAcl }: RestoreRequest["spec"]): boolean {
  return unknownAcl.action === "replace" && sameAcl(target.acl, unknownAcl.acl);
}
