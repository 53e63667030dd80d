/** Parts of a survey: a look that fails is a part that is not known, with the reason. Never rejects but with the reason of the signal. */
import type { Part } from "../plan/survey.js";

export function known<T>(value: T): Part<T> {
  return { kind: "known", value };
}

export function unknown<T>(reason: string): Part<T> {
  return { kind: "unknown", reason };
}

export async function partOf<T>(signal: AbortSignal, look: () => Promise<T>): Promise<Part<T>> {
  try {
    return known(await look());
  } catch (error) {
    signal.throwIfAborted();
    return unknown(error instanceof Error ? error.message : String(error));
  }
}
