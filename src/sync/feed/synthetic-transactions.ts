/**
 * Looks at znodes → transactions in the form of a feed, as if each difference had been written just so. Origin, boundaries
 * and everything between two looks are lost: what comes out is a history that leads to the same state. No I/O.
 */

import { OPCODES } from "../../zookeeper/codes.js";
import type { Change, SnapshotNode, Transaction } from "../../zookeeper/learner/transaction.js";
import type { Stat } from "../../zookeeper/types.js";
import { KnownTree } from "./known-tree.js";
import type { PresentNode } from "./node-state.js";

/** The newest zxid any stat has shown. Never falls, also over reconnections. */
export class ZxidClock {
  zxid = 0n;

  note(stat: Stat | null): void {
    if (stat === null) return;
    for (const zxid of [stat.czxid, stat.mzxid, stat.pzxid]) if (zxid > this.zxid) this.zxid = zxid;
  }
}

export class SyntheticTransactions {
  readonly tree = new KnownTree();

  /** @param now milliseconds since the epoch, for deletions and ACL changes, which leave no time behind */
  constructor(
    private readonly clock: ZxidClock,
    private readonly now: () => number,
    private readonly report: (transaction: Transaction) => void,
  ) {}

  /** The first look at it, as part of a snapshot. */
  snapshotNode(path: string, { data, acl, stat }: PresentNode): SnapshotNode {
    this.clock.note(stat);
    this.tree.add(path, stat);
    const { czxid, mzxid, pzxid, version, aversion, ephemeralOwner: owner } = stat;
    const [ctimeMs, mtimeMs] = [Number(stat.ctime), Number(stat.mtime)];
    const cversion = childrenEverMade(stat);
    return { path, data, acl, czxid, mzxid, pzxid, ctimeMs, mtimeMs, version, cversion, aversion, owner };
  }

  /** It is not there: deletes it and what was known below it, children first. */
  gone(path: string, parent: Stat | null): void {
    this.clock.note(parent);
    if (!this.tree.has(path)) return;
    for (const below of this.tree.below(path)) this.drop(below);
    this.drop(path);
  }

  /**
   * It is there; the parent must be known.
   * @returns znodes that had to be deleted on the way and may be there again: look at them anew
   */
  present(path: string, node: PresentNode): readonly string[] {
    this.clock.note(node.stat);
    this.clock.note(node.parent);
    const known = this.tree.get(path);
    if (known === undefined) {
      this.create(path, node);
      return [];
    }
    if (known.czxid !== node.stat.czxid) {
      const below = this.tree.below(path);
      this.gone(path, null);
      this.create(path, node);
      return below;
    }
    const { version, aversion, mzxid } = node.stat;
    const written = known.mzxid !== mzxid;
    const opened = known.aversion !== aversion;
    Object.assign(known, { version, aversion, mzxid });
    if (written) this.emit([setData(path, node)], Number(node.stat.mtime));
    if (opened) this.emit([setAcl(path, node)], this.now());
    return [];
  }

  private create(path: string, node: PresentNode): void {
    const { data, acl, stat, parent } = node;
    this.tree.add(path, stat);
    const parentCversion = parent === null ? -1 : childrenEverMade(parent);
    const creation: Change = { kind: "create", path, data, acl, owner: stat.ephemeralOwner, parentCversion };
    // A created znode has version 0: what was written since comes in the same transaction, so that nobody sees less.
    this.emit(stat.version === 0 ? [creation] : [creation, setData(path, node)], Number(stat.mtime));
    if (stat.aversion > 0) this.emit([setAcl(path, node)], this.now());
  }

  private drop(path: string): void {
    this.tree.remove(path);
    this.emit([{ kind: "delete", path }], this.now());
  }

  private emit(changes: readonly Change[], timeMs: number): void {
    const [first] = changes;
    const type = first === undefined || changes.length > 1 ? OPCODES.multi : OPCODES[first.kind];
    const body = { kind: "changes", changes } as const;
    this.report({ zxid: this.clock.zxid, session: 0n, cxid: 0, timeMs, type, body, digest: null });
  }
}

function setData(path: string, { data, stat }: PresentNode): Change {
  return { kind: "setData", path, data, version: stat.version };
}

function setAcl(path: string, { acl, stat }: PresentNode): Change {
  return { kind: "setAcl", path, acl, version: stat.aversion };
}

/** A client's cversion counts creations and deletions. */
function childrenEverMade({ cversion, numChildren }: Stat): number {
  return (cversion + numChildren) / 2;
}
