/**
 * What was committed while a fuzzy snapshot was sent: which znodes it touches, and what they are in the end, in memory for those
 * alone. After the servers' rules of replay (learner protocol, section 5), but a create counts whatever the snapshot shows: all
 * that has happened to the znode since follows. Pure.
 */
import { nodeOwner } from "../../zookeeper/learner/node-owner.js";
import type { Change, SnapshotNode, Transaction } from "../../zookeeper/learner/transaction.js";
import { parentPath } from "../../zookeeper/path.js";

type Creation = Extract<Change, { kind: "create" }>;
type Moment = Pick<Transaction, "zxid" | "timeMs">;

/** What the transactions make of one znode. */
interface Effect {
  /** Made meanwhile, or removed (null); undefined: it is still the snapshot's. */
  readonly made: SnapshotNode | null | undefined;
  /** Set since. */
  fields: Partial<SnapshotNode>;
  /** At least these, from its children: each only rises, so it does no harm when the snapshot has them already. */
  cversion: number;
  pzxid: bigint;
}

export class Touched {
  private readonly effects = new Map<string, Effect>();
  private readonly ephemerals = new Map<bigint, Set<string>>();
  private readonly ownerOf = new Map<string, bigint>();
  private isUnclear = false;

  /**
   * @param inScope of the source's paths
   * @param ownersBefore sessions with ephemerals at the beginning, by `owners` of an earlier run; null: they come with `node`
   */
  constructor(
    private readonly inScope: (path: string) => boolean,
    private readonly ownersBefore: ReadonlySet<bigint> | null,
  ) {}

  /** How many znodes. */
  get size(): number {
    return this.effects.size;
  }

  /** Something in scope is not as it was, or it cannot be told. */
  get isChanged(): boolean {
    return this.effects.size > 0 || this.isUnclear;
  }

  /** Sessions that have ephemerals in scope or right below it, in the end. */
  get owners(): readonly bigint[] {
    return [...this.ephemerals.keys()];
  }

  has(path: string): boolean {
    return this.effects.has(path);
  }

  /** Takes a znode of the snapshot: servers before 3.6 do not say which ephemerals a session takes with it. */
  node({ path, owner }: SnapshotNode): void {
    if (owner !== 0n && this.matters(path)) this.remember(path, owner);
  }

  /** In the order of their zxids, after the snapshot's znodes. */
  take(transaction: Transaction): void {
    const { body, session } = transaction;
    if (body.kind === "changes") for (const change of body.changes) this.change(change, transaction);
    if (body.kind !== "close-session") return;
    if (body.paths === null && this.ownersBefore?.has(session) === true) this.isUnclear = true;
    // Where the server does not tell, one that had gone before its turn in the snapshot came is missing: its parent's pzxid is older.
    for (const path of body.paths ?? [...(this.ephemerals.get(session) ?? [])]) {
      this.remove(path, transaction.zxid);
    }
  }

  /** The znode in the end; null when it is gone. @param before what the snapshot shows of it, null: nothing */
  after(path: string, before: SnapshotNode | null): SnapshotNode | null {
    const effect = this.effects.get(path);
    if (effect === undefined) return before;
    const node = effect.made === undefined ? before : effect.made;
    if (node === null) return null;
    const cversion = Math.max(node.cversion, effect.cversion);
    const isNewer = effect.pzxid > node.pzxid;
    return { ...node, ...effect.fields, cversion, pzxid: isNewer ? effect.pzxid : node.pzxid };
  }

  /** Made meanwhile and there in the end, parents first. */
  made(): readonly SnapshotNode[] {
    const paths = [...this.effects].flatMap(([path, { made }]) => (made ? [path] : []));
    paths.sort((one, other) => one.length - other.length);
    return paths.flatMap((path) => this.after(path, null) ?? []);
  }

  private change(change: Change, moment: Moment): void {
    switch (change.kind) {
      case "create":
        this.create(change, moment);
        break;
      case "delete":
        this.remove(change.path, moment.zxid);
        break;
      case "setData": {
        const { zxid: mzxid, timeMs: mtimeMs } = moment;
        this.set(change.path, { data: copied(change.data), version: change.version, mzxid, mtimeMs });
        break;
      }
      case "setAcl":
        this.set(change.path, { acl: change.acl, aversion: change.version });
    }
  }

  private create(change: Creation, moment: Moment): void {
    this.parent(change.path, change.parentCversion, moment.zxid);
    if (!this.matters(change.path)) return;
    this.remember(change.path, change.owner);
    if (this.inScope(change.path)) this.effects.set(change.path, fresh(created(change, moment)));
  }

  private remove(path: string, zxid: bigint): void {
    this.parent(path, 0, zxid);
    this.forget(path);
    if (this.inScope(path)) this.effects.set(path, fresh(null));
  }

  private set(path: string, fields: Partial<SnapshotNode>): void {
    if (!this.inScope(path)) return;
    const effect = this.effect(path);
    effect.fields = { ...effect.fields, ...fields };
  }

  /** Of a znode that was made or removed, also of one that stays out. */
  private parent(path: string, cversion: number, zxid: bigint): void {
    const parent = parentPath(path);
    if (parent === null || !this.inScope(parent)) return;
    const effect = this.effect(parent);
    effect.cversion = Math.max(effect.cversion, cversion);
    effect.pzxid = zxid;
  }

  private effect(path: string): Effect {
    let effect = this.effects.get(path);
    if (effect === undefined) {
      effect = fresh(undefined);
      this.effects.set(path, effect);
    }
    return effect;
  }

  /** A znode that stays out changes the counters of a parent that does not. */
  private matters(path: string): boolean {
    const parent = parentPath(path);
    return this.inScope(path) || (parent !== null && this.inScope(parent));
  }

  private remember(path: string, owner: bigint): void {
    this.forget(path);
    const kind = nodeOwner(owner);
    if (kind.kind !== "ephemeral") return;
    const own = this.ephemerals.get(kind.session);
    if (own === undefined) this.ephemerals.set(kind.session, new Set([path]));
    else own.add(path);
    this.ownerOf.set(path, kind.session);
  }

  /** What is gone already, no session takes with it. */
  private forget(path: string): void {
    const session = this.ownerOf.get(path);
    if (session === undefined) return;
    this.ownerOf.delete(path);
    const own = this.ephemerals.get(session);
    own?.delete(path);
    if (own?.size === 0) this.ephemerals.delete(session);
  }
}

function fresh(made: Effect["made"]): Effect {
  return { made, fields: {}, cversion: 0, pzxid: 0n };
}

function created({ path, data, acl, owner }: Creation, { zxid, timeMs }: Moment): SnapshotNode {
  const zxids = { czxid: zxid, mzxid: zxid, pzxid: zxid, ctimeMs: timeMs, mtimeMs: timeMs };
  return { path, data: copied(data), acl, ...zxids, version: 0, cversion: 0, aversion: 0, owner };
}

/** Else the whole piece that was received stays in memory. */
function copied(data: Buffer | null): Buffer | null {
  return data === null ? null : Buffer.from(data);
}
