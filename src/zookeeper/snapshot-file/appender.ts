/**
 * Writes to the end of an open file in large pieces, in order. Who waits for what it returns holds one piece in memory; who
 * does not lets them pile up.
 */
import type { FileHandle } from "node:fs/promises";

/** Bytes of one piece. */
const PIECE = 1024 * 1024;

export class Appender {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private written: Promise<void> = Promise.resolve();
  /** Bytes taken so far, written or not. */
  bytes = 0;

  constructor(private readonly file: FileHandle) {}

  /** Takes the bytes, which must not change any more; a promise when the caller should wait before it brings more. */
  append(bytes: Buffer): Promise<void> | undefined {
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    this.bytes += bytes.length;
    return this.waitingBytes >= PIECE ? this.flush() : undefined;
  }

  /** Writes what waits. Rejects with the first error there was, now and ever after. */
  flush(): Promise<void> {
    const piece = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    this.written = this.written.then(() => this.file.writeFile(Buffer.concat(piece)));
    // Told to whoever waits for this piece or a later one.
    this.written.catch(() => undefined);
    return this.written;
  }
}
