/**
 * Transactions that wait for a slow target: first in, first out, a few in memory and the rest in a file without a name, so
 * that a killed process leaves nothing behind. Written and read in pieces and without waiting: a feed cannot be told to
 * wait. It decides nothing about when to use it.
 */
import { randomUUID } from "node:crypto";
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { Transaction } from "../../zookeeper/learner/transaction.js";

/** A transaction, and whether it was made by this synchronisation itself. */
export interface Waiting {
  readonly transaction: Transaction;
  readonly own: boolean;
}

export interface SpoolOptions {
  /** Where the file is made when one is needed. Rights: only this user reads it. */
  readonly directory: string;
  /** Bytes of the file beyond which `isFull` tells to take no more. */
  readonly limitBytes: number;
  /** Bytes that are written or read at once. */
  readonly pieceBytes?: number;
}

const PIECE = 1024 * 1024;
const LENGTH = 4;

export class TransactionSpool {
  /** The oldest, taken apart already. */
  private front: Waiting[] = [];
  private taken = 0;
  /** The newest, not in the file yet. */
  private tail: Buffer[] = [];
  private tailBytes = 0;
  private file: number | null = null;
  private readAt = 0;
  private writtenTo = 0;
  private count = 0;
  private fault: string | null = null;

  constructor(private readonly options: SpoolOptions) {}

  get length(): number {
    return this.count;
  }

  /** Bytes that wait in the file. */
  get bytes(): number {
    return this.writtenTo - this.readAt;
  }

  /** Why no more should be added, for people; null while there is room. What is added nevertheless stays in memory. */
  get full(): string | null {
    if (this.bytes > this.options.limitBytes) return `it holds ${this.bytes} bytes`;
    return this.fault;
  }

  add(waiting: Waiting): void {
    this.count++;
    const body = serialize(waiting);
    const length = Buffer.allocUnsafe(LENGTH);
    length.writeUInt32BE(body.length);
    this.tail.push(length, body);
    this.tailBytes += LENGTH + body.length;
    if (this.tailBytes >= this.piece && this.full === null) this.flush();
  }

  /** The oldest one, or null. Throws when the file cannot be read any more. */
  take(): Waiting | null {
    if (this.count === 0) return null;
    if (this.taken >= this.front.length) this.refill();
    const next = this.front[this.taken];
    if (next === undefined) throw new Error("the spool has lost what it counted");
    this.taken++;
    this.count--;
    if (this.count === 0) this.clear();
    return next;
  }

  /** Forgets everything that waits. */
  clear(): void {
    this.front = [];
    this.taken = 0;
    this.tail = [];
    this.tailBytes = 0;
    this.readAt = 0;
    this.writtenTo = 0;
    this.count = 0;
    this.fault = null;
    if (this.file !== null) ftruncateSync(this.file, 0);
  }

  /** Safe to repeat. */
  close(): void {
    this.clear();
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }

  private get piece(): number {
    return this.options.pieceBytes ?? PIECE;
  }

  /** A disk without room keeps the tail in memory: nothing that was received is lost. */
  private flush(): void {
    try {
      this.file ??= nameless(this.options.directory);
      const bytes = Buffer.concat(this.tail);
      for (let at = 0; at < bytes.length; ) {
        at += writeSync(this.file, bytes, at, bytes.length - at, this.writtenTo + at);
      }
      this.writtenTo += bytes.length;
      this.tail = [];
      this.tailBytes = 0;
    } catch (error) {
      this.fault = error instanceof Error ? error.message : String(error);
    }
  }

  private refill(): void {
    this.taken = 0;
    if (this.bytes > 0) {
      this.front = this.nextPiece();
      return;
    }
    this.front = framesOf(Buffer.concat(this.tail)).found;
    this.tail = [];
    this.tailBytes = 0;
    this.fault = null;
  }

  private nextPiece(): Waiting[] {
    for (let size = Math.min(this.piece, this.bytes); ; size = Math.min(size * 2, this.bytes)) {
      const piece = this.read(size);
      const { found, used } = framesOf(piece);
      this.readAt += used;
      if (found.length > 0) return found;
      if (size >= this.bytes) throw new Error("the spool's file was changed by somebody else");
    }
  }

  private read(size: number): Buffer {
    if (this.file === null) throw new Error("the spool has no file");
    const piece = Buffer.allocUnsafe(size);
    for (let at = 0; at < size; ) {
      const got = readSync(this.file, piece, at, size - at, this.readAt + at);
      if (got === 0) throw new Error("the spool's file was cut off by somebody else");
      at += got;
    }
    return piece;
  }
}

/** Open, and gone from its directory at once. */
function nameless(directory: string): number {
  const path = join(directory, `ferry-spool-${randomUUID()}`);
  const file = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return file;
}

function framesOf(bytes: Buffer): { found: Waiting[]; used: number } {
  const found: Waiting[] = [];
  let at = 0;
  while (bytes.length - at >= LENGTH) {
    const end = at + LENGTH + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    found.push(deserialize(bytes.subarray(at + LENGTH, end)) as Waiting);
    at = end;
  }
  return { found, used: at };
}
