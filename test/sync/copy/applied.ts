/**
 * What a target makes of operations: znodes in memory that refuse what a server would refuse. An operation that does not fit
 * is a fault of who planned it; but znodes that were there before and have been deleted on the source meanwhile may be in the
 * way: the repairer removes them.
 */

import type { Offsets } from "../../../src/sync/apply/offsets.js";
import type { TargetOp } from "../../../src/sync/translate/target-op.js";
import type { Acl } from "../../../src/zookeeper/types.js";

export interface AppliedNode {
  data: string | null;
  acl: readonly Acl[];
  version: number;
  aversion: number;
}

export class AppliedTarget {
  readonly nodes = new Map<string, AppliedNode>();
  /** There before the copy, and not touched by it yet. */
  readonly before = new Set<string>();
  readonly shadows = new Map<string, bigint>();
  /** ACLs that any znode has had, even for a moment, by path. */
  readonly shown = new Map<string, Set<readonly Acl[]>>();

  constructor(private readonly offsets: Offsets) {}

  apply(op: TargetOp): void {
    if (op.kind === "create" || op.kind === "delete") this.clear(op);
    this.before.delete(op.path);
    const node = this.nodes.get(op.path);
    const offset = this.offsets.of(op.path);
    switch (op.kind) {
      case "create": {
        if (node !== undefined) throw new Error(`${op.path} exists`);
        const parent = op.path.slice(0, op.path.lastIndexOf("/"));
        if (parent !== "" && !this.nodes.has(parent)) throw new Error(`${op.path} has no parent`);
        if (op.acl.length === 0) throw new Error(`${op.path} has no ACL`);
        this.nodes.set(op.path, { data: text(op.data), acl: op.acl, version: 0, aversion: 0 });
        this.show(op.path, op.acl);
        return;
      }
      case "delete": {
        if (node === undefined) throw new Error(`${op.path} is not there`);
        if (op.version !== null && op.expect === undefined && op.version + offset.version !== node.version) {
          throw new Error(`${op.path} has version ${node.version}, not ${op.version}`);
        }
        for (const path of this.nodes.keys()) {
          if (path.startsWith(`${op.path}/`)) throw new Error(`${op.path} has children`);
        }
        this.nodes.delete(op.path);
        this.offsets.set(op.path, { version: 0, aversion: 0 });
        return;
      }
      case "setData":
        if (node?.version !== op.version - op.times + offset.version) {
          throw new Error(
            `${op.path} has version ${node?.version}, not ${op.version - op.times} + ${offset.version}`,
          );
        }
        node.version += op.times;
        node.data = text(op.data);
        return;
      case "setAcl":
        if (node?.aversion !== op.version - 1 + offset.aversion) {
          throw new Error(
            `${op.path} has aversion ${node?.aversion}, not ${op.version - 1} + ${offset.aversion}`,
          );
        }
        node.aversion++;
        node.acl = op.acl;
        this.show(op.path, op.acl);
        return;
      case "shadow-add":
        this.shadows.set(op.path, op.session);
        return;
      case "shadow-drop":
        this.shadows.delete(op.path);
        return;
      case "bump":
        throw new Error(`${op.path}: no counter can be raised here`);
    }
  }

  private clear({ kind, path }: TargetOp): void {
    for (const other of this.before) {
      const isInTheWay = kind === "create" ? other === path : other.startsWith(`${path}/`);
      if (!isInTheWay) continue;
      this.before.delete(other);
      this.nodes.delete(other);
    }
  }

  private show(path: string, acl: readonly Acl[]): void {
    const shown = this.shown.get(path) ?? new Set();
    this.shown.set(path, shown.add(acl));
  }
}

function text(data: Buffer | null): string | null {
  return data === null ? null : data.toString("latin1");
}
