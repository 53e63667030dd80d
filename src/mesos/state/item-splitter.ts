/**
 * JSON that comes in pieces, split while it comes: each object of some named lists is parsed alone and handed on, and what is
 * around them is kept as a document without them. A state of 100 MB never lies in memory whole. No I/O.
 */
import type { Json } from "../../value/json.js";

/** Path of a list (`get_tasks.tasks`) → what takes its objects; null skips them unparsed. */
export type ItemTakers = ReadonlyMap<string, ((item: Json) => void) | null>;

/** The text is no JSON, or a list holds something else than objects. */
export class SplitError extends Error {}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

export class ItemSplitter {
  /** What is around the items. */
  private readonly around: Buffer[] = [];
  /** Names of the objects that are open; a list is open under the name that it has. */
  private readonly path: string[] = [];
  /** The string that was read last, a name once a colon follows. */
  private lastText = "";
  private textPieces: Buffer[] = [];
  private name = "";
  private where: "around" | "list" | "item" = "around";
  private inText = false;
  private escaped = false;
  /** Braces and brackets that are open within the item. */
  private depth = 0;
  private itemPieces: Buffer[] = [];
  private taker: ((item: Json) => void) | null = null;

  constructor(private readonly takers: ItemTakers) {}

  /** Throws SplitError. Does not keep `chunk` beyond an item that is cut. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.where === "item") at = this.item(chunk, at);
      else if (this.where === "list") at = this.list(chunk, at);
      else at = this.outside(chunk, at);
    }
  }

  /** The document without the items, which are left out of their lists. Throws SplitError. */
  finish(): Json {
    if (this.where !== "around") throw new SplitError("the answer ends in the middle of a list");
    return parsed(Buffer.concat(this.around).toString("utf8"));
  }

  private outside(chunk: Buffer, from: number): number {
    let textStart = from;
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.inText) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) {
          this.inText = false;
          this.lastText = this.textTo(chunk, textStart, at);
        }
        continue;
      }
      switch (byte) {
        case QUOTE:
          this.inText = true;
          textStart = at + 1;
          break;
        case COLON:
          this.name = this.lastText;
          break;
        case COMMA:
          this.name = "";
          break;
        case OPEN_BRACE:
          this.path.push(this.name);
          this.name = "";
          break;
        case OPEN_BRACKET: {
          const taker = this.takers.get([...this.path, this.name].slice(1).join("."));
          this.path.push(this.name);
          this.name = "";
          if (taker === undefined) break;
          this.taker = taker;
          this.where = "list";
          this.around.push(Buffer.from(chunk.subarray(from, at + 1)));
          return at + 1;
        }
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          this.path.pop();
          break;
        default:
      }
    }
    if (this.inText) this.textPieces.push(Buffer.from(chunk.subarray(textStart)));
    this.around.push(Buffer.from(chunk.subarray(from)));
    return chunk.length;
  }

  private textTo(chunk: Buffer, from: number, to: number): string {
    if (this.textPieces.length === 0) return chunk.toString("utf8", from, to);
    const pieces = [...this.textPieces, chunk.subarray(from, to)];
    this.textPieces = [];
    return Buffer.concat(pieces).toString("utf8");
  }

  /** Between items. */
  private list(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === OPEN_BRACE) {
        this.where = "item";
        return at;
      }
      if (byte === CLOSE_BRACKET) {
        this.where = "around";
        return at;
      }
      if (byte !== COMMA && byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
        throw new SplitError(`${this.path.slice(1).join(".")} should be a list of objects`);
      }
    }
    return chunk.length;
  }

  private item(chunk: Buffer, from: number): number {
    let { depth, inText, escaped } = this;
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) inText = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth -= 1;
        if (depth === 0) {
          this.endItem(chunk, from, at + 1);
          return at + 1;
        }
      }
    }
    Object.assign(this, { depth, inText, escaped });
    if (this.taker !== null) this.itemPieces.push(Buffer.from(chunk.subarray(from)));
    return chunk.length;
  }

  private endItem(chunk: Buffer, from: number, to: number): void {
    Object.assign(this, { depth: 0, inText: false, escaped: false, where: "list" });
    if (this.taker === null) return;
    const pieces = this.itemPieces;
    this.itemPieces = [];
    const text =
      pieces.length === 0
        ? chunk.toString("utf8", from, to)
        : Buffer.concat([...pieces, chunk.subarray(from, to)]).toString("utf8");
    this.taker(parsed(text));
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new SplitError("the answer is no JSON: is this a master of Mesos?");
  }
}
