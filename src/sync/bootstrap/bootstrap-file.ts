/**
 * Writes what a synchronisation would copy into a snapshot file that new servers of the target start on. Exact: the source's
 * snapshot is fuzzy, so its znodes are spooled to the disk, what was committed meanwhile is remembered (only what touches a
 * declared subtree), and the file is written in a second step with the touched znodes as they are in the end. That takes memory
 * for the touched znodes alone, and comes to an end also where the source is never quiet. It writes to no ensemble.
 */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { nodeOwner } from "../../zookeeper/learner/node-owner.js";
import type { SnapshotNode } from "../../zookeeper/learner/transaction.js";
import { zxidOfFileName } from "../../zookeeper/snapshot-file/format.js";
import {
  finishedSnapshotFile,
  type SnapshotFile,
  type SnapshotFileOptions,
} from "../../zookeeper/snapshot-file/record.js";
import { SnapshotFileWriter } from "../../zookeeper/snapshot-file/writer.js";
import { builtInNode } from "../../zookeeper/snapshot-file/written-node.js";
import type { Feed } from "../feed/feed.js";
import { fromHex, hex } from "../feed/zxid.js";
import { pathMap } from "../paths/path-map.js";
import type { SyncSpec } from "../spec.js";
import { CollectFailed, CollectLost, collect } from "./collect.js";
import { NodeSpool } from "./node-spool.js";
import { TargetOrder } from "./target-order.js";
import type { Touched } from "./touched.js";

export interface BootstrapFileOptions {
  readonly spec: Pick<SyncSpec, "a" | "paths" | "ephemerals" | "containers">;
  /** Where the file is to be; it exists. One writer at a time. */
  readonly directory: string;
  /** Of the source, exact and not started. */
  readonly feed: Feed;
  readonly onProgress: (progress: BootstrapProgress) => void;
  readonly signal: AbortSignal;
}

export interface BootstrapProgress {
  /** `reading`: what comes from the source, also what takes no part. `writing`: what goes into the file. */
  readonly phase: "reading" | "writing";
  readonly nodes: number;
  /** How many there will be, about; null: not known here. */
  readonly total: number | null;
}

export interface BootstrapFile {
  readonly file: SnapshotFile;
  /** Was there already, and nothing in it has changed on the source since. */
  readonly kept: boolean;
  /** Znodes that were changed while the snapshot was taken, and brought to their final state. */
  readonly touched: number;
}

/** Connections that may break in the middle of a snapshot before it is given up. */
const TRIES = 3;
/** What runs that were killed have left; see snapshotPaths. */
const LEFTOVER = /^\.ferry-(?:bootstrap|snapshot)\..+\.(?:nodes|part)$/;

/** Rejects with CollectLost, CollectFailed, SnapshotFileError, the signal's reason, or the file system's error. */
export async function writeBootstrapFile(options: BootstrapFileOptions): Promise<BootstrapFile> {
  const names = await readdir(options.directory);
  for (const name of names.filter((one) => LEFTOVER.test(one))) {
    await rm(join(options.directory, name), { force: true });
  }
  const finished = await newestFinished(options, names);
  const made = finished === null ? null : await quietly(attempt(options, finished));
  if (made !== null) return made;
  for (let left = TRIES - 1; ; left--) {
    try {
      const anew = await attempt(options, null);
      if (anew !== null) return anew;
    } catch (error) {
      if (!(error instanceof CollectLost) || left === 0) throw error;
    }
  }
}

/** Null also where the source cannot tell: it was restored from a backup, or broke off. Making the file anew says what is wrong. */
async function quietly<T>(work: Promise<T | null>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CollectFailed || error instanceof CollectLost) return null;
    throw error;
  }
}

function fileOptions({ spec, directory }: BootstrapFileOptions, zxid: bigint): SnapshotFileOptions {
  const { a, paths, ephemerals, containers } = spec;
  // Another name of the same ensemble makes another file, which does no harm; another ensemble must.
  const origin = JSON.stringify([2, a.connectString, paths, ephemerals]);
  return { directory, zxid, ephemerals: "shadow", extendedTypes: containers === "keep", origin };
}

async function newestFinished(
  options: BootstrapFileOptions,
  names: readonly string[],
): Promise<SnapshotFile | null> {
  const zxids = names.flatMap((name) => zxidOfFileName(name) ?? []);
  zxids.sort((one, other) => (one < other ? 1 : -1));
  for (const zxid of zxids) {
    const found = await finishedSnapshotFile(fileOptions(options, zxid), options.signal);
    if (found !== null) return found;
  }
  return null;
}

/** @param finished is kept if nothing has changed since. Null: something has, and the source told what instead of sending it all. */
async function attempt(
  options: BootstrapFileOptions,
  finished: SnapshotFile | null,
): Promise<BootstrapFile | null> {
  const { spec, directory, feed, signal, onProgress } = options;
  const spool = await NodeSpool.open(directory);
  try {
    const collected = await collect({
      feed,
      known: finished === null ? null : { zxid: finished.zxid, owners: new Set(finished.notes.map(fromHex)) },
      inScope: pathMap(spec.paths).inScopeA,
      spool,
      onNodes: (nodes) => onProgress({ phase: "reading", nodes, total: null }),
      signal,
    });
    if (collected.kind === "snapshot") return await written(options, spool, collected);
    return collected.kind === "same" && finished !== null ? { file: finished, kept: true, touched: 0 } : null;
  } finally {
    await spool.close();
  }
}

async function written(
  options: BootstrapFileOptions,
  spool: NodeSpool,
  { zxid, touched }: { readonly zxid: bigint; readonly touched: Touched },
): Promise<BootstrapFile> {
  const writer = await SnapshotFileWriter.open(fileOptions(options, zxid));
  try {
    await new Assembly(options, spool, touched, writer).run();
    const file = await writer.finish(options.signal, touched.owners.map(hex));
    return { file, kept: false, touched: touched.size };
  } finally {
    await writer.abandon();
  }
}

/** The second step: every znode as it is at the file's zxid, under the target's path, parents first. */
class Assembly {
  private readonly toB: (path: string) => string | null;
  private readonly order: TargetOrder;
  private nodes = 0;

  constructor(
    private readonly options: BootstrapFileOptions,
    private readonly spool: NodeSpool,
    private readonly touched: Touched,
    private readonly writer: SnapshotFileWriter,
  ) {
    const { paths } = options.spec;
    this.toB = pathMap(paths).toB;
    this.order = new TargetOrder(paths);
  }

  async run(): Promise<void> {
    const { spool, touched, order, options } = this;
    const shown = new Set<string>();
    for (let round = 0; round < order.rounds; round++) {
      for await (const node of spool.nodes(options.signal)) {
        if (touched.has(node.path)) shown.add(node.path);
        const last = touched.after(node.path, node);
        const wait = last === null ? undefined : this.write(last, round);
        if (wait !== undefined) await wait;
      }
      // What the snapshot shows nothing of comes behind it: its parent is shown, or is among them.
      for (const node of touched.made()) if (!shown.has(node.path)) await this.write(node, round);
    }
    if (!order.hasRoot) await this.writer.add(builtInNode("/"));
  }

  private write(node: SnapshotNode, round: number): Promise<void> | undefined {
    const path = this.toB(node.path);
    if (path === null || this.order.roundOf(path) !== round) return undefined;
    const { ephemerals } = this.options.spec;
    if (ephemerals === "skip" && nodeOwner(node.owner).kind === "ephemeral") return undefined;
    for (const parent of this.order.before(path)) void this.writer.add(parent);
    this.nodes++;
    const total = Math.max(this.nodes, this.spool.count);
    this.options.onProgress({ phase: "writing", nodes: this.nodes, total });
    return this.writer.add({ ...node, path });
  }
}
