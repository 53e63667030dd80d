/** Whether an audit log is whole: line by line, so that a log of any size can be looked through. Pure. */
import { isObject } from "../../value/json.js";
import { EMPTY, type Head, hashOf, readLine } from "./chain.js";

export interface Verdict {
  /** Lines that are whole and in their place. */
  readonly lines: number;
  /** Hash of the last one: whoever keeps it elsewhere can tell whether the log was made anew as a whole. */
  readonly head: string;
  /** Numbers (from 1) of lines a process died over; the log says so itself. */
  readonly torn: readonly number[];
  /** The last line is not finished: a process died over it, or is writing it just now. */
  readonly isOpen: boolean;
  readonly broken: { readonly line: number; readonly reason: string } | null;
  /** Whether a line has the hash that was kept elsewhere; null when none was given. */
  readonly expected: boolean | null;
}

export class ChainVerifier {
  private head: Head = EMPTY;
  private number = 0;
  private lines = 0;
  private readonly torn: number[] = [];
  private broken: Verdict["broken"] = null;
  /** A line that is none: torn, if the next one says so. */
  private doubtful: { readonly line: number; readonly bytes: Buffer; readonly reason: string } | null = null;

  private isExpectedSeen = false;

  /** @param expect a hash that was kept elsewhere */
  constructor(private readonly expect: string | null = null) {}

  /** Takes the next line, without its line end. After the first broken one nothing more is looked at. */
  take(bytes: Buffer): void {
    if (this.broken !== null) return;
    this.number += 1;
    const line = readLine(bytes.toString("utf8"));
    if (line.kind === "broken") {
      if (this.doubtful !== null) this.breakAtDoubtful();
      else this.doubtful = { line: this.number, bytes, reason: line.reason };
      return;
    }
    if (this.doubtful !== null && !this.closes(line.content["torn"])) {
      this.breakAtDoubtful();
      return;
    }
    this.doubtful = null;
    const reason = this.misplaced(line.head, line.previous);
    if (reason !== null) {
      this.broken = { line: this.number, reason };
      return;
    }
    this.head = line.head;
    this.isExpectedSeen ||= line.head.hash === this.expect;
    this.lines += 1;
  }

  /** @param rest what follows the last line end */
  end(rest: Buffer): Verdict {
    const isOpen = rest.length > 0;
    if (isOpen && this.broken === null) {
      const before = this.doubtful;
      this.take(rest);
      // What has no line end may be half a line; a whole one only lacks the end.
      if (before === null && this.doubtful !== null) this.doubtful = null;
    }
    if (this.doubtful !== null) this.breakAtDoubtful();
    const { lines, torn, broken } = this;
    const expected = this.expect === null ? null : this.isExpectedSeen;
    return { lines, head: this.head.hash, torn, isOpen, broken, expected };
  }

  private closes(torn: unknown): boolean {
    const { doubtful } = this;
    if (doubtful === null || !isObject(torn)) return false;
    if (torn["bytes"] !== doubtful.bytes.length || torn["sha256"] !== hashOf(doubtful.bytes)) return false;
    this.torn.push(doubtful.line);
    return true;
  }

  private misplaced({ seq }: Head, previous: string): string | null {
    if (seq === this.head.seq + 1 && previous === this.head.hash) return null;
    return this.lines === 0
      ? "the lines before it are missing"
      : "it does not follow the line before it: lines were taken out, put in or changed";
  }

  private breakAtDoubtful(): void {
    if (this.doubtful === null) return;
    this.broken = { line: this.doubtful.line, reason: this.doubtful.reason };
    this.doubtful = null;
  }
}
