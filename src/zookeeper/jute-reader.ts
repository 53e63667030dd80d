/**
 * Reads jute out of one frame without copying: buffers are views of the frame. Never reads past its end: damaged input
 * gives a JuteError that says what was being read and where.
 */

export class JuteError extends Error {
  override readonly name = "JuteError";
}

export class JuteReader {
  private at: number;

  constructor(
    private readonly bytes: Buffer,
    start = 0,
    private readonly end = bytes.length,
  ) {
    this.at = start;
  }

  get remaining(): number {
    return this.end - this.at;
  }

  private advance(count: number, what: string): number {
    if (count > this.end - this.at) {
      throw new JuteError(
        `${what} of ${count} bytes at offset ${this.at} goes past the frame's end at ${this.end}`,
      );
    }
    const from = this.at;
    this.at += count;
    return from;
  }

  private length(what: string): number {
    const length = this.int();
    if (length < -1) throw new JuteError(`${what} before offset ${this.at} has the length ${length}`);
    return length;
  }

  int(): number {
    return this.bytes.readInt32BE(this.advance(4, "an int"));
  }

  long(): bigint {
    return this.bytes.readBigInt64BE(this.advance(8, "a long"));
  }

  boolean(): boolean {
    return this.bytes.readUInt8(this.advance(1, "a boolean")) !== 0;
  }

  buffer(): Buffer | null {
    const length = this.length("a buffer");
    if (length === -1) return null;
    const from = this.advance(length, "a buffer");
    return this.bytes.subarray(from, from + length);
  }

  nullableString(): string | null {
    const length = this.length("a string");
    if (length === -1) return null;
    const from = this.advance(length, "a string");
    return this.bytes.toString("utf8", from, from + length);
  }

  /** Null reads as "". */
  string(): string {
    return this.nullableString() ?? "";
  }

  /** Null reads as an empty list. */
  vector<T>(read: () => T): T[] {
    const count = this.length("a vector");
    // Each item takes at least one byte: a damaged count is refused before memory is asked for.
    if (count > this.remaining) {
      throw new JuteError(`a vector of ${count} items at offset ${this.at} goes past the frame's end`);
    }
    const items: T[] = [];
    for (let index = 0; index < count; index++) items.push(read());
    return items;
  }
}
