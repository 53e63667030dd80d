/** Conflicts as text: a list, and one with all that is known of it. Pure. */
import type { ConflictRecord, ConflictSide } from "../../sync/control/records.js";
import { counted, harmless, moment } from "./words.js";

const KINDS: Readonly<Record<ConflictRecord["kind"], string>> = {
  "changed-on-both": "changed on both sides",
  "deleted-and-changed": "deleted on one side, changed on the other",
  "created-on-both": "created on both sides",
  "children-on-target": "deleted at the source, and has children on the target",
};

export interface SideNames {
  readonly a: string;
  readonly b: string;
}

/** Several lines, without a line end; the oldest first. */
export function renderConflictList(conflicts: readonly ConflictRecord[]): string {
  if (conflicts.length === 0) return "No conflict is on record.";
  const held = conflicts.filter(({ resolution }) => resolution === null).length;
  const idWidth = Math.max(...conflicts.map(({ id }) => id.length));
  const lines = conflicts.map(
    ({ id, atMs, direction, path, kind, resolution }) =>
      `  ${id.padEnd(idWidth)}  ${moment(atMs)}  ${direction}  ${resolutionText(resolution)}  ${harmless(path)} (${KINDS[kind]})`,
  );
  return [`${counted(conflicts.length, "conflict")}, ${held} held for a decision`, ...lines].join("\n");
}

export function renderConflict(conflict: ConflictRecord, names: SideNames): string {
  const { id, atMs, direction, path, kind, strategy, resolution } = conflict;
  return [
    `conflict   ${id}`,
    `path       ${harmless(path)}`,
    `what       ${KINDS[kind]}, found by ${direction} at ${moment(atMs)}`,
    `strategy   ${strategy}`,
    `decided    ${resolution === null ? "no: it is held for a person" : decidedText(resolution)}`,
    ...sideLines("a", names.a, conflict.a),
    ...sideLines("b", names.b, conflict.b),
  ].join("\n");
}

function resolutionText(resolution: ConflictRecord["resolution"]): string {
  return resolution === null ? "HELD  " : `${resolution.winner} won`.padEnd(6);
}

function decidedText({ winner, by, atMs }: NonNullable<ConflictRecord["resolution"]>): string {
  return `side ${winner} won, by ${harmless(by)}, ${moment(atMs)}`;
}

function sideLines(side: "a" | "b", name: string, known: ConflictSide | null): string[] {
  const head = `side ${side}     ${harmless(name)}`;
  if (known === null) return [head, "             nothing is known of its version"];
  const { zxid, session, timeMs, version, dataSha256, deleted } = known;
  const what = deleted ? "deleted" : `version ${version}`;
  const data = deleted ? [] : [`data     ${dataSha256 === null ? "none" : `SHA-256 ${dataSha256}`}`];
  const time = timeMs === 0 ? "" : ` at ${moment(timeMs)}`;
  return [
    head,
    ...[`${what}${time}`, `zxid     ${zxid}`, `session  ${session ?? "not known"}`, ...data].map(
      (line) => `             ${line}`,
    ),
  ];
}
