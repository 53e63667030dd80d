/**
 * A source that changes while it sends its snapshot, as servers do: znodes one by one as they are when their turn comes,
 * ACLs from a table made before, and then what was committed meanwhile. Written apart from what it tests.
 */
import type { Feed, FeedListener } from "../../../src/sync/feed/feed.js";
import {
  type Change,
  type SnapshotNode,
  type Transaction,
  UNKNOWN_ACL,
} from "../../../src/zookeeper/learner/transaction.js";
import type { Acl } from "../../../src/zookeeper/types.js";
import type { Random } from "../../harness/random.js";

const ACLS: readonly (readonly Acl[])[] = [
  [{ perms: 31, scheme: "world", id: "anyone" }],
  [{ perms: 1, scheme: "world", id: "anyone" }],
  [{ perms: 31, scheme: "digest", id: "x:y" }],
  [{ perms: 7, scheme: "ip", id: "10.0.0.1" }],
];
const OPEN = ACLS[0] as readonly Acl[];

type Mutable = { -readonly [K in keyof SnapshotNode]: SnapshotNode[K] };

export class FuzzySource {
  readonly nodes = new Map<string, Mutable>();
  zxid = 0x100000000n;
  private sessions = [0x1000n, 0x2000n];
  /** Servers before 3.6 do not say which znodes a session takes with it. */
  readonly tellsOwned: boolean;
  private readonly children = new Map<string, Set<string>>();

  /** @param names of the folders at the top */
  constructor(
    private readonly random: Random,
    private readonly names: readonly string[],
  ) {
    this.tellsOwned = random.chance(0.5);
    this.put("/", 0n, OPEN, null);
    for (let at = 0; at < 60; at++) this.step();
  }

  /** Snapshot and transactions of one connection, with `steps` transactions in between and behind. */
  connection(steps: number): {
    readonly nodes: readonly SnapshotNode[];
    readonly transactions: readonly Transaction[];
  } {
    const known = new Set([...this.nodes.values()].map(({ acl }) => acl));
    const transactions: Transaction[] = [];
    const sent: SnapshotNode[] = [];
    const stack = ["/"];
    for (let left = steps; stack.length > 0 || left > 0; ) {
      if (left > 0 && (stack.length === 0 || this.random.chance(0.5))) {
        transactions.push(this.step());
        left--;
        continue;
      }
      const path = stack.pop();
      const node = path === undefined ? undefined : this.nodes.get(path);
      if (path === undefined || node === undefined) continue;
      sent.push({ ...node, acl: known.has(node.acl) ? node.acl : UNKNOWN_ACL });
      stack.push(...(this.children.get(path) ?? []));
    }
    return { nodes: sent, transactions };
  }

  /** One transaction, perhaps of several changes, perhaps of none. */
  private step(): Transaction {
    this.zxid++;
    const { zxid, random } = this;
    const head = {
      zxid,
      session: random.pick(this.sessions),
      cxid: 0,
      timeMs: Number(zxid % 100_000n),
      digest: null,
    };
    if (random.chance(0.05)) return { ...head, type: -11, body: this.close(head.session) };
    if (random.chance(0.03)) return { ...head, type: -1, body: { kind: "failed", code: -101 } };
    const made = new Set<string>();
    const changes = Array.from({ length: random.chance(0.2) ? 3 : 1 }, () => this.change(head, made)).flatMap(
      (one) => one ?? [],
    );
    return { ...head, type: 14, body: { kind: "changes", changes } };
  }

  private close(session: bigint): Transaction["body"] {
    const owned = [...this.nodes.values()].filter(({ owner }) => owner === session).map(({ path }) => path);
    for (const path of owned) this.remove(path);
    // No session comes twice.
    this.sessions = this.sessions.map((other) => (other === session ? other + 1n : other));
    return { kind: "close-session", paths: this.tellsOwned ? owned : null };
  }

  /** @param made in the same transaction: nobody makes a znode twice in one */
  private change({ session, timeMs }: { session: bigint; timeMs: number }, made: Set<string>): Change | null {
    const { random } = this;
    const path = random.pick([...this.nodes.keys()]);
    const node = this.nodes.get(path);
    if (node === undefined) return null;
    const kind = random.below(10);
    if (kind < 5) return this.create(path, session, timeMs, made);
    if (kind < 7) return path === "/" || this.childless(path) !== true ? null : this.remove(path);
    if (kind < 9) {
      const data = random.chance(0.1) ? null : Buffer.from(`data ${random.below(1_000)}`);
      Object.assign(node, { data, version: node.version + 1, mzxid: this.zxid, mtimeMs: timeMs });
      return { kind: "setData", path, data, version: node.version };
    }
    Object.assign(node, { acl: random.pick(ACLS), aversion: node.aversion + 1 });
    return { kind: "setAcl", path, acl: node.acl, version: node.aversion };
  }

  private create(parent: string, session: bigint, timeMs: number, names: Set<string>): Change | null {
    const above = this.nodes.get(parent);
    if (above === undefined || above.owner !== 0n || parent.split("/").length > 4) return null;
    const path = `${parent === "/" ? "" : parent}/${this.random.pick(this.names)}`;
    if (this.nodes.has(path) || names.has(path)) return null;
    names.add(path);
    const owner = this.random.chance(0.3) ? session : 0n;
    const made = this.put(path, owner, this.random.pick(ACLS), Buffer.from(path));
    Object.assign(made, { ctimeMs: timeMs, mtimeMs: timeMs });
    above.cversion++;
    above.pzxid = this.zxid;
    const { data, acl } = made;
    return { kind: "create", path, data, acl, owner, parentCversion: above.cversion };
  }

  private put(path: string, owner: bigint, acl: readonly Acl[], data: Buffer | null): Mutable {
    const { zxid } = this;
    const stamps = { czxid: zxid, mzxid: zxid, pzxid: zxid, ctimeMs: 0, mtimeMs: 0 };
    const node: Mutable = { path, data, acl, ...stamps, version: 0, cversion: 0, aversion: 0, owner };
    this.nodes.set(path, node);
    this.children.set(path, new Set());
    if (path !== "/") this.children.get(parentOf(path))?.add(path);
    return node;
  }

  private remove(path: string): Change {
    this.nodes.delete(path);
    this.children.delete(path);
    this.children.get(parentOf(path))?.delete(path);
    const parent = this.nodes.get(parentOf(path));
    if (parent !== undefined) parent.pzxid = this.zxid;
    return { kind: "delete", path };
  }

  private childless(path: string): boolean {
    return this.children.get(path)?.size === 0;
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** A feed that plays the source's connections one after the other. */
export class PlayedFeed implements Feed {
  readonly kind = "observer";
  readonly quality = { exact: true, losses: [] };
  readonly unreadable = new Set<string>();
  readonly server = "played:2888";
  starts: (bigint | null)[] = [];
  private stopped = false;

  constructor(
    private readonly source: FuzzySource,
    private readonly steps: number,
    /** Breaks the first connections after so many znodes. */
    private readonly breaks: readonly number[] = [],
  ) {}

  start(from: bigint | null, listener: FeedListener): void {
    this.stopped = false;
    const breakAt = this.breaks[this.starts.length] ?? null;
    this.starts.push(from);
    setImmediate(() => (from === null ? this.snapshot(listener, breakAt) : listener.onCurrent(from)));
  }

  hold(): void {}

  async stop(): Promise<void> {
    this.stopped = true;
  }

  private snapshot(listener: FeedListener, breakAt: number | null): void {
    const { nodes, transactions } = this.source.connection(this.steps);
    listener.onSnapshotBegin(1n, null);
    nodes.forEach((node, at) => {
      if (!this.stopped && at === breakAt) listener.onLost("the connection broke");
      if (!this.stopped) listener.onSnapshotNode(node);
    });
    if (this.stopped) return;
    listener.onSnapshotEnd(1n);
    for (const transaction of transactions) listener.onTransaction(transaction);
    listener.onCurrent(this.source.zxid);
  }
}
