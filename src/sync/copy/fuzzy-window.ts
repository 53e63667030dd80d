/**
 * A snapshot is fuzzy: what was committed while it was sent may be in it already. Leaves out of such a transaction what the
 * snapshot shows, by the servers' rules of replay (learner protocol, section 5) turned round: they may go back to an older
 * state for a moment, the target must not. No I/O.
 */
import type { Change, SnapshotNode, Transaction } from "../../zookeeper/learner/transaction.js";
import { parentPath } from "../../zookeeper/path.js";
import { Problem } from "../apply/problem.js";
import type { SourceIndex } from "../direction/source-index.js";

interface State {
  readonly version: number;
  readonly aversion: number;
  /** 0n: before the snapshot began. */
  readonly czxid: bigint;
}

/** What has been brought so far; null: nothing is there. */
type Known = State | null;

export class FuzzyWindow {
  /** Znodes that were changed while the snapshot was sent: the index replays what the snapshot shows of them, and falls back. */
  private readonly touched = new Map<string, Known>();
  private begun = 0n;

  /**
   * @param index replays, as servers do
   * @param isOurs whether a path of the source takes part, with all that is above it up to the subtree's root
   */
  constructor(
    private readonly index: SourceIndex,
    private readonly isOurs: (path: string) => boolean,
  ) {}

  /** @param zxid everything up to it is in the snapshot */
  begin(zxid: bigint): void {
    this.begun = zxid;
  }

  node(node: SnapshotNode): void {
    this.index.addSnapshotNode(node);
    const { version, aversion, czxid, mzxid } = node;
    // Client feeds look at each znode by itself and report only what differs from that: nothing falls back.
    if (this.begun === 0n) return;
    if (czxid > this.begun || mzxid > this.begun) this.touched.set(node.path, { version, aversion, czxid });
  }

  /** As it is before the transaction that is being taken. */
  lookup(path: string): Known {
    const state = this.touched.get(path);
    if (state !== undefined) return state;
    const found = this.index.lookup(path);
    return found === null ? null : { version: found.version, aversion: found.aversion, czxid: 0n };
  }

  /** @param bring is given what of it is not in the snapshot, with everything still as it was before */
  take(transaction: Transaction, bring: (news: Transaction) => void): void {
    const { body, zxid } = transaction;
    if (body.kind !== "changes") {
      bring(transaction);
      this.index.apply(transaction);
      if (body.kind === "close-session") this.forgetClosed(zxid);
      return;
    }
    // Within a multi each operation sees the ones before it.
    const within = new Map<string, Known>();
    const stateOf = (path: string): Known => {
      const state = within.get(path);
      return state === undefined ? this.lookup(path) : state;
    };
    const changes = body.changes.filter((change, at) => {
      const known = stateOf(change.path);
      const isPast = this.lookup(change.path)?.czxid === zxid && at < lastCreate(body.changes, change.path);
      const isNews = !isPast && this.isNews(change, zxid, stateOf);
      within.set(change.path, isNews ? after(change, known, zxid) : known);
      return isNews;
    });
    // What befell an earlier znode of a name must not befall the one that the snapshot shows.
    const replayed = body.changes.filter(
      ({ kind, path }) => kind === "create" || (this.lookup(path)?.czxid ?? 0n) <= zxid,
    );
    bring({ ...transaction, body: { kind: "changes", changes } });
    this.index.apply({ ...transaction, body: { kind: "changes", changes: replayed } });
    for (const [path, state] of within) this.touched.set(path, state);
  }

  private isNews(change: Change, zxid: bigint, stateOf: (path: string) => Known): boolean {
    const known = stateOf(change.path);
    if (change.kind === "create") return known === null && this.hasPlace(change.path, zxid, stateOf);
    // The snapshot shows a later znode of that name.
    if (known === null || zxid < known.czxid) return false;
    switch (change.kind) {
      case "delete":
        return true;
      case "setData":
        return known.version < change.version;
      case "setAcl":
        return known.aversion < change.version;
    }
  }

  /** Its parent was gone, or made anew, when the snapshot came to it: so was the znode itself. */
  private hasPlace(path: string, zxid: bigint, stateOf: (path: string) => Known): boolean {
    const parent = parentPath(path);
    if (parent === null || !this.isOurs(parent)) return true;
    const known = stateOf(parent);
    return known !== null && known.czxid <= zxid;
  }

  /** The index knows what the session owned. */
  private forgetClosed(zxid: bigint): void {
    for (const [path, state] of this.touched) {
      if (state !== null && state.czxid < zxid && this.index.lookup(path) === null)
        this.touched.set(path, null);
    }
  }
}

/**
 * Where the multi made the znode that the snapshot shows.
 * @throws Problem when it made it more than once: the snapshot does not say which it shows
 */
function lastCreate(changes: readonly Change[], path: string): number {
  const creates = changes.flatMap((change, at) =>
    change.kind === "create" && change.path === path ? at : [],
  );
  if (creates.length > 1) throw Problem.madeTwice(path);
  return creates[0] ?? -1;
}

function after(change: Change, known: Known, zxid: bigint): Known {
  switch (change.kind) {
    case "create":
      return { version: 0, aversion: 0, czxid: zxid };
    case "delete":
      return null;
    case "setData":
      return known === null ? null : { ...known, version: change.version };
    case "setAcl":
      return known === null ? null : { ...known, aversion: change.version };
  }
}
