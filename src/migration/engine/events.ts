/** What an engine tells those who look on: transitions, actions, alarms. Pure. */
import { changesBetween } from "../audit/changes.js";
import type { MigrationRecord } from "../model/record.js";

export type EngineEvent =
  | { readonly kind: "change"; readonly atMs: number; readonly text: string }
  | { readonly kind: "progress"; readonly atMs: number; readonly text: string; readonly action: string }
  /** Somebody should look. */
  | { readonly kind: "alert"; readonly atMs: number; readonly text: string };

export function eventsBetween(
  before: MigrationRecord,
  after: MigrationRecord,
  atMs: number,
): readonly EngineEvent[] {
  return changesBetween(before, after, "").map(({ text }) => ({ kind: "change", atMs, text }));
}
