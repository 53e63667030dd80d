/** While connected to a read-only server: looks for one that has a quorum, as the Java client does, by `isro`. */
import { setTimeout as delay } from "node:timers/promises";
import type { ServerAddress } from "./connect-string.js";
import { fourLetterWord } from "./four-letter.js";
import type { TlsOptions } from "./types.js";

export interface SearchOptions {
  readonly servers: readonly ServerAddress[];
  readonly tls: TlsOptions | undefined;
  readonly signal: AbortSignal;
}

/** Milliseconds between two rounds: at first, at most. */
const PAUSE_MS = { first: 100, longest: 10_000 };

/** True when one was found; false when `wanted` says that it is not wanted any more, or the signal came. */
export async function searchReadWriteServer(options: SearchOptions, wanted: () => boolean): Promise<boolean> {
  const { tls, signal } = options;
  let pause = PAUSE_MS.first;
  while (wanted() && !signal.aborted) {
    for (const { host, port } of options.servers) {
      const request = { timeoutMs: 1_000, signal, ...(tls === undefined ? {} : { tls }) };
      const answer = await fourLetterWord(host, port, "isro", request).catch(() => "");
      if (answer.trim() === "rw") return true;
    }
    await delay(pause, undefined, { signal }).catch(() => {});
    pause = Math.min(2 * pause, PAUSE_MS.longest);
  }
  return false;
}
