/**
 * Bytes of a stream that are not read yet, contiguous, so that records without a length in front can be measured before
 * they are read. Copies only what a record leaves over at the end of a chunk.
 */

/** What a measuring function says when the record's end is not there yet. */
export const INCOMPLETE = -1;

export class StreamBuffer {
  bytes: Buffer = Buffer.alloc(0);
  /** First byte not read yet. */
  at = 0;

  get available(): number {
    return this.bytes.length - this.at;
  }

  push(chunk: Buffer): void {
    this.bytes = this.available === 0 ? chunk : Buffer.concat([this.bytes.subarray(this.at), chunk]);
    this.at = 0;
  }

  /** The position of the next `length` bytes, which count as read from now on. */
  take(length: number): number {
    const from = this.at;
    this.at += length;
    return from;
  }

  /**
   * Length of a field at `at` that begins with its own length (buffer, ustring), the four bytes included; INCOMPLETE when
   * it goes past the end. A null field is four bytes long.
   */
  fieldLength(at: number): number {
    if (at + 4 > this.bytes.length) return INCOMPLETE;
    const length = this.bytes.readInt32BE(at);
    const total = 4 + Math.max(0, length);
    return at + total > this.bytes.length ? INCOMPLETE : total;
  }
}
