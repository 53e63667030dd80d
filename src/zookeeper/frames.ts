/**
 * Cuts a stream into frames (int length, then that many bytes). A frame that lies within one chunk is a view of it;
 * only one that spans chunks is put together, once. Never holds more than one unfinished frame.
 */
import { JuteError } from "./jute-reader.js";

/** No answer of a sane server is longer; an HTTP server's first bytes read as a length of 1.2 GB. */
const LONGEST_FRAME = 256 * 1024 * 1024;

export class FrameSplitter {
  private parts: Buffer[] = [];
  private held = 0;
  /** Length of the frame's body, or -1 while its four bytes are not all there. */
  private wanted = -1;

  /** Calls `onFrame` for each frame that is complete now. Throws JuteError on an impossible length. */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    let rest = chunk;
    for (;;) {
      if (this.wanted < 0) {
        const length = this.gather(rest, 4);
        if (length === null) return;
        rest = length.rest;
        this.wanted = checkedLength(length.bytes.readInt32BE(0));
      }
      const body = this.gather(rest, this.wanted);
      if (body === null) return;
      rest = body.rest;
      this.wanted = -1;
      onFrame(body.bytes);
      if (rest.length === 0) return;
    }
  }

  /** `count` bytes from what is held and `chunk`; or keeps the chunk and gives null. */
  private gather(chunk: Buffer, count: number): { bytes: Buffer; rest: Buffer } | null {
    if (this.held + chunk.length < count) {
      if (chunk.length > 0) this.parts.push(chunk);
      this.held += chunk.length;
      return null;
    }
    const needed = count - this.held;
    const tail = chunk.subarray(0, needed);
    const bytes = this.held === 0 ? tail : Buffer.concat([...this.parts, tail], count);
    this.parts = [];
    this.held = 0;
    return { bytes, rest: chunk.subarray(needed) };
  }
}

function checkedLength(length: number): number {
  if (length >= 0 && length <= LONGEST_FRAME) return length;
  throw new JuteError(
    `the other side sent a frame length of ${length}: it is not a ZooKeeper client port, or it expects TLS`,
  );
}
