/** A snapshot file while it is written from its first byte to its last: keeps the sum of its seals and its SHA-256. */
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { JuteWriter } from "../jute-writer.js";
import { Adler32 } from "./adler32.js";
import { Appender } from "./appender.js";
import { END_PATH } from "./format.js";

export class SealedOutput {
  private readonly sum = new Adler32();
  private readonly hash = createHash("sha256");
  private readonly output: Appender;
  private readonly jute = new JuteWriter();

  constructor(file: FileHandle) {
    this.output = new Appender(file);
  }

  get bytes(): number {
    return this.output.bytes;
  }

  /** Takes the bytes, which must not change any more; resolves when more may come. */
  async append(bytes: Buffer): Promise<void> {
    this.sum.update(bytes);
    this.hash.update(bytes);
    await this.output.append(bytes);
  }

  async jutes(write: (jute: JuteWriter) => void): Promise<void> {
    write(this.jute);
    await this.append(this.jute.take());
  }

  /** The sum of every byte so far, earlier seals included. */
  async seal(): Promise<void> {
    const sum = BigInt(this.sum.value);
    await this.jutes((jute) => jute.long(sum).string(END_PATH));
  }

  /** Writes what waits; the SHA-256 of all bytes, in hex. The last call. */
  async end(): Promise<string> {
    await this.output.flush();
    return this.hash.digest("hex");
  }
}
