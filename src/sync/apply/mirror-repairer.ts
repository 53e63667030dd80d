/**
 * What to do when the target refuses an operation while the source alone counts: somebody wrote to the target, or it was
 * not level from the beginning. The source wins; what was overruled is reported. It never deletes the ephemeral znode of a
 * living session, nor anything outside the synchronised subtrees.
 */
import { parentPath } from "../../zookeeper/path.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError, type ZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { ConflictRecord } from "../control/records.js";
import type { SyncSpec } from "../spec.js";
import type { TargetOp, Work } from "../translate/target-op.js";
import { descendants, type LiveNode, readNode, sameAcl, sameData } from "./node-reader.js";
import type { OffsetStore } from "./offset-store.js";
import type { Repairer } from "./pipeline.js";
import { Problem } from "./problem.js";
import { refusedAcl, refusedForGood } from "./refusals.js";

export interface MirrorContext {
  readonly target: () => Promise<ZooKeeperClient>;
  readonly source: () => Promise<ZooKeeperClient>;
  /** Null when the target's path is none of ours. */
  readonly toSource: (path: string) => string | null;
  readonly offsets: OffsetStore;
  readonly spec: Pick<SyncSpec, "unknownAcl" | "limits" | "ephemerals">;
  /** Somebody else's write was overruled. */
  readonly overruled: (kind: ConflictRecord["kind"], path: string, target: LiveNode | null) => Promise<void>;
  /** The record of a shadow exists already: write it anew. */
  readonly rewriteShadow: (path: string, session: bigint) => Promise<void>;
}

type Ops = readonly TargetOp[];
type Create = Extract<TargetOp, { kind: "create" }>;
type SetData = Extract<TargetOp, { kind: "setData" }>;
type Delete = Extract<TargetOp, { kind: "delete" }>;
type SetAcl = Extract<TargetOp, { kind: "setAcl" }>;

export class MirrorRepairer implements Repairer {
  constructor(private readonly context: MirrorContext) {}

  /** Nobody but the source counts: nothing needs to be looked at first. */
  mustLook(): boolean {
    return false;
  }

  async look(work: Work): Promise<Ops> {
    return work.ops;
  }

  async repair(ops: Ops, at: number, error: ZooKeeperError, work: Work): Promise<Ops> {
    if (work.tentative === true) return [];
    const op = ops[at];
    if (op === undefined) throw Problem.unexpected(error);
    // A record beside the znode was missing, not the znode: it is not asked for again.
    if (op.kind === "delete" && error.path !== op.path) return ops;
    if (isZooKeeperError(error, "INVALID_ACL")) return replaced(ops, at, [this.withOtherAcl(op, error)]);
    const hopeless = refusedForGood(op, error);
    if (hopeless !== null) throw hopeless;
    return replaced(ops, at, await this.instead(op, error));
  }

  private async instead(op: TargetOp, error: ZooKeeperError): Promise<Ops> {
    const missing = isZooKeeperError(error, "NO_NODE");
    switch (op.kind) {
      case "create":
        return missing ? [...(await this.parents(op.path)), op] : this.occupied(op);
      case "setData":
        return missing ? this.vanished(op) : this.unexpectedVersion(op);
      case "delete":
        if (missing) return [];
        return isZooKeeperError(error, "NOT_EMPTY") ? this.withChildren(op) : this.deleteChanged(op);
      case "setAcl":
        return missing ? [] : this.unexpectedAcl(op);
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

  private withOtherAcl(op: TargetOp, error: ZooKeeperError): TargetOp {
    const { unknownAcl } = this.context.spec;
    if ((op.kind !== "create" && op.kind !== "setAcl") || unknownAcl.action === "stop") {
      throw refusedAcl(op, error);
    }
    if (sameAcl(op.acl, unknownAcl.acl)) throw refusedAcl(op, error);
    return { ...op, acl: unknownAcl.acl };
  }

  private async read(path: string): Promise<LiveNode | null> {
    return readNode(await this.context.target(), path);
  }

  private async readSource(path: string): Promise<LiveNode | null> {
    const own = this.context.toSource(path);
    return own === null ? null : readNode(await this.context.source(), own);
  }

  /** The parent was deleted on the target, or is outside the subtrees: made again with what the source has. */
  private async parents(path: string): Promise<Ops> {
    const parent = parentPath(path);
    if (parent === null || parent === "/" || (await this.read(parent)) !== null) return [];
    const source = await this.readSource(parent);
    await this.context.overruled("deleted-and-changed", parent, null);
    const acl = source?.acl ?? [{ perms: 31, scheme: "world", id: "anyone" }];
    const create: TargetOp = {
      kind: "create",
      path: parent,
      data: source?.data ?? null,
      acl,
      mode: "persistent",
      ttlMs: 0,
    };
    return [...(await this.parents(parent)), create, ...this.levelled(parent, source)];
  }

  /** Sets a znode just created often enough to have the source's version, or writes down that it has not. */
  private levelled(path: string, source: LiveNode | null): Ops {
    const version = source?.stat.version ?? 0;
    if (source === null || version === 0) return [];
    if (version > this.context.spec.limits.levelVersions) {
      this.context.offsets.set(path, { version: -version, aversion: 0 });
      return [];
    }
    return [{ kind: "setData", path, data: source.data, version, times: version }];
  }

  private async occupied(op: Create): Promise<Ops> {
    const found = await this.read(op.path);
    if (found === null) return [op];
    refuseLiveEphemeral(op.path, found);
    const { stat } = found;
    const same = sameData(found.data, op.data) && sameAcl(found.acl, op.acl);
    if (same && stat.version === 0 && stat.aversion === 0) return [];
    await this.context.overruled("created-on-both", op.path, found);
    if (stat.numChildren === 0) {
      this.context.offsets.set(op.path, { version: stat.version, aversion: 0 });
      return [{ kind: "delete", path: op.path, version: 0 }, op];
    }
    return this.overwrite(op, found);
  }

  /** It has children, so it cannot be made anew: data and ACL become the source's, the versions stay ahead. */
  private async overwrite(op: Create, { stat, acl }: LiveNode): Promise<Ops> {
    const differs = !sameAcl(acl, op.acl);
    if (differs) await (await this.context.target()).setAcl(op.path, op.acl, stat.aversion);
    const aversion = stat.aversion + Number(differs);
    this.context.offsets.set(op.path, { version: stat.version + 1, aversion });
    return [{ kind: "setData", path: op.path, data: op.data, version: 0, times: 1 }];
  }

  /** Deleted on the target while the source still has it. */
  private async vanished(op: SetData): Promise<Ops> {
    const source = await this.readSource(op.path);
    if (source === null) return []; // deleted on the source as well, later: that will come
    const isEphemeral = source.stat.ephemeralOwner !== 0n;
    if (isEphemeral && this.context.spec.ephemerals === "skip") return [];
    await this.context.overruled("deleted-and-changed", op.path, null);
    const { path, data } = op;
    const create: TargetOp = { kind: "create", path, data, acl: source.acl, mode: "persistent", ttlMs: 0 };
    const level = this.levelled(path, { ...source, data, stat: { ...source.stat, version: op.version } });
    const shadow: Ops = isEphemeral
      ? [{ kind: "shadow-add", path, session: source.stat.ephemeralOwner }]
      : [];
    this.context.offsets.set(path, { version: 0, aversion: -source.stat.aversion });
    return [create, ...level, ...shadow];
  }

  private async unexpectedVersion(op: SetData): Promise<Ops> {
    const found = await this.read(op.path);
    if (found === null) return [op];
    const { version: ahead, aversion } = this.context.offsets.of(op.path);
    const start = op.version - op.times;
    if (found.stat.version === start + ahead) return [op];
    await this.context.overruled("changed-on-both", op.path, found);
    const behind = op.version - found.stat.version;
    const canLevel = behind >= 1 && behind <= this.context.spec.limits.levelVersions;
    this.context.offsets.set(op.path, { version: canLevel ? 0 : found.stat.version - start, aversion });
    return [canLevel ? { ...op, times: behind } : op];
  }

  private async deleteChanged(op: Delete): Promise<Ops> {
    const found = await this.read(op.path);
    if (found === null) return [];
    refuseLiveEphemeral(op.path, found);
    await this.context.overruled("deleted-and-changed", op.path, found);
    this.context.offsets.set(op.path, { version: found.stat.version - (op.version ?? 0), aversion: 0 });
    return [op];
  }

  private async withChildren(op: Delete): Promise<Ops> {
    const below = await descendants(await this.context.target(), op.path);
    for (const path of below) {
      if (this.context.toSource(path) === null) throw Problem.foreignChild(op.path, path);
      const found = await this.read(path);
      if (found !== null) refuseLiveEphemeral(path, found);
    }
    await this.context.overruled("children-on-target", op.path, await this.read(op.path));
    return [...below.map((path): TargetOp => ({ kind: "delete", path, version: null })), op];
  }

  private async unexpectedAcl(op: SetAcl): Promise<Ops> {
    const found = await this.read(op.path);
    if (found === null) return [];
    const { version, aversion } = this.context.offsets.of(op.path);
    const actual = found.stat.aversion;
    if (sameAcl(found.acl, op.acl)) {
      // Ours, from before a crash, or somebody else's with the same content.
      this.context.offsets.set(op.path, { version, aversion: actual - op.version });
      return [];
    }
    if (actual === op.version - 1 + aversion) return [op];
    await this.context.overruled("changed-on-both", op.path, found);
    this.context.offsets.set(op.path, { version, aversion: actual - (op.version - 1) });
    return [op];
  }
}

function refuseLiveEphemeral(path: string, { stat }: LiveNode): void {
  if (stat.ephemeralOwner !== 0n) throw Problem.liveEphemeral(path, stat.ephemeralOwner);
}

function replaced(ops: Ops, at: number, instead: Ops): Ops {
  return [...ops.slice(0, at), ...instead, ...ops.slice(at + 1)];
}
