/**
 * Fixed-size records by 64-bit hash, in flat arrays: fifty bytes a record and about five for the table of slots. Records
 * live in segments, so that growing copies nothing; the slots are open addressing with linear probing.
 */
import type { HashHalves } from "./path-hash.js";

/** Words of a record. */
export const WORD = {
  hashHigh: 0,
  hashLow: 1,
  mzxidHigh: 2,
  mzxidLow: 3,
  pzxidHigh: 4,
  pzxidLow: 5,
  mtimeLow: 6,
  version: 7,
  cversion: 8,
  aversion: 9,
  /** CRC of the whole node as the servers' digest counts it; 0 where it does not count. */
  crc: 10,
  /** CRC of path and data alone. */
  prefix: 11,
} as const;

const WORDS = 12;
const SEGMENT = 1 << 14;
const SEGMENT_BITS = 14;
const NONE = -1;
/** Share of the slots in use at most, and how many more there are then. */
const FULL = 0.88;
const GROWTH = 1.25;
const FIRST_SLOTS = 1_024;
const TWO_32 = 2 ** 32;

export class NodeTable {
  size = 0;
  private segments: Uint32Array[] = [];
  /** Upper 16 of the 48 bits of mtime. */
  private times: Uint16Array[] = [];
  private slots = new Int32Array(FIRST_SLOTS).fill(NONE);
  private used = 0;
  private free = NONE;

  clear(): void {
    this.size = 0;
    this.segments = [];
    this.times = [];
    this.slots = new Int32Array(FIRST_SLOTS).fill(NONE);
    this.used = 0;
    this.free = NONE;
  }

  /** Bytes of all arrays. */
  get bytes(): number {
    return this.segments.length * SEGMENT * (WORDS * 4 + 2) + this.slots.length * 4;
  }

  /** Number of the record, or -1. */
  find({ high, low }: HashHalves): number {
    const { slots } = this;
    for (let slot = this.home(high); ; slot = slot + 1 === slots.length ? 0 : slot + 1) {
      const record = slots[slot] ?? NONE;
      if (record === NONE) return NONE;
      if (this.word(record, WORD.hashHigh) === high && this.word(record, WORD.hashLow) === low) return record;
    }
  }

  /** A new record with this hash, all other words 0. The hash must not be there yet. */
  add({ high, low }: HashHalves): number {
    if (this.size + 1 > this.slots.length * FULL) this.grow();
    const record = this.take();
    this.setWord(record, WORD.hashHigh, high);
    this.setWord(record, WORD.hashLow, low);
    this.place(record, high);
    this.size++;
    return record;
  }

  remove(record: number): void {
    const { slots } = this;
    let hole = this.home(this.word(record, WORD.hashHigh));
    while (slots[hole] !== record) hole = hole + 1 === slots.length ? 0 : hole + 1;
    this.close(hole);
    // Free records are a chain through their first word.
    this.setWord(record, 0, this.free >>> 0);
    this.free = record;
    this.size--;
  }

  word(record: number, word: number): number {
    return this.segments[record >>> SEGMENT_BITS]?.[(record & (SEGMENT - 1)) * WORDS + word] ?? 0;
  }

  setWord(record: number, word: number, value: number): void {
    const segment = this.segments[record >>> SEGMENT_BITS];
    if (segment !== undefined) segment[(record & (SEGMENT - 1)) * WORDS + word] = value;
  }

  /** Milliseconds since the epoch. */
  mtime(record: number): number {
    const high = this.times[record >>> SEGMENT_BITS]?.[record & (SEGMENT - 1)] ?? 0;
    return high * TWO_32 + this.word(record, WORD.mtimeLow);
  }

  setMtime(record: number, ms: number): void {
    this.setWord(record, WORD.mtimeLow, ms % TWO_32);
    const times = this.times[record >>> SEGMENT_BITS];
    if (times !== undefined) times[record & (SEGMENT - 1)] = Math.floor(ms / TWO_32);
  }

  private home(high: number): number {
    return Math.floor((high / TWO_32) * this.slots.length);
  }

  private take(): number {
    if (this.free !== NONE) {
      const record = this.free;
      this.free = this.word(record, 0) | 0;
      for (let word = 0; word < WORDS; word++) this.setWord(record, word, 0);
      return record;
    }
    if (this.used === this.segments.length * SEGMENT) {
      this.segments.push(new Uint32Array(SEGMENT * WORDS));
      this.times.push(new Uint16Array(SEGMENT));
    }
    return this.used++;
  }

  private place(record: number, high: number): void {
    const { slots } = this;
    let slot = this.home(high);
    while (slots[slot] !== NONE) slot = slot + 1 === slots.length ? 0 : slot + 1;
    slots[slot] = record;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(Math.ceil(old.length * GROWTH)).fill(NONE);
    for (const record of old) if (record !== NONE) this.place(record, this.word(record, WORD.hashHigh));
  }

  /** Empties a slot and moves up those behind it that would not be found past a gap. */
  private close(from: number): void {
    const { slots } = this;
    const { length } = slots;
    let hole = from;
    for (let at = (hole + 1) % length; ; at = (at + 1) % length) {
      const record = slots[at] ?? NONE;
      if (record === NONE) break;
      const home = this.home(this.word(record, WORD.hashHigh));
      const distance = (at - home + length) % length;
      if (distance >= (at - hole + length) % length) {
        slots[hole] = record;
        hole = at;
      }
    }
    slots[hole] = NONE;
  }
}
