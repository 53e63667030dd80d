/**
 * What a synchronisation keeps, what it can only write down, and what no client can do: as a table, for the declared rules.
 * Where the facts come from: measured on servers of 3.4 to 3.9. Pure.
 */
import type { FeedQuality } from "./feed/feed.js";
import type { SyncSpec } from "./spec.js";

/** `kept`: equal on both sides. `recorded`: not equal, and it is known by how much. `impossible`: no client can set it. */
export type Exactness = "kept" | "recorded" | "impossible";

export interface ExactnessRow {
  readonly what: string;
  readonly how: Exactness;
  readonly note: string;
}

export type ExactnessRules = Pick<SyncSpec, "bidirectional" | "ephemerals" | "containers" | "unknownAcl"> & {
  readonly limits: Pick<SyncSpec["limits"], "levelVersions">;
};

const BY_CLIENT =
  "set by the target's servers; kept only by starting the target on a snapshot file, and until the znode is changed";

/** @param feed of a direction that is running, null when that is not known */
export function exactnessTable(rules: ExactnessRules, feed: FeedQuality | null): readonly ExactnessRow[] {
  return [...keptRows(rules), ...feedRows(feed), ...recordedRows(rules), ...impossibleRows(rules)];
}

function row(how: Exactness): (what: string, note: string) => ExactnessRow {
  return (what, note) => ({ what, how, note });
}

function keptRows({ containers, limits, unknownAcl }: ExactnessRules): ExactnessRow[] {
  const kept = row("kept");
  const acl =
    unknownAcl.action === "stop"
      ? "a scheme that the target does not know stops the direction"
      : "one with a scheme that the target does not know is replaced as declared";
  return [
    kept("znodes and their names", "members of sequences keep their numbers"),
    kept("data", "no data and empty data are told apart"),
    kept("ACL", acl),
    kept(
      "version of the data",
      `brought level by extra writes, at most ${limits.levelVersions.toLocaleString("en-US")} for one znode`,
    ),
    kept("version of the ACL", "by repeating changes of the ACL, while there are few"),
    kept("number of the next sequential child", "raised by making and deleting a child in one multi"),
    ...(containers === "keep"
      ? [kept("type container or TTL", "each side's servers remove them by their own clocks")]
      : []),
    kept("exactly once", "the checkpoint is written in the same multi; a stale engine is fenced out"),
  ];
}

/** What the feed tells decides about what lies between two states. */
function feedRows(feed: FeedQuality | null): ExactnessRow[] {
  const what = "every change in order, transactions whole";
  if (feed === null)
    return [row("kept")(what, "with the observer feed; no engine has said yet which one it uses")];
  if (feed.exact) return [row("kept")(what, "a transaction of the source is never split")];
  return [row("impossible")(what, feed.losses.join("; "))];
}

function recordedRows({ ephemerals, bidirectional }: ExactnessRules): ExactnessRow[] {
  const recorded = row("recorded");
  return [
    recorded("versions that could not be brought level", "the offset of each such znode; see below"),
    ...(ephemerals === "shadow"
      ? [
          recorded(
            "owner of an ephemeral znode",
            "a persistent shadow, removed only when that session has ended",
          ),
        ]
      : []),
    recorded(
      bidirectional ? "changes of both sides at once" : "changes that others made on the target",
      "each is a conflict; see `ferry sync conflicts list`",
    ),
  ];
}

function impossibleRows({ ephemerals, containers }: ExactnessRules): ExactnessRow[] {
  const impossible = row("impossible");
  return [
    impossible("czxid, mzxid, pzxid", BY_CLIENT),
    impossible("ctime, mtime", BY_CLIENT),
    ...(ephemerals === "skip" ? [impossible("ephemeral znodes", "left out, as declared")] : []),
    ...(containers === "persistent"
      ? [
          impossible(
            "type container or TTL",
            "plain znodes on the other side, as declared; a type cannot be changed later",
          ),
        ]
      : []),
    impossible("sessions and watches", "they belong to the servers and clients of their ensemble"),
    impossible("/zookeeper, /ferry", "quotas, membership and ferry's own records are never synchronised"),
  ];
}

/** For a target whose servers start on a snapshot file of the source (`ferry sync bootstrap --to`), at the moment they start. */
export function snapshotExactness(
  rules: Pick<ExactnessRules, "ephemerals" | "containers">,
): readonly ExactnessRow[] {
  const [kept, recorded, impossible] = [row("kept"), row("recorded"), row("impossible")];
  const { ephemerals, containers } = rules;
  return [
    kept("znodes and their names", "those of the declared subtrees; members of sequences keep their numbers"),
    kept("data, ACL", "every scheme, also one that the target does not know"),
    kept("all versions", "of data and ACL, however high"),
    kept("number of the next sequential child", "as the source counts"),
    kept("czxid, mzxid, pzxid", "the source's, until the znode is changed"),
    kept("ctime, mtime", "the source's, until the znode is changed"),
    kept("one moment", "every znode as it was at the file's zxid, transactions whole"),
    ...(containers === "keep"
      ? [kept("type container or TTL", "on servers that know it; others take them for ephemerals")]
      : []),
    ...(ephemerals === "shadow"
      ? [
          recorded(
            "owner of an ephemeral znode",
            "a persistent shadow; the first engine writes down whose it is",
          ),
        ]
      : [impossible("ephemeral znodes", "left out, as declared")]),
    ...(containers === "persistent"
      ? [impossible("type container or TTL", "plain znodes, as declared")]
      : []),
    impossible(
      "parents of the declared subtrees",
      "made up where they take no part themselves: open and empty",
    ),
    impossible("sessions and watches", "they belong to the servers and clients of their ensemble"),
    impossible("/zookeeper, /ferry", "quotas, membership and ferry's own records are never synchronised"),
  ];
}
