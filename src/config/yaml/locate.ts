/**
 * Where a value stands in a YAML text. Composes the document again on demand: only errors need places, and syntax trees of
 * a large configuration would fill the memory.
 */
import { isAlias, isMap, isScalar, isSeq, type ParsedNode } from "yaml";
import type { ValuePath } from "../../schema/validators.js";
import { type ComposedDocument, composeYaml, type TextSpan } from "./parse.js";

interface Piece {
  /** Offset in the whole text. */
  readonly offset: number;
  readonly document: ComposedDocument | undefined;
}

/** Syntax trees of the documents that were asked for last, by their text. */
const KEPT = 16;
const recent = new Map<string, ComposedDocument | undefined>();

function composed(text: string): ComposedDocument | undefined {
  if (recent.has(text)) return recent.get(text);
  const [document] = composeYaml(text);
  recent.set(text, document);
  for (const oldest of recent.keys()) {
    if (recent.size <= KEPT) break;
    recent.delete(oldest);
  }
  return document;
}

/** The document whose content is at `span`, with the indentation of its first line. */
function pieceOf(text: string, span: TextSpan): Piece {
  const lineStart = text.lastIndexOf("\n", span.start - 1) + 1;
  const offset = text.slice(lineStart, span.start).trim() === "" ? lineStart : span.start;
  return { offset, document: composed(text.slice(offset, span.end)) };
}

interface Found {
  readonly key: ParsedNode | null;
  readonly value: ParsedNode | null;
}

function follow(node: ParsedNode | null, document: ComposedDocument): ParsedNode | null {
  return isAlias(node) ? ((node.resolve(document) ?? null) as ParsedNode | null) : node;
}

function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === "string" ? key.value : (key.source ?? String(key.value));
}

function step(node: ParsedNode, name: string | number, document: ComposedDocument): Found | undefined {
  if (isSeq(node)) {
    const item = typeof name === "number" ? node.items[name] : undefined;
    return item === undefined ? undefined : { key: null, value: item as ParsedNode };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.findLast((item) => keyText(item.key) === String(name));
  if (pair !== undefined) return { key: pair.key as ParsedNode, value: pair.value as ParsedNode | null };
  for (const item of node.items.filter((other) => keyText(other.key) === "<<")) {
    const merged = follow(item.value as ParsedNode | null, document);
    const sources = isSeq(merged) ? merged.items.map((s) => follow(s as ParsedNode, document)) : [merged];
    for (const source of sources) {
      const found = source === null ? undefined : step(source, name, document);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function span(node: ParsedNode | null): TextSpan | undefined {
  const range = node?.range;
  return range === undefined || range === null
    ? undefined
    : { start: range[0], end: Math.max(range[1], range[0] + 1) };
}

/**
 * The deepest value on `path` in the document at `within`; its key when `target` is "key" and it has one. A map or list
 * that lacks a step of the path is shown by its key: the value may be pages long.
 */
export function locate(text: string, within: TextSpan, path: ValuePath, target: "key" | "value"): TextSpan {
  const { offset, document } = pieceOf(text, within);
  if (document === undefined) return within;
  let at: Found = { key: null, value: document.contents };
  let depth = 0;
  for (const name of path) {
    const node = follow(at.value, document);
    const next = node === null ? undefined : step(node, name, document);
    if (next === undefined) break;
    at = next;
    depth += 1;
  }
  const complete = depth === path.length;
  const byKey = target === "key" || !complete;
  const wanted = byKey ? (at.key ?? firstKey(at.value, complete)) : (at.value ?? at.key);
  const found = span(wanted) ?? span(at.value);
  return found === undefined ? within : { start: found.start + offset, end: found.end + offset };
}

function firstKey(node: ParsedNode | null, whole: boolean): ParsedNode | null {
  return !whole && isMap(node) ? ((node.items[0]?.key ?? node) as ParsedNode) : node;
}
