/**
 * The event stream of whoever leads, as one endless sequence over changes of leader. The stream replays nothing: each connection
 * begins with the whole state, and what was between two is not known. It never judges what an event means.
 */
import type { Clock } from "../../http/connection.js";
import { nextWithin } from "../../http/silence.js";
import { isMesosError, type MesosError } from "../mesos-error.js";
import { bufferOf, mesosErrorOf } from "../state/read.js";
import type { StreamReply, Transport } from "../transport.js";
import { EventTaker, type MesosEvent, type Subscribed } from "./event.js";
import { RecordReader } from "./record-reader.js";

export interface EventOptions {
  /** Heartbeats in a row that may be missed before the connection counts as dead; 3 when left out. */
  readonly missedHeartbeats?: number;
}

export type EventSignal =
  /** A connection stands, with the state at its beginning. `master`: `host:port` of the leader. */
  | (Subscribed & { readonly master: string })
  | Exclude<MesosEvent, Subscribed>
  /** The connection is over, or none came about; another one will be tried. */
  | { readonly kind: "detached"; readonly reason: string };

const DEFAULT_MISSED = 3;
/** Masters before 1.5 send no heartbeats: a stream that says nothing for so long is begun anew, as it may be dead. */
const SILENCE_WITHOUT_HEARTBEATS_MS = 300_000;
/** Until the first record is there. A large state takes a while to be written. */
const FIRST_SILENCE_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Ends only with `signal`, by its reason, or with a MesosError that no waiting mends (credentials, permissions, no such call). */
export async function* followEvents(
  transport: Transport,
  options: EventOptions,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<EventSignal> {
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    signal.throwIfAborted();
    const opened = await tryOpen(transport, signal);
    let reason: string;
    if ("error" in opened) reason = opened.error.message;
    else {
      reason = yield* eventsOf(opened.reply, options.missedHeartbeats ?? DEFAULT_MISSED, signal, () => {
        pause = FIRST_PAUSE_MS;
      });
    }
    yield { kind: "detached", reason };
    await clock.delay(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

async function tryOpen(
  transport: Transport,
  signal: AbortSignal,
): Promise<{ readonly reply: StreamReply } | { readonly error: MesosError }> {
  try {
    return { reply: await transport.open({ type: "SUBSCRIBE", reads: true, repeatable: true }, signal) };
  } catch (error) {
    if (!isMesosError(error) || isLasting(error)) throw error;
    return { error };
  }
}

function isLasting(error: MesosError): boolean {
  return isMesosError(
    error,
    "unauthorised",
    "forbidden",
    "not-found",
    "invalid",
    "unsupported",
    "unexpected-answer",
  );
}

/** The events of one connection; returns why it ended. */
async function* eventsOf(
  { stream, master }: StreamReply,
  missed: number,
  signal: AbortSignal,
  began: () => void,
): AsyncGenerator<EventSignal, string> {
  const reader = new RecordReader<MesosEvent>(() => new EventTaker());
  const bytes = stream.body[Symbol.asyncIterator]();
  let silenceMs = FIRST_SILENCE_MS;
  try {
    for (;;) {
      const next = await nextWithin(bytes, silenceMs);
      if (next === "silent") return `nothing was heard of ${master} for ${silenceMs / 1000} s`;
      if (next.done === true) return `${master} closed the stream`;
      for (const event of reader.push(bufferOf(next.value))) {
        if (event.kind !== "subscribed") {
          yield event;
          continue;
        }
        began();
        const { heartbeatSeconds } = event;
        silenceMs =
          heartbeatSeconds === null ? SILENCE_WITHOUT_HEARTBEATS_MS : heartbeatSeconds * 1000 * missed;
        yield { ...event, master };
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    const failure = mesosErrorOf(error, "SUBSCRIBE", master);
    if (isLasting(failure)) throw failure;
    return failure.message;
  } finally {
    stream.cancel();
  }
}
