/** Reading a stream that must not be silent for long: a dead connection may never say so. It never ends the stream itself. */

/** The next piece, or `silent` when none comes within `ms`. */
export async function nextWithin<T>(
  pieces: AsyncIterator<T>,
  ms: number,
): Promise<IteratorResult<T> | "silent"> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<"silent">((resolve) => {
    timer = setTimeout(() => resolve("silent"), ms);
  });
  try {
    const next = pieces.next();
    // When silence wins, the stream is destroyed and this promise rejects with nobody listening.
    next.catch(() => undefined);
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}
