/**
 * RecordIO as Mesos streams it (decimal length, a newline, that many bytes), each record given away while it comes: the first one
 * of a stream is the whole state. Pure; it does not matter where the bytes were cut.
 */

/** What reads one record. */
export interface RecordTaker<T> {
  push(piece: Buffer): void;
  finish(): T;
}

/** The bytes are no RecordIO. */
export class RecordError extends Error {}

const NEWLINE = 0x0a;
/** A length longer than this is none: 10^11 bytes are no event. */
const LONGEST_LENGTH = 11;

export class RecordReader<T> {
  private length = "";
  private left = 0;
  private taker: RecordTaker<T> | null = null;

  constructor(private readonly begin: () => RecordTaker<T>) {}

  /** What the records that are complete now were read as. Throws RecordError, and what the takers throw. */
  push(chunk: Buffer): T[] {
    const records: T[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.taker === null) {
        at = this.header(chunk, at);
        if (this.taker === null) continue;
      } else {
        const end = Math.min(chunk.length, at + this.left);
        this.taker.push(chunk.subarray(at, end));
        this.left -= end - at;
        at = end;
      }
      // An empty record is complete with its header.
      if (this.left === 0) records.push(this.finished(this.taker));
    }
    return records;
  }

  private header(chunk: Buffer, from: number): number {
    const newline = chunk.indexOf(NEWLINE, from);
    const end = newline < 0 ? chunk.length : newline;
    this.length += chunk.toString("latin1", from, end);
    if (
      this.length.length > LONGEST_LENGTH ||
      !/^\d*$/.test(this.length) ||
      (newline >= 0 && this.length === "")
    ) {
      throw new RecordError(`a record's length is expected, not '${this.length.slice(0, 40)}'`);
    }
    if (newline < 0) return end;
    this.left = Number(this.length);
    this.length = "";
    this.taker = this.begin();
    return newline + 1;
  }

  private finished(taker: RecordTaker<T>): T {
    this.taker = null;
    return taker.finish();
  }
}
