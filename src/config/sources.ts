/**
 * The files that a configuration is read from, and places in them. Reads files once, keeps their text for the places of
 * errors; interprets nothing.
 */
import { readFileSync } from "node:fs";
import { dirname, relative, sep } from "node:path";
import type { SourcePosition, SourceRange } from "../diagnostics/diagnostic.js";
import type { ValuePath } from "../schema/validators.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import { locate } from "./yaml/locate.js";
import type { TextSpan } from "./yaml/parse.js";

export class SourceFile {
  readonly directory: string;
  private starts: number[] | undefined;

  constructor(
    /** Absolute. */
    readonly path: string,
    /** As shown to users. */
    readonly name: string,
    readonly text: string,
  ) {
    this.directory = dirname(path);
  }

  private lineStarts(): number[] {
    if (this.starts !== undefined) return this.starts;
    const starts = [0];
    for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.starts = starts;
    return starts;
  }

  position(offset: number): SourcePosition {
    const starts = this.lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  range(span: TextSpan): SourceRange {
    return {
      file: this.name,
      start: this.position(span.start),
      end: this.position(Math.max(span.start, span.end)),
    };
  }

  /** The text of a line without its end; 1-based. */
  line(number: number): string {
    const starts = this.lineStarts();
    const from = starts[number - 1] ?? 0;
    const to = starts[number] ?? this.text.length + 1;
    return this.text.slice(from, to - 1).replace(/\r$/, "");
  }
}

/** One document as it was written. */
export interface RawDocument {
  readonly file: SourceFile;
  readonly kind: string;
  readonly name: string;
  readonly value: JsonObject;
  readonly span: TextSpan;
}

/** A document with the overlays that patch it; `origins` begins with the document itself. */
export interface MergedDocument {
  readonly kind: string;
  readonly name: string;
  readonly value: JsonObject;
  readonly origins: readonly RawDocument[];
}

/** A value within a document. */
export interface Place {
  readonly document: MergedDocument;
  readonly path: ValuePath;
  /** Mark the key instead of the value. */
  readonly target?: "key" | "value";
  /** Mark this part of the value. */
  readonly within?: string;
}

function depthOf(value: Json, path: ValuePath): number {
  let at: Json | undefined = value;
  let depth = 0;
  for (const name of path) {
    if (Array.isArray(at)) at = typeof name === "number" ? at[name] : undefined;
    else at = isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
    if (at === undefined) break;
    depth += 1;
  }
  return depth;
}

/** The document that a value was written in: the last overlay that holds it, else the document itself. */
export function originOf(document: MergedDocument, path: ValuePath): RawDocument {
  let best = document.origins[0];
  if (best === undefined) throw new Error(`${document.kind}/${document.name} comes from no document`);
  let bestDepth = depthOf(best.value, path);
  for (const overlay of document.origins.slice(1)) {
    const depth = depthOf(overlay.value, path);
    // Half a path in an overlay (`spec`) says nothing; the same depth as below means that it was overlaid.
    if (depth > bestDepth || (depth === bestDepth && depth === path.length)) {
      best = overlay;
      bestDepth = depth;
    }
  }
  return best;
}

export interface PlacedText {
  readonly source: SourceRange;
  readonly sourceText: string;
}

/** Finds a place in the files. */
export function placedText(place: Place): PlacedText {
  const origin = originOf(place.document, place.path);
  const span = locate(origin.file.text, origin.span, place.path, place.target ?? "value");
  let marked = span;
  if (place.within !== undefined) {
    const at = origin.file.text.slice(span.start, span.end).indexOf(place.within);
    if (at >= 0) marked = { start: span.start + at, end: span.start + at + place.within.length };
  }
  return textAt(origin.file, marked);
}

export function textAt(file: SourceFile, span: TextSpan): PlacedText {
  const source = file.range(span);
  return { source, sourceText: file.line(source.start.line) };
}

/** Reads a file; the error is the operating system's. */
export function openSource(path: string, name: string): SourceFile {
  const text = readFileSync(path, "utf8");
  return new SourceFile(path, name, text.startsWith("\uFEFF") ? text.slice(1) : text);
}

/** A path as users see it: relative to where ferry was started, with forward slashes. */
export function shownPath(directory: string, path: string): string {
  const shown = relative(directory, path).split(sep).join("/");
  return shown === "" ? "." : shown;
}
