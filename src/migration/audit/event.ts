/** What the audit log tells of a migration: one event for each thing that changed, with what was before and after. Data. */
import type { Json } from "../../value/json.js";

export type AuditKind =
  | "created"
  | "claimed"
  | "status"
  | "stage"
  | "action"
  | "approved"
  | "request"
  | "way-back"
  /** What was to be written was not: another engine had taken over, or the disk was full. */
  | "not-written";

export interface AuditEvent {
  readonly kind: AuditKind;
  /** Who did it: `ann@ops1` for what a person asked, the engine's host and process for what it did. */
  readonly actor: string;
  /** Id of the migration. */
  readonly migration: string;
  /** Of the record in which it happened; 0 for what stands in none. */
  readonly revision: number;
  /** What it is about: a stage, an action, the migration. */
  readonly subject: string;
  readonly before: Json;
  readonly after: Json;
  /** For people, in a sentence. */
  readonly text: string;
}

/** Where they go; every event is durable when it resolves. Rejects with DiagnosticError. */
export interface AuditSink {
  append(events: readonly AuditEvent[], atMs: number): Promise<void>;
}
