/**
 * Writes jute, ZooKeeper's binary encoding (big-endian, length-prefixed), as frames into slabs of memory that are
 * handed out once and never written again, so that a burst of requests becomes one write without copying.
 */

const SLAB = 64 * 1024;

export class JuteWriter {
  private slab = Buffer.allocUnsafe(SLAB);
  /** First byte not handed out yet. */
  private taken = 0;
  private at = 0;

  /** Bytes written and not taken yet. */
  get pending(): number {
    return this.at - this.taken;
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.slab.length) return;
    const kept = this.slab.subarray(this.taken, this.at);
    const slab = Buffer.allocUnsafe(Math.max(SLAB, 2 * (kept.length + bytes)));
    kept.copy(slab);
    this.slab = slab;
    this.at = kept.length;
    this.taken = 0;
  }

  int(value: number): this {
    this.reserve(4);
    this.at = this.slab.writeInt32BE(value, this.at);
    return this;
  }

  long(value: bigint): this {
    this.reserve(8);
    this.at = this.slab.writeBigInt64BE(value, this.at);
    return this;
  }

  boolean(value: boolean): this {
    this.reserve(1);
    this.at = this.slab.writeUInt8(value ? 1 : 0, this.at);
    return this;
  }

  /** Null and empty are different things: length -1 and 0. */
  buffer(value: Buffer | null): this {
    if (value === null) return this.int(-1);
    this.reserve(4 + value.length);
    this.at = this.slab.writeInt32BE(value.length, this.at);
    this.at += value.copy(this.slab, this.at);
    return this;
  }

  string(value: string | null): this {
    if (value === null) return this.int(-1);
    const bytes = Buffer.byteLength(value, "utf8");
    this.reserve(4 + bytes);
    this.at = this.slab.writeInt32BE(bytes, this.at);
    this.at += this.slab.write(value, this.at, "utf8");
    return this;
  }

  vector<T>(items: readonly T[] | null, write: (item: T) => void): this {
    if (items === null) return this.int(-1);
    this.int(items.length);
    for (const item of items) write(item);
    return this;
  }

  /** Writes what `body` writes as one frame, its length in front; returns the length of the body. */
  frame(body: () => void): number {
    this.reserve(4);
    const offset = this.at - this.taken; // relative: a new slab may take the place of this one
    this.at += 4;
    body();
    const start = this.taken + offset;
    const length = this.at - start - 4;
    this.slab.writeInt32BE(length, start);
    return length;
  }

  /** All bytes written since the last call. They are the caller's. */
  take(): Buffer {
    const bytes = this.slab.subarray(this.taken, this.at);
    this.taken = this.at;
    return bytes;
  }
}
