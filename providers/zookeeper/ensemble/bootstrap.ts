/**
 * Lets a new ensemble begin with the tree of a snapshot file: every server gets it before any of them starts, because two
 * empty servers would make a quorum of their own. Never touches a server that was started once, nor its ensemble's other servers.
 */
import { basename, resolve } from "node:path";
import { isObject } from "../../../src/value/json.js";
import { readSnapshotFile } from "../../../src/zookeeper/snapshot-file/reader.js";
import { SnapshotFileError } from "../../../src/zookeeper/snapshot-file/snapshot-file-error.js";
import type { Progress } from "../../provider.js";
import type { HostRuntime, UnitSpec } from "../../runtime.js";
import type { Cluster } from "./cluster.js";
import { badSnapshot, otherSnapshot, RolloutError } from "./failures.js";
import type { EnsembleSpec } from "./spec.js";

/** In the data directory beside myid: written after the snapshot, so that it proves that all of it arrived. */
const MARK_FILE = "ferry-bootstrap.json";

/** Tells one snapshot file from another. */
interface Mark {
  readonly name: string;
  readonly bytes: number;
  /** Adler-32 of the file. */
  readonly checksum: number;
}

export interface NewServer {
  readonly id: number;
  readonly unit: UnitSpec;
  readonly runtime: HostRuntime;
}

interface Standing extends NewServer {
  /** It was started once: its launch line writes myid first of all. */
  readonly started: boolean;
  /** What it was given before its first start. */
  readonly mark: Mark | null;
}

/** What apply will do about it, for reviewers. */
export function bootstrapText({ bootstrap }: EnsembleSpec): string[] {
  if (bootstrap === undefined) return [];
  return [`put ${basename(bootstrap.snapshot)} into the data directory of every server, before any starts`];
}

/**
 * Makes the units that are not there and gives the file to those that were never started, unless a server of the ensemble has
 * data from elsewhere. Safe to repeat. Rejects with RolloutError `bad-snapshot` or `other-snapshot`.
 */
export async function bootstrapServers(
  cluster: Cluster,
  snapshot: string,
  servers: readonly NewServer[],
  report: (progress: Progress) => void,
): Promise<void> {
  const { signal, address } = cluster;
  const source = resolve(cluster.context.projectRoot, snapshot);
  const present = await standingsOf(servers, signal, false);
  if (present.length === servers.length && present.every(({ started }) => started)) return;
  if (present.some(hasOwnData)) return;
  const mark = await examine(address, source, signal);
  for (const { unit, runtime } of servers) {
    if ((await runtime.inspect(unit.name, signal)) === null) await runtime.ensure(unit, signal);
  }
  const all = await standingsOf(servers, signal, true);
  // Data that was kept when an earlier ensemble of that name was deleted, or that began with another file.
  if (all.some((server) => hasOwnData(server) || (server.started && !isSame(server.mark, mark)))) return;
  for (const server of all.filter(({ started }) => !started)) {
    if (isSame(server.mark, mark)) continue;
    if (server.mark !== null) throw new RolloutError(otherSnapshot(address, server.id, server.mark.name));
    report({
      message: `put ${mark.name} (${mark.bytes} bytes) into the data directory of server ${server.id}`,
    });
    await give(server, source, mark, signal);
  }
}

function hasOwnData({ started, mark }: Standing): boolean {
  return started && mark === null;
}

function isSame(one: Mark | null, other: Mark): boolean {
  return one?.name === other.name && one.bytes === other.bytes && one.checksum === other.checksum;
}

/** `all`: every server has its unit; otherwise those without one are left out. */
async function standingsOf(
  servers: readonly NewServer[],
  signal: AbortSignal,
  all: boolean,
): Promise<Standing[]> {
  const found = servers.map(async (server): Promise<Standing[]> => {
    const { runtime, unit } = server;
    if (!all && (await runtime.inspect(unit.name, signal)) === null) return [];
    const myid = await runtime.readFile(unit.name, "data", "myid", signal);
    const mark = await runtime.readFile(unit.name, "data", MARK_FILE, signal);
    return [{ ...server, started: myid !== null, mark: parseMark(mark) }];
  });
  return (await Promise.all(found)).flat();
}

/** Reads it to its last seal: a server would take a damaged file for none and start empty. */
async function examine(address: string, source: string, signal: AbortSignal): Promise<Mark> {
  try {
    const { bytes, checksum } = await readSnapshotFile(source, { onNode: () => undefined }, signal);
    return { name: basename(source), bytes, checksum };
  } catch (error) {
    if (!(error instanceof SnapshotFileError)) throw error;
    throw new RolloutError(badSnapshot(address, error.message));
  }
}

async function give(
  { runtime, unit }: NewServer,
  source: string,
  mark: Mark,
  signal: AbortSignal,
): Promise<void> {
  const content = Buffer.from(`${JSON.stringify(mark)}\n`);
  const files = [
    { path: `version-2/${mark.name}`, source, mode: 0o600 },
    { path: MARK_FILE, source: content, mode: 0o600 },
  ];
  await runtime.seed(unit.name, files, signal);
}

/** What is no mark counts as one of an unknown file. */
function parseMark(content: Buffer | null): Mark | null {
  if (content === null) return null;
  const unknown: Mark = { name: "an unknown one", bytes: -1, checksum: -1 };
  try {
    const value: unknown = JSON.parse(content.toString("utf8"));
    if (!isObject(value)) return unknown;
    const { name, bytes, checksum } = value;
    const whole = typeof name === "string" && typeof bytes === "number" && typeof checksum === "number";
    return whole ? { name, bytes, checksum } : unknown;
  } catch {
    return unknown;
  }
}
