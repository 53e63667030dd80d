/**
 * Where a value stands in a YAML text. Composes the text again on demand: only errors need places, and syntax trees of a
 * large configuration would fill the memory.
 */
import { isAlias, isMap, isScalar, isSeq, type ParsedNode } from "yaml";
import type { ValuePath } from "../../schema/validators.js";
import { type ComposedDocument, composeYaml, type TextSpan } from "./parse.js";

/** Syntax trees of the texts that were asked for last. */
const KEPT = 8;
const recent = new Map<string, ComposedDocument[]>();

function composed(text: string): ComposedDocument[] {
  const known = recent.get(text);
  if (known !== undefined) return known;
  const documents = [...composeYaml(text)];
  recent.set(text, documents);
  for (const oldest of recent.keys()) {
    if (recent.size <= KEPT) break;
    recent.delete(oldest);
  }
  return documents;
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

export interface Location {
  readonly span: TextSpan;
  /** How many steps of the path exist. */
  readonly depth: number;
}

/** The deepest value on `path` in the document `index` of `text`; its key when `target` is "key" and it has one. */
export function locate(text: string, index: number, path: ValuePath, target: "key" | "value"): Location {
  const document = composed(text)[index];
  if (document === undefined) return { span: { start: 0, end: 0 }, depth: 0 };
  let at: Found = { key: null, value: document.contents };
  let depth = 0;
  for (const name of path) {
    const node = follow(at.value, document);
    const next = node === null ? undefined : step(node, name, document);
    if (next === undefined) break;
    at = next;
    depth += 1;
  }
  // A map or list that lacks something is best shown by its key: the value may be pages long.
  const wanted = target === "key" || depth < path.length ? (at.key ?? at.value) : (at.value ?? at.key);
  const short = depth < path.length && at.key === null && isMap(at.value) ? firstKey(at.value) : wanted;
  return { span: span(short) ?? span(at.value) ?? { start: 0, end: 0 }, depth };
}

function firstKey(node: ParsedNode): ParsedNode | null {
  return isMap(node) ? ((node.items[0]?.key ?? node) as ParsedNode) : node;
}
