/** The report of a Sync as text: what is exact, and what is on record. Pure. */
import type { Exactness, ExactnessRow } from "../../sync/exactness.js";
import { count, counted, harmless, moment } from "./words.js";

export interface ReportOffset {
  /** On the side written. */
  readonly path: string;
  /** Target's minus source's. */
  readonly version: number;
  readonly aversion: number;
}

export interface ReportShadow {
  readonly path: string;
  /** Owner on the other side. */
  readonly session: string;
}

/** Of a list the first ones, and how many there are. */
export interface ReportList<T> {
  readonly total: number;
  readonly first: readonly T[];
}

export interface ReportDirection {
  readonly direction: string;
  readonly feed: {
    readonly kind: string;
    readonly exact: boolean;
    readonly losses: readonly string[];
  } | null;
  /** Null before the first engine. */
  readonly checkpoint: {
    readonly zxid: string;
    readonly timeMs: number;
    readonly transactions: number;
  } | null;
  readonly offsets: ReportList<ReportOffset>;
  readonly shadows: ReportList<ReportShadow>;
}

export interface SyncReport {
  readonly address: string;
  readonly source: string;
  readonly target: string;
  readonly exactness: readonly ExactnessRow[];
  readonly directions: readonly ReportDirection[];
  readonly conflicts: { readonly total: number; readonly held: number };
}

const TITLES: Readonly<Record<Exactness, string>> = {
  kept: "Kept",
  recorded: "Recorded where it cannot be kept",
  impossible: "Impossible for a client",
};
/** Of each list at most as many are written out. */
const LONGEST_LIST = 20;

/** Several lines, without a line end. */
export function renderSyncReport(report: SyncReport): string {
  const { address, source, target, conflicts } = report;
  return [
    `${harmless(address)}  ${harmless(source)} → ${harmless(target)}`,
    ...exactnessTableLines(report.exactness),
    ...report.directions.flatMap(directionLines),
    "",
    `Conflicts on record: ${count(conflicts.total)}, ${count(conflicts.held)} of them waiting for a decision`,
  ].join("\n");
}

/** The table alone: several lines, without a line end. */
export function renderExactness(rows: readonly ExactnessRow[]): string {
  return exactnessTableLines(rows).slice(1).join("\n");
}

/** Begins with an empty line. */
function exactnessTableLines(rows: readonly ExactnessRow[]): string[] {
  return (["kept", "recorded", "impossible"] as const).flatMap((how) => exactnessLines(rows, how));
}

function exactnessLines(rows: readonly ExactnessRow[], how: Exactness): string[] {
  const own = rows.filter((row) => row.how === how);
  if (own.length === 0) return [];
  const width = Math.max(...rows.map(({ what }) => what.length));
  return ["", TITLES[how], ...own.map(({ what, note }) => `  ${what.padEnd(width)}  ${harmless(note)}`)];
}

function directionLines({ direction, feed, checkpoint, offsets, shadows }: ReportDirection): string[] {
  const told =
    feed === null
      ? "no engine has run"
      : `${feed.kind}${feed.exact ? ", exact" : ", may lose what is said above"}`;
  return [
    "",
    `Direction ${direction}`,
    `  feed        ${told}`,
    `  checkpoint  ${checkpointText(checkpoint)}`,
    `  offsets     ${counted(offsets.total, "znode")} with a version of its own`,
    ...listed(
      offsets,
      ({ path, version, aversion }) => `${harmless(path)}: ${offsetText(version, aversion)}`,
    ),
    `  shadows     ${counted(shadows.total, "znode")} in the place of ephemeral ones`,
    ...listed(shadows, ({ path, session }) => `${harmless(path)}: session ${session}`),
  ];
}

function checkpointText(checkpoint: ReportDirection["checkpoint"]): string {
  if (checkpoint === null || checkpoint.zxid === "") return "none: nothing has been copied yet";
  const { zxid, timeMs, transactions } = checkpoint;
  const when = timeMs === 0 ? "" : `, committed at the source ${moment(timeMs)}`;
  return `${zxid}${when}; ${counted(transactions, "transaction")} applied so far`;
}

function offsetText(version: number, aversion: number): string {
  const parts = [
    ...(version === 0 ? [] : [`version ${signed(version)}`]),
    ...(aversion === 0 ? [] : [`version of the ACL ${signed(aversion)}`]),
  ];
  return parts.join(", ");
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : `−${Math.abs(value)}`;
}

function listed<T>({ total, first }: ReportList<T>, text: (entry: T) => string): string[] {
  const shown = first.slice(0, LONGEST_LIST);
  const more = total - shown.length;
  return [
    ...shown.map((entry) => `    ${text(entry)}`),
    ...(more > 0 ? [`    … and ${count(more)} more`] : []),
  ];
}
