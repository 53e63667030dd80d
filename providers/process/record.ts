/**
 * unit.json: what a unit is, without the content of its files (they hold secrets; their hashes are enough to see a
 * change). Pure: text in, value out.
 */
import { createHash } from "node:crypto";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { UnitFile, UnitSpec } from "../runtime.js";

export type RecordedSpec = Omit<UnitSpec, "files">;

export interface RecordedFile {
  readonly path: string;
  readonly sha256: string;
  /** Permission bits. */
  readonly mode: number;
}

export interface UnitRecord {
  readonly version: 1;
  readonly spec: RecordedSpec;
  readonly files: readonly RecordedFile[];
}

export function unitRecord(spec: UnitSpec): UnitRecord {
  const { files, ...rest } = spec;
  return { version: 1, spec: rest, files: recordedFiles(files) };
}

export function recordedFiles(files: readonly UnitFile[]): RecordedFile[] {
  return files
    .map(({ path, content, mode }) => ({
      path,
      sha256: createHash("sha256").update(content).digest("hex"),
      mode,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export function printRecord(record: UnitRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

const RESTARTS: readonly Json[] = ["no", "on-failure", "always"];

/** The record in `text`; null when it is torn or of a version this ferry does not know. */
export function parseRecord(text: string): UnitRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || value["version"] !== 1 || !Array.isArray(value["files"])) return null;
  const { spec } = value;
  return isObject(spec) && isSpec(spec) ? (value as unknown as UnitRecord) : null;
}

function isSpec(spec: JsonObject): boolean {
  const { name, labels, command, environment, limits, restart, stopGraceMs } = spec;
  if (typeof name !== "string" || typeof stopGraceMs !== "number") return false;
  if (!isTexts(labels) || !isTexts(environment) || !isObject(limits)) return false;
  const program =
    Array.isArray(command) && command.length > 0 && command.every((word) => typeof word === "string");
  return program && restart !== undefined && RESTARTS.includes(restart);
}

function isTexts(value: Json | undefined): boolean {
  return isObject(value) && Object.values(value).every((item) => typeof item === "string");
}

/** Whether a running server has to be started anew to be what `after` says. */
export function needsNewProcess(before: RecordedSpec, after: RecordedSpec): boolean {
  const sorted = (spec: RecordedSpec): string =>
    JSON.stringify([spec.command, Object.entries(spec.environment).sort(([a], [b]) => (a < b ? -1 : 1))]);
  return sorted(before) !== sorted(after);
}
