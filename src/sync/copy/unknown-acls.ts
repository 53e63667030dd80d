/**
 * A server writes the table of ACLs before the znodes: of an ACL that was first used meanwhile, a snapshot shows only that
 * there is one, and the transaction that set it still comes (learner protocol, section 5). Such a znode waits for it, with all
 * that is below it: on the target it must not be open to anybody even for a moment. No I/O.
 */
import { isUnknownAcl, type SnapshotNode, type Transaction } from "../../zookeeper/learner/transaction.js";
import type { Acl } from "../../zookeeper/types.js";

export interface AclOutlet {
  readonly node: (node: SnapshotNode) => void;
  readonly transaction: (transaction: Transaction, own: boolean) => void;
}

export class UnknownAcls {
  /** Those of which it is not known yet, by path. */
  private readonly wanted = new Map<string, SnapshotNode>();
  private readonly found = new Map<string, readonly Acl[]>();
  /** In the order of their coming: parents first. */
  private waitingNodes: SnapshotNode[] = [];
  private waitingTransactions: { readonly transaction: Transaction; readonly own: boolean }[] = [];

  constructor(private readonly outlet: AclOutlet) {}

  /** A znode whose ACL has not been told yet, or null. */
  get missing(): string | null {
    const [path = null] = this.wanted.keys();
    return path;
  }

  node(node: SnapshotNode): void {
    const isUnknown = isUnknownAcl(node.acl);
    if (isUnknown) this.wanted.set(node.path, node);
    if (isUnknown || this.isBelow(node.path)) this.waitingNodes.push(node);
    else this.outlet.node(node);
  }

  transaction(transaction: Transaction, own: boolean): void {
    if (this.wanted.size === 0) {
      this.outlet.transaction(transaction, own);
      return;
    }
    this.waitingTransactions.push({ transaction, own });
    this.learn(transaction);
    if (this.wanted.size === 0) this.release();
  }

  private isBelow(path: string): boolean {
    if (this.wanted.size === 0) return false;
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      if (this.wanted.has(path.slice(0, end))) return true;
    }
    return this.wanted.has("/");
  }

  private learn({ body, zxid }: Transaction): void {
    if (body.kind !== "changes") return;
    for (const change of body.changes) {
      if (change.kind !== "create" && change.kind !== "setAcl") continue;
      const node = this.wanted.get(change.path);
      if (node === undefined) continue;
      const isIt =
        change.kind === "create"
          ? zxid === node.czxid && node.aversion === 0
          : zxid >= node.czxid && change.version === node.aversion;
      if (!isIt) continue;
      this.found.set(change.path, change.acl);
      this.wanted.delete(change.path);
    }
  }

  private release(): void {
    const { waitingNodes, waitingTransactions } = this;
    this.waitingNodes = [];
    this.waitingTransactions = [];
    for (const node of waitingNodes) {
      this.outlet.node({ ...node, acl: this.found.get(node.path) ?? node.acl });
    }
    for (const { transaction, own } of waitingTransactions) this.outlet.transaction(transaction, own);
  }
}
