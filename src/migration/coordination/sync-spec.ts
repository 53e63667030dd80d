/**
 * The migration's one synchronisation, as the engines of src/sync take it: what is copied between A and B, and how. Pure; the
 * secrets are read already.
 */
import type { PathRule, SideSpec, SyncSpec } from "../../sync/spec.js";
import type { FrameworkRef, MigrationSpec, SideName, ZooKeeperSide } from "../model/spec.js";

/**
 * Of the Sync; `ferry sync status` and standbys elsewhere know it by this. The one with B as its source has another name, so that nobody takes
 * what is kept of one for the other's.
 */
export function syncName(migration: string, counts: SideName): string {
  return counts === "a" ? `migration-${migration}` : `migration-${migration}-back`;
}

export type Auth = SideSpec["auth"];

/** Milliseconds: an outage of ferry's own session ends nothing on the platform, so that short is better than long. */
const SESSION_MS = 6_000;
/** Outside the range that servers take. */
const OBSERVER_ID = 0x40000001n;

export function sideSpec(name: string, zookeeper: ZooKeeperSide, auth: Auth): SideSpec {
  return {
    name: zookeeper.resource ?? name,
    connectString: zookeeper.connectString,
    auth,
    sasl: null,
    tls: null,
    sessionTimeoutMs: SESSION_MS,
    quorum: { servers: [], tls: null, sasl: null, observerId: OBSERVER_ID },
  };
}

/** Limits are the presets of kind Sync. `counts`: whose state holds where both differ; it is the source. */
export function migrationSync(
  spec: MigrationSpec,
  auth: Readonly<Record<SideName, Auth>>,
  counts: SideName,
): SyncSpec {
  const a = sideSpec("A", spec.source.zookeeper, auth.a);
  const b = sideSpec("B", spec.target.zookeeper, auth.b);
  return {
    name: syncName(spec.name, counts),
    a: counts === "a" ? a : b,
    b: counts === "a" ? b : a,
    paths: syncedPaths(spec),
    bidirectional: true,
    feed: "auto",
    watchTarget: true,
    conflicts: { strategy: spec.conflictStrategy, alertPerMinute: 10 },
    ephemerals: "shadow",
    containers: "keep",
    unknownAcl: { action: "stop" },
    limits: {
      batchOperations: 100,
      batchBytes: 800_000,
      inFlight: 4,
      spoolMemoryBytes: 256 * 1024 * 1024,
      spoolDiskBytes: 4096 * 1024 * 1024,
      levelVersions: 100_000,
    },
    alertLagMs: spec.limits.lagMs,
  };
}

/** `/mesos`, each framework's state without its election, and what else is to come along; what lies in another one is left out. */
export function syncedPaths(spec: MigrationSpec): readonly PathRule[] {
  const wanted: PathRule[] = [
    rule(spec.mesosPath, []),
    ...spec.frameworks.flatMap((framework) => {
      const path = framework.zookeeperPath;
      return path === null ? [] : [rule(path, framework.electionPaths)];
    }),
    ...spec.extraPaths.map((path) => rule(path, [])),
  ];
  const distinct = wanted.filter(({ a }, at) => wanted.findIndex((other) => other.a === a) === at);
  const roots = distinct.filter(({ a }) => !distinct.some((other) => isBelow(a, other.a)));
  const excluded = wanted.flatMap(({ exclude }) => exclude);
  return roots.map(({ a }) => rule(a, excluded.filter((path) => isBelow(path, a)).toSorted()));
}

/** What of the synchronisation belongs to this framework; null when it keeps no state in ZooKeeper. */
export function statePath(framework: FrameworkRef): PathRule | null {
  return framework.zookeeperPath === null ? null : rule(framework.zookeeperPath, framework.electionPaths);
}

function rule(path: string, exclude: readonly string[]): PathRule {
  return { a: path, b: path, exclude: [...new Set(exclude)] };
}

function isBelow(path: string, root: string): boolean {
  return path !== root && (root === "/" || path.startsWith(`${root}/`));
}
