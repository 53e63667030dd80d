/** What is told to people who do not look on, in the form that each kind of receiver takes. Pure. */
import type { JsonObject } from "../../value/json.js";

export interface Alert {
  readonly migration: string;
  /** Of the record. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly text: string;
}

export type Receiver = "slack" | "webhook";

/** Slack takes a text (incoming webhooks); any other webhook gets the parts. */
export function alertBody(receiver: Receiver, { migration, id, atMs, text }: Alert): JsonObject {
  if (receiver === "slack") return { text: `Migration ${migration} (${id}): ${text}` };
  return { kind: "migration-alert", migration, id, time: new Date(atMs).toISOString(), text };
}

/** Milliseconds in which the same text is not told again. */
const SAME_MS = 300_000;

/** Which alerts are news. */
export class AlertNews {
  private readonly told = new Map<string, number>();

  isNews({ text, atMs }: Pick<Alert, "text" | "atMs">): boolean {
    const before = this.told.get(text);
    if (before !== undefined && atMs - before < SAME_MS) return false;
    this.told.set(text, atMs);
    return true;
  }
}
