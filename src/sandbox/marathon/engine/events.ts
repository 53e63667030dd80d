/** Marathon's events on their way to whoever listens. Every one gets its type and time here; none is kept. */
import type { JsonObject } from "../../../value/json.js";
import { type Clock, iso } from "../../framework/clock.js";

export interface MarathonEvent {
  readonly type: string;
  /** With eventType and timestamp. */
  readonly data: JsonObject;
}

export type EventListener = (event: MarathonEvent) => void;

export class Events {
  private readonly listeners = new Set<EventListener>();

  constructor(private readonly clock: Clock) {}

  publish(type: string, fields: JsonObject): void {
    const event = { type, data: { ...fields, eventType: type, timestamp: iso(this.clock.now()) } };
    for (const listener of [...this.listeners]) listener(event);
  }

  /** The result ends it. */
  listen(listener: EventListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get listening(): number {
    return this.listeners.size;
  }
}
