/**
 * The bytes of a snapshot file as they are read: a window that grows to what one record needs, the position in the file, and
 * the sum for its seals. Knows nothing of records.
 */
import { Adler32 } from "./adler32.js";

export class SnapshotBytes {
  window: Buffer = Buffer.alloc(0);
  /** First byte of the window not read yet. */
  at = 0;
  /** Offset of the window's first byte in the file. */
  private base = 0;
  /** First byte of the window not in the sum yet. */
  private summed = 0;
  private readonly sum = new Adler32();

  constructor(private readonly source: AsyncIterator<Buffer>) {}

  get available(): number {
    return this.window.length - this.at;
  }

  /** Position in the file. */
  get offset(): number {
    return this.base + this.at;
  }

  /** Adler-32 of every byte read so far. */
  get checksum(): number {
    this.sum.update(this.window, this.summed, this.at);
    this.summed = this.at;
    return this.sum.value;
  }

  /** Reads on until `count` bytes are available; false when the file ends before. */
  async fill(count: number): Promise<boolean> {
    if (this.available >= count) return true;
    this.sum.update(this.window, this.summed, this.at);
    const pieces = [this.window.subarray(this.at)];
    let length = this.available;
    let more = true;
    while (more && length < count) {
      const next = await this.source.next();
      more = next.done !== true;
      if (next.done === true) break;
      pieces.push(next.value);
      length += next.value.length;
    }
    this.base += this.at;
    this.window =
      pieces.length === 2 && pieces[0]?.length === 0 ? (pieces[1] ?? this.window) : Buffer.concat(pieces);
    this.at = 0;
    this.summed = 0;
    return more;
  }

  /** Position in the window of the next `count` bytes, which count as read from now on. */
  take(count: number): number {
    const from = this.at;
    this.at += count;
    return from;
  }

  async close(): Promise<void> {
    await this.source.return?.();
  }
}
