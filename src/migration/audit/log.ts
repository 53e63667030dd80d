/**
 * The audit log in a file: lines are only ever added, by one process at a time, and are on the disk before anybody acts on them. A line
 * that a process died over stays where it is and is told of.
 */
import * as fs from "node:fs/promises";
import { join } from "node:path";
import { diskError } from "../../../state/local/errors.js";
import { diskFiles, ifPresent } from "../../../state/local/files.js";
import { acquire } from "../../../state/local/hold.js";
import { LockFile } from "../../../state/local/lock.js";
import { createLockOwner, livenessOf } from "../../../state/owner.js";
import type { JsonObject } from "../../value/json.js";
import { EMPTY, type Head, type Line, lineAfter, readLine, tornContent } from "./chain.js";
import type { AuditEvent, AuditSink } from "./event.js";
import { ChainVerifier, type Verdict } from "./verify.js";

const FILE = "audit.jsonl";
const LOCK_WAIT_MS = 10_000;
const CHUNK = 256 * 1024;
const LINE_END = 0x0a;
const FILE_MODE = 0o600;

/** The log below a folder, `audit` beside the state. */
export function auditFile(folder: string): string {
  return join(folder, FILE);
}

/** Touches nothing until it is used. @param folder absolute */
export function openAuditLog(folder: string): AuditSink {
  return new AuditLog(folder);
}

class AuditLog implements AuditSink {
  private readonly path: string;
  private readonly lockFile: LockFile;
  private last: Promise<unknown> = Promise.resolve();
  /** The end as this process wrote it; it holds as long as the file has that size. */
  private known: { readonly size: number; readonly head: Head } | null = null;

  constructor(private readonly folder: string) {
    this.path = auditFile(folder);
    this.lockFile = new LockFile(folder, diskFiles, livenessOf);
  }

  append(events: readonly AuditEvent[], atMs: number): Promise<void> {
    const result = this.last.then(() => this.write(events, atMs));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async write(events: readonly AuditEvent[], atMs: number): Promise<void> {
    try {
      await diskFiles.mkdir(this.folder);
      const owner = createLockOwner("audit");
      const lock = await acquire(this.lockFile, { owner, timeoutMs: LOCK_WAIT_MS }, `audit log ${this.path}`);
      try {
        await this.writeLocked(events, new Date(atMs).toISOString());
      } finally {
        await lock.release();
      }
    } catch (error) {
      throw diskError(error, {
        verb: "write the audit log beside",
        location: `local ${this.path}`,
        folder: this.folder,
        untouched: "Nothing is done that the log could not be told of.",
      });
    }
  }

  private async writeLocked(events: readonly AuditEvent[], at: string): Promise<void> {
    const isNew = (await ifPresent(fs.stat(this.path))) === null;
    const file = await fs.open(this.path, "a+", FILE_MODE);
    try {
      const { size } = await file.stat();
      const end =
        this.known?.size === size ? { head: this.known.head, torn: null } : await readEnd(file, size);
      const lines = linesFor(end, events, at);
      const bytes = Buffer.concat(lines.map(({ text }) => Buffer.from(`${text}\n`, "utf8")));
      const lead = end.torn === null ? [] : [Buffer.from("\n")];
      await appendWhole(file, size, Buffer.concat([...lead, bytes]));
      const head = lines.at(-1)?.head ?? end.head;
      this.known = { size: size + bytes.length + lead.length, head };
    } finally {
      await file.close();
    }
    if (isNew) await diskFiles.syncFolder(this.folder);
  }
}

interface End {
  readonly head: Head;
  /** What follows the last line end; null when nothing does. */
  readonly torn: Buffer | null;
}

function linesFor(end: End, events: readonly AuditEvent[], at: string): readonly Line[] {
  const lines: Line[] = [];
  let { head } = end;
  const add = (content: JsonObject): void => {
    const line = lineAfter(head, at, content);
    lines.push(line);
    head = line.head;
  };
  // A whole line that only lacks its end is no torn one.
  const whole = end.torn === null ? null : readLine(end.torn.toString("utf8"));
  if (whole?.kind === "whole") head = whole.head;
  else if (end.torn !== null) add(tornContent(end.torn));
  for (const event of events) add({ ...event });
  return lines;
}

/** On the disk whole, or not at all as far as the disk lets us. */
async function appendWhole(file: fs.FileHandle, size: number, bytes: Buffer): Promise<void> {
  try {
    await file.appendFile(bytes);
    await file.sync();
  } catch (error) {
    await file.truncate(size).catch(() => undefined);
    throw error;
  }
}

/** The last whole line, found from the end. */
async function readEnd(file: fs.FileHandle, size: number): Promise<End> {
  let tail = Buffer.alloc(0);
  let from = size;
  for (;;) {
    const lastEnd = tail.lastIndexOf(LINE_END);
    const before = lastEnd <= 0 ? -1 : tail.lastIndexOf(LINE_END, lastEnd - 1);
    if (from === 0 || before >= 0) {
      const torn = tail.subarray(lastEnd + 1);
      const text = lastEnd < 0 ? "" : tail.subarray(before + 1, lastEnd).toString("utf8");
      return { head: headOf(text), torn: torn.length === 0 ? null : Buffer.from(torn) };
    }
    const start = Math.max(0, from - CHUNK);
    const { buffer } = await file.read(Buffer.alloc(from - start), 0, from - start, start);
    tail = Buffer.concat([buffer, tail]);
    from = start;
  }
}

/** A last line that was tampered with is not gone on from: the next line then names none before it, and verifying shows where. */
function headOf(text: string): Head {
  const line = readLine(text);
  return line.kind === "whole" ? line.head : EMPTY;
}

/** Looks through a log. Rejects with the system's error when it cannot be read. @param expect a hash that was kept elsewhere */
export async function verifyAuditLog(path: string, expect: string | null = null): Promise<Verdict> {
  const verifier = new ChainVerifier(expect);
  const file = await fs.open(path, "r");
  let rest = Buffer.alloc(0);
  try {
    for await (const chunk of file.createReadStream({ autoClose: false })) {
      const bytes = Buffer.concat([rest, chunk as Buffer]);
      let from = 0;
      for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, from)) {
        verifier.take(bytes.subarray(from, at));
        from = at + 1;
      }
      rest = bytes.subarray(from);
    }
  } finally {
    await file.close();
  }
  return verifier.end(rest);
}
