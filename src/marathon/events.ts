/**
 * Marathon's events as one endless sequence. The stream has no ids and replays nothing, so that every new connection is
 * told: whoever follows must read the state anew then. It never judges what an event means.
 */

import type { StreamAnswer } from "../http/exchange.js";
import { nextWithin } from "../http/silence.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import type { Clock } from "./connection.js";
import { isMarathonError, type MarathonError } from "./marathon-error.js";
import { FrameDecoder } from "./sse/decoder.js";
import type { Transport } from "./transport.js";

export interface EventOptions {
  /** Only these types; all when it is empty or left out. */
  readonly types?: readonly string[];
  /**
   * Milliseconds without a single byte after which the connection counts as dead; 45000 when left out. Marathon sends an
   * empty line about every 10 s.
   */
  readonly silenceMs?: number;
}

export type EventSignal =
  /** A connection stands. What happened before it, since the last one, is not known. */
  | { readonly kind: "attached"; readonly leader: string | null }
  /** `data` has `eventType` and `timestamp` besides what the type has. */
  | { readonly kind: "event"; readonly type: string; readonly data: JsonObject }
  /** The connection is over, and a new one will be tried. */
  | { readonly kind: "detached"; readonly reason: string };

const DEFAULT_SILENCE_MS = 45_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Ends only with `signal`, by its reason, or with a MarathonError that no waiting mends (credentials, no such path). */
export async function* followEvents(
  transport: Transport,
  options: EventOptions,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<EventSignal> {
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    signal.throwIfAborted();
    const opened = await tryOpen(transport, options, signal);
    if ("error" in opened) {
      yield { kind: "detached", reason: opened.error.message };
    } else {
      yield { kind: "attached", leader: opened.stream.headers["x-marathon-leader"] ?? null };
      pause = FIRST_PAUSE_MS;
      const reason = yield* framesOf(opened.stream, options.silenceMs ?? DEFAULT_SILENCE_MS, signal);
      yield { kind: "detached", reason };
    }
    await clock.delay(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

async function tryOpen(
  transport: Transport,
  { types = [] }: EventOptions,
  signal: AbortSignal,
): Promise<{ readonly stream: StreamAnswer } | { readonly error: MarathonError }> {
  const filter = types.map((type) => `event_type=${encodeURIComponent(type)}`).join("&");
  const path = `/v2/events${filter === "" ? "" : `?${filter}`}`;
  try {
    return { stream: await transport.open({ method: "GET", path, accept: "text/event-stream" }, signal) };
  } catch (error) {
    const lasting = isMarathonError(error, "unauthorised", "forbidden", "not-found", "unexpected-answer");
    if (!isMarathonError(error) || lasting) throw error;
    return { error };
  }
}

/** The events of one connection; returns why it ended. */
async function* framesOf(
  stream: StreamAnswer,
  silenceMs: number,
  signal: AbortSignal,
): AsyncGenerator<EventSignal, string> {
  const decoder = new FrameDecoder();
  const bytes = stream.body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await nextWithin(bytes, silenceMs);
      if (next === "silent") return `nothing was heard for ${silenceMs / 1000} s`;
      if (next.done === true) return "Marathon closed the stream";
      for (const frame of decoder.push(next.value)) {
        const data = parsed(frame.data);
        if (data !== null) yield { kind: "event", type: frame.event, data };
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  } finally {
    stream.cancel();
  }
}

/** What is no JSON object is no event of Marathon. */
function parsed(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
