/** Subscribers of the operator API's event stream: each gets every event and a heartbeat. It knows nothing of the events. */
import type { BodyStream } from "../http/answer.js";
import { recordIo } from "../http/answer.js";
import type { EventWire } from "../model/records.js";
import type { WireObject } from "../model/wire.js";
import type { Clock } from "./context.js";

/** Milliseconds. */
export const OPERATOR_HEARTBEAT_MS = 15_000;

export interface Subscriber {
  readonly stream: BodyStream;
  /** The event as that subscriber may see it; null = not at all. */
  readonly view: (event: EventWire) => WireObject | null;
}

export class EventSubscribers {
  private readonly subscribers = new Set<Subscriber>();

  constructor(private readonly clock: Clock) {}

  get count(): number {
    return this.subscribers.size;
  }

  /** @param first the SUBSCRIBED event; a heartbeat follows at once */
  add(subscriber: Subscriber, first: WireObject): void {
    const { stream } = subscriber;
    this.subscribers.add(subscriber);
    stream.onClose(() => this.subscribers.delete(subscriber));
    stream.write(recordIo(first));
    const beat = () => {
      if (!this.subscribers.has(subscriber)) return;
      stream.write(recordIo({ type: "HEARTBEAT" }));
      this.clock.after(OPERATOR_HEARTBEAT_MS, beat);
    };
    beat();
  }

  publish(event: EventWire): void {
    for (const { stream, view } of this.subscribers) {
      const seen = view(event);
      if (seen !== null) stream.write(recordIo(seen));
    }
  }
}
