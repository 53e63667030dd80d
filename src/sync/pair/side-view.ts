/**
 * What both directions of a pair must know of one side: which of its transactions are our own, and who wrote last to what.
 * Fed by the direction that reads this side, asked by the one that writes to it.
 */
import type { Change, Transaction } from "../../zookeeper/learner/transaction.js";
import type { Side } from "../spec.js";
import { Journal } from "./journal.js";
import type { OwnWrite, OwnWrites } from "./own-writes.js";
import { SeenMultis } from "./seen-multis.js";

const ACL = "\0acl";

export class SideView {
  readonly journal = new Journal();
  readonly seen = new SeenMultis();
  /** What others write while somebody wants to know: zxid of the newest write, by path. */
  private touched: Map<string, bigint> | null = null;

  constructor(
    readonly side: Side,
    private readonly own: OwnWrites,
    private readonly inScope: (path: string) => boolean,
    /** Somebody wrote to this znode here; path of this side. */
    private readonly onForeign: (path: string) => void,
  ) {}

  /** Begins to remember what others write here, in place of what was remembered before. */
  remember(): ReadonlyMap<string, bigint> {
    this.touched = new Map();
    return this.touched;
  }

  forget(): void {
    this.touched = null;
  }

  /** Whether the transaction is ours. Called once for each, in order. */
  take(transaction: Transaction): boolean {
    const own = this.own.read(transaction);
    if (own !== null && own.multi !== null) this.seen.note(own.multi, transaction.zxid);
    const { body } = transaction;
    if (body.kind === "changes") for (const change of body.changes) this.note(change, transaction, own);
    if (body.kind === "close-session") {
      for (const path of body.paths ?? []) if (this.inScope(path)) this.write(path, transaction, null, true);
    }
    this.journal.reach(transaction.zxid);
    return own !== null;
  }

  private note(change: Change, transaction: Transaction, own: OwnWrite | null): void {
    const { path } = change;
    if (!this.inScope(path) || own?.lost.includes(path) === true) return;
    if (own !== null && own.timeMs === 0) return; // a copy or an ACL: says nothing about who wrote when
    this.write(change.kind === "setAcl" ? aclKey(path) : path, transaction, own, change.kind === "delete");
  }

  private write(key: string, transaction: Transaction, own: OwnWrite | null, deleted: boolean): void {
    const other: Side = this.side === "a" ? "b" : "a";
    const { zxid, session } = transaction;
    if (own === null) {
      const path = key.endsWith(ACL) ? key.slice(0, -ACL.length) : key;
      this.onForeign(path);
      this.touched?.set(path, zxid);
    }
    this.journal.note(key, {
      origin: own === null ? this.side : other,
      timeMs: own?.timeMs ?? transaction.timeMs,
      zxid,
      session,
      deleted,
    });
  }
}

/** ACLs have a history of their own. No path has a NUL in it. */
export function aclKey(path: string): string {
  return path + ACL;
}
