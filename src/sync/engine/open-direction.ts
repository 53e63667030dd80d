/** Puts the parts of one direction together. Reads what the target remembers; writes nothing. */
import type { Checkpoint } from "../apply/checkpoint.js";
import { MirrorRepairer } from "../apply/mirror-repairer.js";
import type { LiveNode } from "../apply/node-reader.js";
import { loadOffsets, OffsetStore } from "../apply/offset-store.js";
import { Offsets } from "../apply/offsets.js";
import type { Problem } from "../apply/problem.js";
import { type ConflictLog, conflictSide } from "../conflict/conflict-log.js";
import type { ControlPaths } from "../control/layout.js";
import type { ConflictRecord } from "../control/records.js";
import { countNodes } from "../count-nodes.js";
import { Direction } from "../direction/direction.js";
import { loadShadows, rewriteShadow } from "../direction/shadow-records.js";
import { fromHex } from "../feed/zxid.js";
import { Guard } from "../guard/guard.js";
import { MergeRepairer } from "../pair/merge-repairer.js";
import { OwnWrites } from "../pair/own-writes.js";
import type { Pair } from "../pair/pair.js";
import type { PathMap } from "../paths/path-map.js";
import type { SideSession } from "../side/side.js";
import { type Direction as DirectionName, type Side, type SyncSpec, sourceOf, targetOf } from "../spec.js";
import { Shadows } from "../translate/shadows.js";
import type { EngineDependencies } from "./engine.js";

export interface OpenDirectionOptions {
  readonly name: DirectionName;
  readonly spec: SyncSpec;
  readonly paths: ControlPaths;
  readonly map: PathMap;
  readonly epoch: number;
  readonly engine: string;
  readonly checkpoint: Checkpoint;
  readonly sides: Readonly<Record<Side, SideSession>>;
  readonly conflicts: ConflictLog;
  /** Null in one direction. */
  readonly pair: Pair | null;
  readonly dependencies: EngineDependencies;
  readonly deletableShare: number;
  readonly onStopped: (problem: Problem) => void;
}

export interface OpenedDirection {
  readonly runner: Direction;
  readonly feedReason: string;
  /** Null where both sides count, and where the target cannot be watched exactly. */
  readonly guard: Guard | null;
}

export async function openDirection(options: OpenDirectionOptions): Promise<OpenedDirection> {
  const { name, spec, paths, map, sides, dependencies, pair } = options;
  const [source, target] = [sourceOf(name), targetOf(name)];
  const client = await sides[target].client();
  const offsets = new OffsetStore(new Offsets(), sides[target].client, paths.offsets(name));
  await loadOffsets(client, paths, name, offsets.offsets);
  const shadows = new Shadows();
  await loadShadows(client, paths, name, shadows);
  const { feed, reason } = dependencies.feed(source, spec, sides[source].client);
  const toSource = target === "b" ? map.toA : map.toB;
  let copying = false;
  let hasCopied = options.checkpoint.record.zxid !== "";
  const repairer = pair === null ? mirror() : merge(pair);
  const runner = new Direction({
    name,
    spec,
    paths,
    epoch: options.epoch,
    engine: options.engine,
    checkpoint: options.checkpoint,
    feed,
    index: dependencies.index(),
    secondFeed: feed.quality.exact ? () => dependencies.feed(source, spec, sides[source].client).feed : null,
    shadows,
    skipped: new Shadows(),
    offsets,
    repairer,
    target: sides[target].client,
    toTarget: target === "b" ? map.toB : map.toA,
    toSource,
    spool: dependencies.spool(spec),
    // Only an observer is sent the whole tree.
    sourceNodes: async () => (feed.kind === "observer" ? countNodes(spec[source]) : null),
    targetRoots: map.rules.map((rule) => rule[target]),
    isHeld: (path) => pair?.isHeld(name, path) === true,
    beginCopy: pair === null ? null : (base, signal) => pair.beginCopy(name, base, signal),
    seenMultis: pair === null ? null : () => pair.seenMultis(name),
    isOwn: (transaction) => pair?.views[source].take(transaction) === true,
    deletableShare: options.deletableShare,
    onCopying: (is) => {
      copying = is;
      pair?.views[source].journal.mute(is);
    },
    onCopied: ({ nodes, changed, deleted, isExact }) => {
      pair?.copied(name);
      dependencies.log(`${name}: ${nodes} znodes compared, ${changed} brought level, ${deleted} deleted`);
      if (!isExact && hasCopied && changed + deleted > 0) runner.meter.mergedMs = dependencies.now();
      hasCopied = true;
    },
    onStopped: options.onStopped,
  });
  pair?.join(name, runner, shadows);
  const guard = pair === null && spec.watchTarget ? await openGuard() : null;
  return { runner, feedReason: reason, guard };

  /** From the last multi of ours on: what others wrote while no engine ran counts too. */
  async function openGuard(): Promise<Guard | null> {
    const { feed: targetFeed } = dependencies.feed(target, spec, sides[target].client);
    if (!targetFeed.quality.exact) return null;
    const last = await client.exists(paths.checkpoint(name));
    const own = new OwnWrites(paths.checkpoint(name), paths.sessions);
    const { children } = await client.getChildren(paths.sessions);
    for (const session of children) own.know(fromHex(session));
    return new Guard(
      {
        feed: targetFeed,
        own,
        client: (side) => sides[side].client(),
        toSource,
        shadows,
        offsets,
        spec,
        quietAt: () => (runner.state === "live" && runner.isIdle ? runner.facts.position : null),
        bring: (ops) => runner.bring(ops, { tentative: true }),
        overruled,
        log: dependencies.log,
        now: () => performance.now(),
      },
      last?.mzxid ?? 0n,
    );
  }

  async function overruled(kind: ConflictRecord["kind"], path: string, node: LiveNode | null): Promise<void> {
    if (copying) return; // a copy brings level what differs; that is its purpose
    runner.meter.conflict();
    const found = conflictSide(node);
    const resolution = { winner: source, by: "source-wins", atMs: dependencies.now() };
    const { strategy } = spec.conflicts;
    await options.conflicts.add({ direction: name, path, kind, strategy, resolution, a: null, b: found });
  }

  function mirror(): MirrorRepairer {
    return new MirrorRepairer({
      target: sides[target].client,
      source: sides[source].client,
      toSource,
      offsets,
      spec,
      overruled,
      rewriteShadow: rewrite,
    });
  }

  function merge(both: Pair): MergeRepairer {
    return new MergeRepairer({
      sourceSide: source,
      target: sides[target].client,
      source: sides[source].client,
      toSource,
      targetView: both.views[target],
      wrote: (path, version) => runner.wrote(path, version),
      spec,
      conflict: (kind, path, won, node) => both.conflict(name, kind, path, won, node),
      unsettled: (path) => both.unsettled(name, path),
      occupied: (path) => shadows.remove(path),
      rewriteShadow: rewrite,
    });
  }

  async function rewrite(path: string, session: bigint): Promise<void> {
    await rewriteShadow(await sides[target].client(), paths.shadows(name), path, session);
  }
}
