/**
 * Looks again at paths on which the sides met, once things are quiet: several conflicts in a row can leave a difference that
 * no single decision saw. What differs is then brought level with the side that the strategy chooses.
 */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { descendants, type LiveNode, readNode, sameAcl, sameData } from "../apply/node-reader.js";
import type { ConflictStrategy, Side } from "../spec.js";
import type { TargetOp } from "../translate/target-op.js";
import { winner } from "./decide.js";
import { aclKey, type SideView } from "./side-view.js";

export interface SettlerContext {
  readonly client: (side: Side) => Promise<ZooKeeperClient>;
  readonly toB: (pathA: string) => string | null;
  readonly views: Readonly<Record<Side, SideView>>;
  readonly strategy: ConflictStrategy;
  readonly levelVersions: number;
  /** Both directions are live with nothing waiting. */
  readonly isQuiet: () => boolean;
  readonly isHeld: (pathA: string) => boolean;
  /** Whether the znode stands for an ephemeral one of the other side. */
  readonly isShadow: (side: Side, path: string) => boolean;
  /** Has work done on a side. */
  readonly bring: (side: Side, ops: readonly TargetOp[], evenHeld: boolean) => void;
  readonly onHealed: (pathA: string, from: Side) => void;
  /** Steady clock, milliseconds. */
  readonly now: () => number;
}

/** Milliseconds a path must have been left alone. */
const QUIET_MS = 300;
/** Looks at one path before it is given up and left to the next conflict on it. */
const MOST_LOOKS = 100;
/** Paths looked at in one round. */
const ROUND = 50;

interface Suspect {
  due: number;
  looks: number;
}

export class Settler {
  private readonly suspects = new Map<string, Suspect>();
  private looking = false;
  /** What is being done carries out a person's decision. */
  private enforcing = false;

  constructor(private readonly context: SettlerContext) {}

  get waiting(): number {
    return this.suspects.size;
  }

  /** @param path of side a */
  add(path: string): void {
    const due = this.context.now() + QUIET_MS;
    const known = this.suspects.get(path);
    if (known === undefined) this.suspects.set(path, { due, looks: 0 });
    else known.due = due;
  }

  /** Called now and then. Rejects when a side cannot be read; nothing is lost then. */
  async round(): Promise<void> {
    if (this.looking || !this.context.isQuiet()) return;
    this.looking = true;
    try {
      const due = [...this.suspects].filter(([, { due: at }]) => at <= this.context.now()).slice(0, ROUND);
      // Parents first: a child can only be made below one.
      for (const [path, suspect] of due.sort(([one], [other]) => one.length - other.length)) {
        if (!this.context.isQuiet()) return;
        await this.look(path, suspect);
      }
    } finally {
      this.looking = false;
    }
  }

  private async look(path: string, suspect: Suspect): Promise<void> {
    const { client, toB, isHeld } = this.context;
    const pathB = toB(path);
    if (pathB === null || isHeld(path) || suspect.looks++ > MOST_LOOKS) {
      this.suspects.delete(path);
      return;
    }
    const [a, b] = await Promise.all([readNode(await client("a"), path), readNode(await client("b"), pathB)]);
    if (isLevel(a, b)) this.suspects.delete(path);
    else {
      suspect.due = this.context.now() + QUIET_MS;
      await this.heal(path, pathB, a, b);
    }
  }

  /**
   * Brings one path level with a side that a person chose. Nothing else is decided.
   * @returns whether it was level already
   */
  async enforce(path: string, from: Side): Promise<boolean> {
    const { client, toB } = this.context;
    const pathB = toB(path);
    if (pathB === null) return true;
    const [a, b] = await Promise.all([readNode(await client("a"), path), readNode(await client("b"), pathB)]);
    if (isLevel(a, b)) return true;
    this.enforcing = true;
    try {
      await this.bringLevel(from, path, pathB, a, b);
    } finally {
      this.enforcing = false;
    }
    return false;
  }

  private async heal(path: string, pathB: string, a: LiveNode | null, b: LiveNode | null): Promise<void> {
    await this.bringLevel(this.better(path, pathB, a, b), path, pathB, a, b);
  }

  private async bringLevel(
    from: Side,
    path: string,
    pathB: string,
    a: LiveNode | null,
    b: LiveNode | null,
  ): Promise<void> {
    const to: Side = from === "a" ? "b" : "a";
    const [right, wrong] = from === "a" ? [a, b] : [b, a];
    const target = to === "a" ? path : pathB;
    if (right === null) await this.remove(to, path, target, wrong);
    else if (wrong === null) await this.make(from, to, path, target, right);
    else this.level(from, to, path, pathB, right, wrong);
  }

  /** Whose state counts. A living ephemeral znode always does, and never its shadow. */
  private better(path: string, pathB: string, a: LiveNode | null, b: LiveNode | null): Side {
    const { views, strategy, isShadow } = this.context;
    if (a !== null && a.stat.ephemeralOwner !== 0n) return "a";
    if (b !== null && b.stat.ephemeralOwner !== 0n) return "b";
    if (b !== null && isShadow("b", pathB)) return "a";
    if (a !== null && isShadow("a", path)) return "b";
    const byAcl = a !== null && b !== null ? this.betterAcl(path, pathB, a, b) : null;
    if (byAcl !== null) return byAcl;
    const timeOf = (side: Side, at: string, node: LiveNode | null) => {
      const { journal } = views[side];
      const entry = journal.of(at);
      // There again although nobody is known to have made it: only a copy of older states did.
      const isCopied = entry?.deleted === true && node !== null && journal.hasReached(node.stat.czxid);
      if (isCopied) return Number.NEGATIVE_INFINITY;
      return entry?.timeMs ?? (node === null ? Number.NEGATIVE_INFINITY : Number(node.stat.mtime));
    };
    const rule = strategy === "manual" ? "last-write-wins" : strategy;
    const one = { side: "a" as const, timeMs: timeOf("a", path, a) };
    const other = { side: "b" as const, timeMs: timeOf("b", pathB, b) };
    return winner(one, other, rule) ?? "a";
  }

  /** Where nothing but the ACL differs and no feed has told who changed it: the one that was changed more often. */
  private betterAcl(path: string, pathB: string, a: LiveNode, b: LiveNode): Side | null {
    const { views } = this.context;
    const told = views.a.journal.of(aclKey(path)) ?? views.b.journal.of(aclKey(pathB));
    const ahead = a.stat.aversion - b.stat.aversion;
    if (told !== null || ahead === 0 || !sameData(a.data, b.data)) return null;
    return ahead > 0 ? "a" : "b";
  }

  private async remove(side: Side, path: string, target: string, node: LiveNode | null): Promise<void> {
    if (node === null || node.stat.ephemeralOwner !== 0n) return;
    if (node.stat.numChildren > 0) {
      const root = target.length;
      const below = await descendants(await this.context.client(side), target);
      for (const child of below) this.add(path + child.slice(root));
      return;
    }
    const drop: TargetOp[] = this.context.isShadow(side, target)
      ? [{ kind: "shadow-drop", path: target }]
      : [];
    const { version } = node.stat;
    this.bring(side, [{ kind: "delete", path: target, version, expect: version }, ...drop]);
    this.context.onHealed(path, side === "a" ? "b" : "a");
  }

  private async make(from: Side, side: Side, path: string, target: string, node: LiveNode): Promise<void> {
    const { data, acl, stat } = node;
    const owner = stat.ephemeralOwner;
    const ops: TargetOp[] = [{ kind: "create", path: target, data, acl, mode: "persistent", ttlMs: 0 }];
    if (owner !== 0n) ops.push({ kind: "shadow-add", path: target, session: owner });
    if (stat.version > 0 && stat.version <= this.context.levelVersions) {
      ops.push({
        kind: "setData",
        path: target,
        data,
        version: stat.version,
        times: stat.version,
        expect: 0,
      });
    }
    this.bring(side, ops);
    this.context.onHealed(path, from);
    const { children } = await (await this.context.client(from)).getChildren(
      from === "a" ? path : (this.context.toB(path) ?? path),
    );
    for (const name of children) this.add(`${path}/${name}`);
  }

  private level(from: Side, to: Side, path: string, pathB: string, right: LiveNode, wrong: LiveNode): void {
    const paths = { a: path, b: pathB };
    if (!sameData(right.data, wrong.data)) {
      this.raise(
        to,
        paths[to],
        right.data,
        wrong.stat.version,
        Math.max(1, right.stat.version - wrong.stat.version),
      );
      this.context.onHealed(path, from);
    } else {
      const behind = right.stat.version - wrong.stat.version;
      if (behind > 0) this.raise(to, paths[to], right.data, wrong.stat.version, behind);
      if (behind < 0) this.raise(from, paths[from], wrong.data, right.stat.version, -behind);
    }
    if (!sameAcl(right.acl, wrong.acl)) {
      const expect = wrong.stat.aversion;
      this.bring(to, [{ kind: "setAcl", path: paths[to], acl: right.acl, version: expect + 1, expect }]);
    }
  }

  private bring(side: Side, ops: readonly TargetOp[]): void {
    this.context.bring(side, ops, this.enforcing);
  }

  private raise(side: Side, path: string, data: Buffer | null, version: number, times: number): void {
    if (times > this.context.levelVersions) return;
    this.bring(side, [{ kind: "setData", path, data, version: version + times, times, expect: version }]);
  }
}

function isLevel(a: LiveNode | null, b: LiveNode | null): boolean {
  if (a === null || b === null) return a === b;
  return sameData(a.data, b.data) && sameAcl(a.acl, b.acl) && a.stat.version === b.stat.version;
}
