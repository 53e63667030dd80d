/**
 * A feed's listener that keeps the tree as plain objects, by the rules of replay, and remembers what it was told. Written
 * apart from src/sync/tree, so that a mistake there cannot hide itself.
 */
import type { FeedFailure, FeedListener } from "../../src/sync/feed/feed.js";
import type { Change, SnapshotNode, Transaction } from "../../src/zookeeper/learner/transaction.js";
import type { Acl } from "../../src/zookeeper/types.js";

export interface ModelNode {
  data: Buffer | null;
  acl: readonly Acl[];
  version: number;
  aversion: number;
  /** Internal. */
  cversion: number;
  owner: bigint;
  mzxid: bigint;
  czxid: bigint;
}

export class FeedModel implements FeedListener {
  readonly nodes = new Map<string, ModelNode>();
  readonly transactions: Transaction[] = [];
  snapshots = 0;
  current: bigint | null = null;
  zxid = 0n;
  lost: string[] = [];
  failure: FeedFailure | null = null;

  onSnapshotBegin(): void {
    this.snapshots++;
    this.nodes.clear();
    this.current = null;
  }
  onSnapshotNode(node: SnapshotNode): void {
    const { data, acl, version, aversion, cversion, owner, mzxid, czxid } = node;
    this.nodes.set(node.path, { data, acl, version, aversion, cversion, owner, mzxid, czxid });
  }
  onSnapshotEnd(zxid: bigint): void {
    this.zxid = zxid;
  }
  onTransaction(transaction: Transaction): void {
    this.transactions.push(transaction);
    this.zxid = transaction.zxid;
    const { body, session } = transaction;
    if (body.kind === "changes") for (const change of body.changes) this.change(change, transaction);
    if (body.kind === "close-session") {
      const owned = [...this.nodes].filter(([, node]) => node.owner === session).map(([path]) => path);
      for (const path of body.paths ?? owned) this.nodes.delete(path);
    }
  }
  onCurrent(zxid: bigint): void {
    this.current = zxid;
  }
  onHead(): void {}
  onLost(reason: string): void {
    this.lost.push(reason);
    this.current = null;
  }
  onFailed(failure: FeedFailure): void {
    this.failure = failure;
  }

  private change(change: Change, { zxid }: Transaction): void {
    const node = this.nodes.get(change.path);
    switch (change.kind) {
      case "create": {
        const parent = this.nodes.get(change.path.slice(0, change.path.lastIndexOf("/")) || "/");
        if (parent !== undefined) parent.cversion = Math.max(parent.cversion, change.parentCversion);
        if (node !== undefined) node.acl = change.acl;
        else {
          const { data, acl, owner } = change;
          this.nodes.set(change.path, {
            data,
            acl,
            owner,
            version: 0,
            aversion: 0,
            cversion: 0,
            mzxid: zxid,
            czxid: zxid,
          });
        }
        break;
      }
      case "delete":
        this.nodes.delete(change.path);
        break;
      case "setData":
        if (node !== undefined)
          Object.assign(node, { data: change.data, version: change.version, mzxid: zxid });
        break;
      case "setAcl":
        if (node !== undefined) Object.assign(node, { acl: change.acl, aversion: change.version });
    }
  }
}
