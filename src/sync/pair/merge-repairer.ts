/**
 * What to do when a side refuses an operation while both sides count: somebody there wrote at the same time. The strategy
 * decides, and every data write is counted on both sides, the losing ones by writing the winner's data once more, so that
 * the versions come out level and the next conflict is seen exactly. A live ephemeral znode is never touched.
 */
import { parentPath } from "../../zookeeper/path.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError, type ZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { type LiveNode, readNode, sameAcl, sameData } from "../apply/node-reader.js";
import type { Repairer } from "../apply/pipeline.js";
import { Problem } from "../apply/problem.js";
import { refusedAcl, refusedForGood } from "../apply/refusals.js";
import type { ConflictRecord } from "../control/records.js";
import type { Side, SyncSpec } from "../spec.js";
import type { TargetOp, Work } from "../translate/target-op.js";
import { type Contender, winner } from "./decide.js";
import { aclKey, type SideView } from "./side-view.js";

export interface MergeContext {
  readonly sourceSide: Side;
  readonly target: () => Promise<ZooKeeperClient>;
  readonly source: () => Promise<ZooKeeperClient>;
  readonly toSource: (path: string) => string | null;
  /** What the feed of the side that is written says. */
  readonly targetView: SideView;
  /** Whether the last write of that znode was this direction's own, and left it with that version. */
  readonly wrote: (path: string, version: number) => boolean;
  readonly spec: Pick<SyncSpec, "unknownAcl" | "limits" | "conflicts">;
  /** Writes a conflict down; `won` null: holds the path for a person. Paths of the target. */
  readonly conflict: (
    kind: ConflictRecord["kind"],
    path: string,
    won: Side | null,
    target: LiveNode | null,
  ) => Promise<void>;
  /** Both sides of this path are to be looked at again when things are quiet. */
  readonly unsettled: (path: string) => void;
  /** An ephemeral znode of the target is in the way of a shadow: the shadow is left out. */
  readonly occupied: (path: string) => void;
  readonly rewriteShadow: (path: string, session: bigint) => Promise<void>;
}

type Ops = readonly TargetOp[];
type Create = Extract<TargetOp, { kind: "create" }>;
type SetData = Extract<TargetOp, { kind: "setData" }>;
type Delete = Extract<TargetOp, { kind: "delete" }>;
type SetAcl = Extract<TargetOp, { kind: "setAcl" }>;

/** Milliseconds to wait until the target's feed has told of a write that is on the target. */
const FEED_MS = 5_000;

export class MergeRepairer implements Repairer {
  constructor(private readonly context: MergeContext) {}

  /** Without the version the source had, a deletion could take a newer write of the target along. */
  mustLook(op: TargetOp): boolean {
    return op.kind === "delete" && op.version === null && op.expect === undefined;
  }

  async look(work: Work): Promise<Ops> {
    const looked: TargetOp[] = [];
    for (const op of work.ops) {
      if (op.kind === "delete" && this.mustLook(op)) looked.push(...((await this.lookAt(op, work)) ?? []));
      else looked.push(op);
    }
    return looked;
  }

  private async lookAt(op: Delete, work: Work): Promise<Ops | null> {
    const found = await this.read(op.path);
    if (found === null) return [{ ...op, expect: -1 }];
    const present = await this.present(op.path, found);
    if (present.known && present.side !== this.context.sourceSide) return this.deleteChanged(op, work);
    return [{ ...op, expect: found.stat.version }];
  }

  async repair(ops: Ops, at: number, error: ZooKeeperError, work: Work): Promise<Ops> {
    const op = ops[at];
    if (op === undefined) throw Problem.unexpected(error);
    if (op.kind === "delete" && error.path !== op.path) return ops;
    if (isZooKeeperError(error, "INVALID_ACL")) return replaced(ops, at, [this.withOtherAcl(op, error)]);
    if (isZooKeeperError(error, "NO_CHILDREN_FOR_EPHEMERALS")) return this.leftOut(ops, op.path);
    const hopeless = refusedForGood(op, error);
    if (hopeless !== null) throw hopeless;
    if (work.tentative === true) return this.outdated(ops, op, error);
    const repeated = again(ops, at, error);
    if (repeated !== null) return repeated;
    const instead = await this.instead(op, error, work);
    return instead === null ? this.leftOut(ops, op.path) : replaced(ops, at, instead);
  }

  /** Null: the path stays as it is on the target, with everything the work has for it. */
  private async instead(op: TargetOp, error: ZooKeeperError, work: Work): Promise<Ops | null> {
    const missing = isZooKeeperError(error, "NO_NODE");
    switch (op.kind) {
      case "create":
        return missing ? this.withoutParent(op) : this.occupied(op, work);
      case "setData":
        return missing ? this.vanished(op, work) : this.unexpectedVersion(op, work);
      case "delete":
        if (missing) return [];
        return isZooKeeperError(error, "NOT_EMPTY") ? this.withChildren(op) : this.deleteChanged(op, work);
      case "setAcl":
        return missing ? this.settleLater(op.path) : this.unexpectedAcl(op, work);
      case "shadow-add":
        await this.context.rewriteShadow(op.path, op.session);
        return [];
      case "shadow-drop":
        return [];
      case "bump":
        if (missing) return [];
        throw Problem.unexpected(error);
    }
  }

  /** A copy came too late: somebody has written to the target since it was read. */
  private outdated(ops: Ops, op: TargetOp, error: ZooKeeperError): Ops | Promise<Ops> {
    if (op.kind === "shadow-drop" && isZooKeeperError(error, "NO_NODE"))
      return ops.filter((one) => one !== op);
    if (op.kind === "shadow-add" && isZooKeeperError(error, "NODE_EXISTS")) {
      return this.context.rewriteShadow(op.path, op.session).then(() => ops.filter((one) => one !== op));
    }
    return this.leftOut(ops, op.path);
  }

  private leftOut(ops: Ops, path: string): Ops {
    this.context.unsettled(path);
    return ops.filter((op) => op.path !== path);
  }

  private settleLater(path: string): Ops {
    this.context.unsettled(path);
    return [];
  }

  private withOtherAcl(op: TargetOp, error: ZooKeeperError): TargetOp {
    const { unknownAcl } = this.context.spec;
    const canReplace = (op.kind === "create" || op.kind === "setAcl") && unknownAcl.action === "replace";
    if (!canReplace || sameAcl(op.acl, unknownAcl.acl)) throw refusedAcl(op, error);
    return { ...op, acl: unknownAcl.acl };
  }

  private async read(path: string): Promise<LiveNode | null> {
    return readNode(await this.context.target(), path);
  }

  /** Who made what the target has there now. */
  private async present(
    path: string,
    found: LiveNode | null,
    key = path,
  ): Promise<Contender & { readonly known: boolean }> {
    const { journal, side } = this.context.targetView;
    const zxid = found?.stat.mzxid ?? (await this.deletionZxid(path));
    await journal.reached(zxid, FEED_MS);
    const entry = journal.of(key);
    if (entry !== null) return { side: entry.origin, timeMs: entry.timeMs, known: true };
    // The feed may not be that far, or begin anew: what we wrote we know.
    if (found !== null && key === path && this.context.wrote(path, found.stat.version)) {
      return { side: this.context.sourceSide, timeMs: Number.NEGATIVE_INFINITY, known: true };
    }
    return {
      side,
      timeMs: found === null ? Number.NEGATIVE_INFINITY : Number(found.stat.mtime),
      known: false,
    };
  }

  /** Not earlier than the deletion of `path`: its nearest living ancestor remembers. */
  private async deletionZxid(path: string): Promise<bigint> {
    for (let at = parentPath(path); at !== null; at = parentPath(at)) {
      const stat = await (await this.context.target()).exists(at);
      if (stat !== null) return stat.pzxid;
    }
    return 0n;
  }

  /** The side that wins, after it was written down. */
  private async decided(
    kind: ConflictRecord["kind"],
    path: string,
    found: LiveNode | null,
    { timeMs }: Work,
    key = path,
  ): Promise<"incoming" | "present" | "held"> {
    const { sourceSide, spec } = this.context;
    const present = await this.present(path, found, key);
    const won = winner({ side: sourceSide, timeMs }, present, spec.conflicts.strategy);
    // What is there came from our own side: it is older, and nobody is overruled.
    if (present.side !== sourceSide) {
      await this.context.conflict(kind, path, won, found);
      this.context.unsettled(path);
    }
    if (won === null) return "held";
    return won === sourceSide ? "incoming" : "present";
  }

  /** Somebody deleted the parent: a new child brings it back, whatever the strategy, so that nothing new is lost. */
  private async withoutParent(op: Create): Promise<Ops> {
    const parent = parentPath(op.path);
    const own = parent === null ? null : this.context.toSource(parent);
    const source = own === null ? null : await readNode(await this.context.source(), own);
    this.context.unsettled(op.path);
    if (parent === null || source === null) return []; // gone on the source as well by now
    this.context.unsettled(parent);
    if ((await this.read(parent)) !== null) return [op];
    await this.context.conflict("deleted-and-changed", parent, this.context.sourceSide, null);
    const { data, acl, stat } = source;
    const create: TargetOp = { kind: "create", path: parent, data, acl, mode: "persistent", ttlMs: 0 };
    const level: Ops = levelled(parent, data, stat.version, this.context.spec.limits.levelVersions);
    return [...(await this.grandparents(parent)), create, ...level, op];
  }

  private async grandparents(path: string): Promise<Ops> {
    const parent = parentPath(path);
    if (parent === null || parent === "/" || (await this.read(parent)) !== null) return [];
    const own = this.context.toSource(parent);
    const source = own === null ? null : await readNode(await this.context.source(), own);
    const acl = source?.acl ?? [{ perms: 31, scheme: "world", id: "anyone" }];
    const data = source?.data ?? null;
    this.context.unsettled(parent);
    const create: TargetOp = { kind: "create", path: parent, data, acl, mode: "persistent", ttlMs: 0 };
    return [...(await this.grandparents(parent)), create];
  }

  private async occupied(op: Create, work: Work): Promise<Ops | null> {
    const found = await this.read(op.path);
    if (found === null) return [op];
    if (found.stat.ephemeralOwner !== 0n) {
      await this.context.conflict("created-on-both", op.path, this.context.targetView.side, found);
      this.context.occupied(op.path);
      return null;
    }
    const same = sameData(found.data, op.data) && sameAcl(found.acl, op.acl);
    if (same && found.stat.version === 0 && found.stat.aversion === 0) return [];
    const outcome = await this.decided("created-on-both", op.path, found, work);
    if (outcome === "held") return null;
    const acl = outcome === "incoming" ? op.acl : found.acl;
    if (!sameAcl(found.acl, op.acl)) {
      await (await this.context.target()).setAcl(op.path, acl, found.stat.aversion);
    }
    const write = {
      kind: "setData",
      path: op.path,
      version: 1,
      times: 1,
      expect: found.stat.version,
    } as const;
    return [
      outcome === "incoming" ? { ...write, data: op.data } : { ...write, data: found.data, lost: true },
    ];
  }

  private async vanished(op: SetData, work: Work): Promise<Ops | null> {
    const own = this.context.toSource(op.path);
    const source = own === null ? null : await readNode(await this.context.source(), own);
    if (source === null) return this.settleLater(op.path);
    const outcome = await this.decided("deleted-and-changed", op.path, null, work);
    if (outcome !== "incoming") return null;
    const { path, data, version } = op;
    const create: TargetOp = { kind: "create", path, data, acl: source.acl, mode: "persistent", ttlMs: 0 };
    return [create, ...levelled(path, data, version, this.context.spec.limits.levelVersions)];
  }

  private async unexpectedVersion(op: SetData, work: Work): Promise<Ops | null> {
    const found = await this.read(op.path);
    if (found === null) return [op];
    const outcome = await this.decided("changed-on-both", op.path, found, work);
    if (outcome === "held") return null;
    const { lost: _, ...write } = { ...op, times: 1, expect: found.stat.version };
    return [outcome === "incoming" ? write : { ...write, data: found.data, lost: true }];
  }

  private async deleteChanged(op: Delete, work: Work): Promise<Ops | null> {
    const found = await this.read(op.path);
    if (found === null) return [{ ...op, expect: -1 }];
    if (found.stat.ephemeralOwner !== 0n) return null;
    const outcome = await this.decided("deleted-and-changed", op.path, found, work);
    return outcome === "incoming" ? [{ ...op, expect: found.stat.version }] : null;
  }

  /** Somebody made children on the target: they stay, and their parent with them, as a child would bring it back. */
  private async withChildren(op: Delete): Promise<null> {
    const found = await this.read(op.path);
    await this.context.conflict("children-on-target", op.path, this.context.targetView.side, found);
    return null;
  }

  private async unexpectedAcl(op: SetAcl, work: Work): Promise<Ops | null> {
    const found = await this.read(op.path);
    if (found === null) return this.settleLater(op.path);
    // Ours from before a crash, or the same thing done on both sides.
    if (found.stat.aversion >= op.version && sameAcl(found.acl, op.acl)) return [];
    const outcome = await this.decided("changed-on-both", op.path, found, work, aclKey(op.path));
    if (outcome === "held") return null;
    const acl = outcome === "incoming" ? op.acl : found.acl;
    await (await this.context.target()).setAcl(op.path, acl, found.stat.aversion);
    return [];
  }
}

function levelled(path: string, data: Buffer | null, version: number, most: number): Ops {
  if (version === 0 || version > most) return [];
  return [{ kind: "setData", path, data, version, times: version }];
}

/**
 * The second operation of one transaction on the same znode: what the first one found decides for it too, and nobody can come
 * between them. Null when it is the first.
 */
function again(ops: Ops, at: number, error: ZooKeeperError): Ops | null {
  const op = ops[at];
  const before = ops.slice(0, at).findLast(({ path, kind }) => path === op?.path && kind !== "bump");
  if (before === undefined || !isZooKeeperError(error, "BAD_VERSION")) return null;
  const lost = before.kind === "setData" && before.lost === true;
  if (op?.kind === "delete") return lost ? replaced(ops, at, []) : replaced(ops, at, [{ ...op, expect: -1 }]);
  if (op?.kind !== "setData") return null;
  const write = { ...op, times: 1, expect: -1 };
  return replaced(ops, at, [lost ? { ...write, data: before.data, lost: true } : write]);
}

function replaced(ops: Ops, at: number, instead: Ops): Ops {
  return [...ops.slice(0, at), ...instead, ...ops.slice(at + 1)];
}
