/**
 * Bytes of an event stream to its frames, as text/event-stream is defined (WHATWG HTML, section 9.2). Pure: it holds what is
 * not complete yet, and it does not matter where the bytes were cut.
 */

export interface Frame {
  /** `message` when the stream names none. */
  readonly event: string;
  /** Lines of data joined by line feeds. */
  readonly data: string;
}

export class FrameDecoder {
  private readonly text = new TextDecoder("utf-8");
  /** The line under way. */
  private line = "";
  /** The last character was CR: a LF that follows ends no second line. */
  private afterReturn = false;
  private event = "";
  private data: string[] = [];

  /** Frames that these bytes complete. */
  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    // The decoder drops a byte order mark, and keeps a character that was cut for the next call.
    const text = this.text.decode(bytes, { stream: true });
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const character = text[at];
      if (character !== "\n" && character !== "\r") {
        this.afterReturn = false;
        continue;
      }
      const second = character === "\n" && this.afterReturn;
      this.afterReturn = character === "\r";
      if (!second) {
        const frame = this.endLine(this.line + text.slice(start, at));
        if (frame !== null) frames.push(frame);
        this.line = "";
      }
      start = at + 1;
    }
    this.line += text.slice(start);
    return frames;
  }

  /** An empty line ends a frame; one without data is none. */
  private endLine(line: string): Frame | null {
    if (line !== "") {
      this.field(line);
      return null;
    }
    const frame = { event: this.event === "" ? "message" : this.event, data: this.data.join("\n") };
    const complete = this.data.length > 0;
    this.event = "";
    this.data = [];
    return complete ? frame : null;
  }

  private field(line: string): void {
    const colon = line.indexOf(":");
    // A line that begins with a colon is a comment.
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.event = value;
    else if (name === "data") this.data.push(value);
  }
}
