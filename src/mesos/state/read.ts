/**
 * Reads of the leader whose answers can be large, decoded while they come. An answer that breaks off is asked for again, whole: half
 * a state is none.
 */
import { Shape, ShapeError } from "../../http/shape.js";
import { nextWithin } from "../../http/silence.js";
import type { Json } from "../../value/json.js";
import { isMesosError, MesosError } from "../mesos-error.js";
import type { StreamReply, Transport } from "../transport.js";
import { type Fleet, FleetCollector } from "./fleet.js";
import { ItemSplitter, SplitError } from "./item-splitter.js";

/** Without a byte for so long, the master or the way to it is gone. */
const SILENCE_MS = 30_000;
/** A leader can die while it answers; its successor is asked once more, and once more for luck with a proxy. */
const MOST_ATTEMPTS = 3;

/** What a call that has a part of the state as its answer says of it; the other lists are empty. Rejects with MesosError. */
export async function readFleet(
  transport: Transport,
  type: "GET_STATE" | "GET_TASKS" | "GET_AGENTS",
  signal: AbortSignal,
): Promise<Fleet> {
  for (let attempt = 1; ; attempt += 1) {
    const reply = await transport.open({ type, reads: true, repeatable: true }, signal);
    try {
      return await collected(type, reply, signal);
    } catch (error) {
      if (!isMesosError(error, "connection-lost", "timeout") || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

async function collected(type: string, { stream, master }: StreamReply, signal: AbortSignal): Promise<Fleet> {
  const collector = new FleetCollector(type === "GET_STATE" ? "get_state." : "");
  const splitter = new ItemSplitter(collector.takers);
  const bytes = stream.body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await nextWithin(bytes, SILENCE_MS);
      if (next === "silent") {
        throw new MesosError("timeout", {
          call: type,
          master,
          reason: `nothing came for ${SILENCE_MS / 1000} s`,
        });
      }
      if (next.done === true) break;
      splitter.push(bufferOf(next.value));
    }
    checkEnvelope(type, splitter.finish());
    return collector.fleet;
  } catch (error) {
    signal.throwIfAborted();
    throw mesosErrorOf(error, type, master);
  } finally {
    stream.cancel();
  }
}

/** What is no answer to the call would else be an empty state. */
function checkEnvelope(type: string, around: Json): void {
  const answer = Shape.of(around);
  if (answer.optionalText("type") !== type) answer.object(type.toLowerCase());
}

/** Of an error while an answer was read and decoded. */
export function mesosErrorOf(error: unknown, call: string, master: string): MesosError {
  if (error instanceof MesosError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const wrong = error instanceof ShapeError || error instanceof SplitError;
  if (wrong) return new MesosError("unexpected-answer", { call, master, status: 200, reason });
  return new MesosError("connection-lost", { call, master, reason });
}

export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
