/**
 * Operations on the target → the operations of one multi, with the versions the target must have. Pure. The first two of
 * every multi are the fence and the checkpoint; FIRST_OPERATION is where the work begins.
 */
import { createHash } from "node:crypto";
import type { Acl, MultiOp } from "../../zookeeper/types.js";
import type { ControlPaths } from "../control/layout.js";
import type { ShadowRecord } from "../control/records.js";
import { hex } from "../feed/zxid.js";
import type { Direction } from "../spec.js";
import type { TargetOp } from "../translate/target-op.js";
import { encodeRecord } from "./checkpoint.js";
import type { Offsets } from "./offsets.js";

export const OWNER_OPERATION = 0;
export const CHECKPOINT_OPERATION = 1;
export const FIRST_OPERATION = 2;

/** Whatever version it has. */
const ANY = -1;
const OPEN = [{ perms: 31, scheme: "world", id: "anyone" }] as const;
/** Child that raises a sequence counter; made and deleted in one multi, so nobody ever sees it. */
const BUMP_NAME = "ferry-bump";

export interface CompileContext {
  readonly paths: ControlPaths;
  readonly direction: Direction;
  readonly offsets: Offsets;
  /** ACL of records about znodes. */
  readonly recordAcl: readonly Acl[];
  /** Held for a person's decision: nothing is done to it or below it. */
  readonly isHeld: (path: string) => boolean;
}

/** Name of the record about a path: paths are longer than names may be, and hold slashes. */
export function recordName(path: string): string {
  return createHash("sha1").update(path).digest("hex").slice(0, 24);
}

/** Throws on setAcl, which no multi takes. */
export function compile(op: TargetOp, context: CompileContext): MultiOp[] {
  const { path } = op;
  switch (op.kind) {
    case "create":
      return [
        {
          op: "create",
          path,
          data: op.data,
          acl: op.acl,
          mode: op.mode,
          ...(op.mode === "persistent-ttl" ? { ttlMs: op.ttlMs } : {}),
        },
      ];
    case "delete": {
      const known = op.version === null ? -1 : op.version + context.offsets.of(path).version;
      const version = op.expect ?? known;
      const deletion: MultiOp = { op: "delete", path, version };
      // A znode made again under this name begins level.
      return context.offsets.has(path)
        ? [deletion, { op: "delete", path: offsetRecord(path, context), version: -1 }]
        : [deletion];
    }
    case "setData": {
      const first = op.expect ?? op.version - op.times + context.offsets.of(path).version;
      return Array.from({ length: op.times }, (_, at) => ({
        op: "setData",
        path,
        data: op.data,
        version: op.expect === ANY ? ANY : first + at,
      }));
    }
    case "shadow-add": {
      const record: ShadowRecord = { format: 1, path, session: hex(op.session) };
      const at = shadowRecord(path, context);
      return [
        { op: "create", path: at, data: encodeRecord(record), acl: context.recordAcl, mode: "persistent" },
      ];
    }
    case "shadow-drop":
      return [{ op: "delete", path: shadowRecord(path, context), version: -1 }];
    case "bump":
      return Array.from({ length: op.count }, () => bump(path)).flat();
    case "setAcl":
      throw new Error(`setAcl ${path} cannot be part of a multi`);
  }
}

export function shadowRecord(path: string, { paths, direction }: CompileContext): string {
  return `${paths.shadows(direction)}/${recordName(path)}`;
}

export function offsetRecord(path: string, { paths, direction }: CompileContext): string {
  return `${paths.offsets(direction)}/${recordName(path)}`;
}

function bump(parent: string): MultiOp[] {
  const path = `${parent === "/" ? "" : parent}/${BUMP_NAME}`;
  return [
    { op: "create", path, data: null, acl: OPEN, mode: "persistent" },
    { op: "delete", path, version: -1 },
  ];
}
