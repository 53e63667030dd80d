/**
 * What makes two directions one synchronisation: each knows what the other writes, conflicts are decided in one place, and
 * what remains is settled. Exists only where both sides count.
 */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { createQuietly, readCheckpoint } from "../apply/checkpoint.js";
import type { LiveNode } from "../apply/node-reader.js";
import { wrote } from "../apply/written.js";
import { type ConflictLog, conflictSide } from "../conflict/conflict-log.js";
import { createControlRoot } from "../control/control-acl.js";
import type { ControlPaths } from "../control/layout.js";
import type { ConflictRecord } from "../control/records.js";
import type { MergeBase, MergeRules, Stamps } from "../copy/merge-node.js";
import type { Direction } from "../direction/direction.js";
import type { MergeTurn } from "../direction/options.js";
import { fromHex } from "../feed/zxid.js";
import type { PathMap } from "../paths/path-map.js";
import { FenceKeeper } from "../sequence/fence-keeper.js";
import type { SideSession } from "../side/side.js";
import { type Direction as DirectionName, type Side, type SyncSpec, sourceOf, targetOf } from "../spec.js";
import type { Shadows } from "../translate/shadows.js";
import { type CopyBase, CopyTurns } from "./copy-turns.js";
import { Decisions } from "./decisions.js";
import { Holds } from "./holds.js";
import { Meetings } from "./meetings.js";
import { OwnWrites, sessionRecord } from "./own-writes.js";
import { Settler } from "./settler.js";
import { SideView } from "./side-view.js";

export interface PairOptions {
  readonly spec: SyncSpec;
  readonly paths: ControlPaths;
  readonly map: PathMap;
  readonly sides: Readonly<Record<Side, SideSession>>;
  readonly conflicts: ConflictLog;
  readonly now: () => number;
  readonly log: (text: string) => void;
}

const ROUND_MS = 250;

export class Pair {
  readonly holds = new Holds();
  readonly views: Readonly<Record<Side, SideView>>;
  readonly settler: Settler;
  private readonly own: Readonly<Record<Side, OwnWrites>>;
  private readonly runners = new Map<
    DirectionName,
    { readonly runner: Direction; readonly shadows: Shadows }
  >();
  /** Paths both sides wrote to lately: compared once more when things are quiet, conflict or not. */
  private readonly meetings = new Meetings(
    (path) => this.settler.add(path),
    () => performance.now(),
  );
  private readonly decisions: Decisions;
  private readonly fences: FenceKeeper;
  private readonly copies = new CopyTurns();
  /** Multis of the other direction when a copy began. */
  private readonly multisBefore = new Map<DirectionName, number>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: PairOptions) {
    const { paths, map, sides, spec } = options;
    this.own = {
      a: new OwnWrites(paths.checkpoint("b-to-a"), paths.sessions),
      b: new OwnWrites(paths.checkpoint("a-to-b"), paths.sessions),
    };
    this.views = {
      a: new SideView("a", this.own.a, map.inScopeA, (path) => this.wrote("a", path)),
      b: new SideView("b", this.own.b, map.inScopeB, (path) => {
        const own = map.toA(path);
        if (own !== null) this.wrote("b", own);
      }),
    };
    this.settler = new Settler({
      client: (side) => sides[side].client(),
      toB: map.toB,
      views: this.views,
      strategy: spec.conflicts.strategy,
      levelVersions: spec.limits.levelVersions,
      isQuiet: () =>
        [...this.runners.values()].every(({ runner }) => runner.state === "live" && runner.isIdle),
      isHeld: (path) => this.holds.covers(path),
      isShadow: (side, path) => this.shadowsOn(side)?.has(path) === true,
      bring: (side, ops, evenHeld) =>
        this.runners.get(side === "b" ? "a-to-b" : "b-to-a")?.runner.bring(ops, { evenHeld }),
      onHealed: (path, from) => options.log(`${path} brought level with side ${from}`),
      now: () => performance.now(),
    });
    this.decisions = new Decisions({
      holds: this.holds,
      client: (side) => sides[side].client(),
      toB: map.toB,
      resolution: async (id) =>
        (await options.conflicts.read(await sides.b.client(), id))?.resolution ?? null,
      enforce: (path, from) => this.settler.enforce(path, from),
      idle: async () => {
        await Promise.all([...this.runners.values()].map(({ runner }) => runner.idle()));
      },
      log: options.log,
    });
    this.fences = new FenceKeeper({
      client: (side) => sides[side].client(),
      paths,
      toB: map.toB,
      bring: (side, ops) => this.runners.get(side === "b" ? "a-to-b" : "b-to-a")?.runner.bring(ops),
      log: options.log,
      now: () => performance.now(),
    });
  }

  private wrote(side: Side, path: string): void {
    this.meetings.wrote(side, path);
    this.fences.wrote(path);
  }

  /** Paths that wait for a person. */
  get held(): number {
    return this.holds.size;
  }

  /** Sessions of ours on both sides, from before. */
  async load(): Promise<void> {
    const { sides, paths } = this.options;
    for (const side of ["a", "b"] as const) {
      const { children } = await (await sides[side].client()).getChildren(paths.sessions);
      for (const name of children) this.own[side].know(fromHex(name));
    }
    await this.loadHolds(await sides.b.client());
    await this.fences.load();
  }

  private async loadHolds(client: ZooKeeperClient): Promise<void> {
    const { conflicts, map } = this.options;
    for (const record of await conflicts.held(client)) {
      const path = record.direction === "a-to-b" ? map.toA(record.path) : record.path;
      if (path !== null) this.holds.add(path, record.id);
    }
  }

  join(name: DirectionName, runner: Direction, shadows: Shadows): void {
    this.runners.set(name, { runner, shadows });
    this.timer ??= setInterval(() => void this.round().catch(() => {}), ROUND_MS);
  }

  /** Rejects when a side cannot be reached: the next round tries again. */
  private async round(): Promise<void> {
    await this.settler.round();
    await this.decisions.round();
    await this.fences.round();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** Shadows that stand on a side. */
  private shadowsOn(side: Side): Shadows | undefined {
    return this.runners.get(side === "b" ? "a-to-b" : "b-to-a")?.shadows;
  }

  /** Path of side a for one of the direction's target. */
  toA(name: DirectionName, path: string): string | null {
    return name === "a-to-b" ? this.options.map.toA(path) : path;
  }

  isHeld(name: DirectionName, path: string): boolean {
    if (this.holds.size === 0) return false;
    const own = this.toA(name, path);
    return own !== null && this.holds.covering(own) !== null;
  }

  unsettled(name: DirectionName, path: string): void {
    const own = this.toA(name, path);
    if (own !== null) this.settler.add(own);
  }

  /** Writes a conflict down, and holds the path when nobody won. */
  async conflict(
    name: DirectionName,
    kind: ConflictRecord["kind"],
    path: string,
    won: Side | null,
    target: LiveNode | null,
  ): Promise<void> {
    const { conflicts, spec, now } = this.options;
    const own = this.toA(name, path);
    const id = conflicts.newId();
    if (won === null && own !== null) {
      if (this.holds.covers(own)) return; // the other direction was quicker: one question is enough
      this.holds.add(own, id);
    }
    const found = conflictSide(target);
    const { strategy } = spec.conflicts;
    this.runners.get(name)?.runner.meter.conflict();
    const resolution = won === null ? null : { winner: won, by: strategy, atMs: now() };
    const sides =
      targetOf(name) === "a" ? ({ a: found, b: null } as const) : ({ a: null, b: found } as const);
    try {
      await conflicts.add({ direction: name, path, kind, strategy, resolution, ...sides }, id);
    } catch (error) {
      if (won === null && own !== null) this.holds.release(own); // what is not written down is not held
      throw error;
    }
  }

  /** Begins a copy of a direction, when no other one is under way. */
  async beginCopy(name: DirectionName, base: bigint | null, signal: AbortSignal): Promise<MergeTurn> {
    const { sides, paths } = this.options;
    this.multisBefore.set(
      name,
      this.runners.get(name === "a-to-b" ? "b-to-a" : "a-to-b")?.runner.multis ?? 0,
    );
    const turn = await this.copies.begin({
      other: () => this.runners.get(name === "a-to-b" ? "b-to-a" : "a-to-b")?.runner,
      view: this.views[targetOf(name)],
      mark: async () => {
        const client = await sides[targetOf(name)].client();
        return (await client.setData(sessionRecord(paths.sessions, client.sessionId), null)).mzxid;
      },
      baseSource: base,
      signal,
    });
    return {
      ready: async () => this.mergeRules(name, await this.baseOf(name, await turn.ready())),
      end: turn.end,
    };
  }

  /** A copy has ended: it has seen all that the other direction had done when it began. */
  copied(name: DirectionName): void {
    this.views[sourceOf(name)].seen.note(this.multisBefore.get(name) ?? 0, 0n);
  }

  /** Multis of a direction that the other one has passed for good. */
  seenMultis(name: DirectionName): number {
    const reader = this.runners.get(name === "a-to-b" ? "b-to-a" : "a-to-b")?.runner;
    return this.views[targetOf(name)].seen.upTo(reader?.meter.appliedZxid ?? null);
  }

  private async baseOf(name: DirectionName, base: CopyBase): Promise<MergeBase> {
    if (base.kind === "level") return base;
    const [onSource, onTarget] = await Promise.all([
      this.ownWrites(sourceOf(name), name === "a-to-b" ? "b-to-a" : "a-to-b"),
      this.ownWrites(targetOf(name), name),
    ]);
    const isExact = onSource.isComplete && onTarget.isComplete;
    return { ...base, isOwnSource: onSource.isOwn, isOwnTarget: onTarget.isOwn, isExact };
  }

  /** What a direction last wrote on its target, and whether all of it is known. */
  private async ownWrites(side: Side, name: DirectionName) {
    const client = await this.options.sides[side].client();
    const { record, mzxid } = await readCheckpoint(client, this.options.paths, name);
    const { written } = record;
    return {
      isComplete: written !== undefined && written.lost === null,
      // A later write than our last one is somebody else's.
      isOwn: (path: string, node: Stamps) =>
        written !== undefined && node.mzxid <= mzxid && wrote(written, path, node.version),
    };
  }

  /** How a copy of this direction treats what the other side has. */
  private mergeRules(name: DirectionName, base: MergeBase): MergeRules {
    return {
      sourceSide: sourceOf(name),
      strategy: this.options.spec.conflicts.strategy,
      base,
      isShadow: (path) => this.shadowsOn(sourceOf(name))?.has(path) === true,
      conflict: (path, won) => {
        void this.conflict(name, "changed-on-both", path, won, null).catch(() => {});
      },
      unsettled: (path) => this.unsettled(name, path),
      isFenced: (path) => {
        const own = sourceOf(name) === "a" ? path : this.options.map.toA(path);
        return own !== null && this.fences.has(own);
      },
    };
  }
}

/** Writes a session down before it is used, on its own side. */
export async function registerSession(client: ZooKeeperClient, paths: ControlPaths): Promise<void> {
  const path = sessionRecord(paths.sessions, client.sessionId);
  await createControlRoot(client, paths);
  await client.createParents(path);
  await createQuietly(client, path, null);
  await pruneSessions(client, paths.sessions);
}

/** Sessions remembered on a side; older ones have long been passed by the checkpoint. */
const SESSIONS_KEPT = 200;

async function pruneSessions(client: ZooKeeperClient, folder: string): Promise<void> {
  const { children } = await client.getChildren(folder);
  if (children.length <= SESSIONS_KEPT) return;
  const stats = await Promise.all(
    children.map(async (name) => ({ name, stat: await client.exists(`${folder}/${name}`) })),
  );
  const oldest = stats
    .filter(({ stat }) => stat !== null)
    .sort((one, other) => Number((one.stat?.czxid ?? 0n) - (other.stat?.czxid ?? 0n)))
    .slice(0, children.length - SESSIONS_KEPT);
  for (const { name } of oldest) {
    await client.delete(`${folder}/${name}`).catch((error: unknown) => {
      if (!isZooKeeperError(error)) throw error;
    });
  }
}
