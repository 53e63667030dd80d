/**
 * YAML text → plain values, one per document. Everything that JSON cannot hold, that could be read in two ways or that
 * would grow beyond measure is a problem with its place. Keeps no syntax tree: places are found again when needed.
 */
import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  Parser,
} from "yaml";
import type { Json, JsonObject } from "../../value/json.js";

/** Offsets into the text, end exclusive. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

export interface YamlProblem {
  readonly code: string;
  readonly summary: string;
  readonly detail?: string;
  readonly remedy: string;
  readonly span: TextSpan;
}

export interface YamlDocument {
  readonly value: Json;
  readonly span: TextSpan;
  /** False when values are left out because of a problem: UNREADABLE stands in their place. */
  readonly whole: boolean;
}

export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly YamlProblem[];
  /** False when a document is missing here because it is not valid YAML. */
  readonly complete: boolean;
}

export type ComposedDocument = Document.Parsed<ParsedNode>;

/** Stands for a value that could not be read and was reported; the same form as a broken reference. */
const UNREADABLE: Json = { $expression: [] };

/** Aliases may make a document this many values large, not larger. */
const MOST_VALUES = 1_000_000;

/** The syntax trees of all documents that are not empty, one after another. */
export function* composeYaml(text: string): Generator<ComposedDocument> {
  const lines = new LineCounter();
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, lineCounter: lines });
  const tokens = new Parser(lines.addNewLine).parse(text);
  for (const document of composer.compose(tokens)) {
    if (document.contents !== null || document.errors.length > 0) yield document as ComposedDocument;
  }
}

interface Anchored {
  readonly value: Json;
  readonly values: number;
}

interface Reading {
  readonly anchors: Map<string, Anchored>;
  readonly problems: YamlProblem[];
  values: number;
}

function spanOf(node: { range?: readonly [number, number, number] | null | undefined } | null): TextSpan {
  return { start: node?.range?.[0] ?? 0, end: node?.range?.[1] ?? 0 };
}

function problem(reading: Reading, code: string, span: TextSpan, summary: string, remedy: string): Json {
  reading.problems.push({ code, summary, remedy, span });
  return UNREADABLE;
}

function readScalar(node: ParsedNode & { value?: unknown; source?: string }, reading: Reading): Json {
  const { value } = node;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) {
      return problem(
        reading,
        "yaml-number",
        spanOf(node),
        `${node.source ?? value} is not a number that ferry knows`,
        "write a finite number, or quote it to make it text",
      );
    }
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      return problem(
        reading,
        "yaml-number",
        spanOf(node),
        `${node.source ?? value} has more digits than a number can hold exactly`,
        "quote it to make it text",
      );
    }
    return value;
  }
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (value === null || value === undefined) return null;
  return problem(
    reading,
    "yaml-value",
    spanOf(node),
    "this value is neither text, number, boolean nor null",
    "quote it to make it text",
  );
}

function readAlias(node: ParsedNode & { source: string }, reading: Reading): Json {
  const anchored = reading.anchors.get(node.source);
  if (anchored === undefined) {
    return problem(
      reading,
      "yaml-alias",
      spanOf(node),
      `the alias *${node.source} has no anchor before it in this document`,
      `put &${node.source} at the value that is meant; an anchor cannot hold an alias to itself, nor be in another document`,
    );
  }
  const before = reading.values;
  reading.values += anchored.values;
  if (before > MOST_VALUES) return UNREADABLE;
  if (reading.values > MOST_VALUES) {
    return problem(
      reading,
      "yaml-alias",
      spanOf(node),
      `with its aliases this document has more than ${MOST_VALUES} values`,
      "write the values out, or use fewer nested aliases",
    );
  }
  return anchored.value;
}

/** The text of a key; null (with a problem) when it cannot be one. */
function readKey(key: unknown, reading: Reading): string | null {
  const node = key as ParsedNode;
  const refuse = (code: string, summary: string, remedy: string): null => {
    problem(reading, code, spanOf(node), summary, remedy);
    return null;
  };
  if (!isScalar(node))
    return refuse("yaml-key", "a key must be a single word or text", "write `key: value` with a plain key");
  const name = typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
  if (name.startsWith("$"))
    return refuse(
      "reserved-key",
      `the key "${name}" begins with $, which ferry keeps for itself`,
      "choose another key; a znode with such a name can be declared by its path in a ZNode of its own",
    );
  if (name === "__proto__")
    return refuse("reserved-key", `the key "__proto__" cannot be used`, "choose another key");
  if (name === "" && node.source === "")
    return refuse("yaml-key", "a key is missing before the colon", "write `key: value`");
  return name;
}

/** `<<: *base` and `<<: [*a, *b]`: keys that are not written themselves, the first that has one winning. */
function mergeInto(
  result: Record<string, Json>,
  own: ReadonlySet<string>,
  merged: Json,
  node: ParsedNode | null,
  reading: Reading,
): void {
  const sources = Array.isArray(merged) ? (merged as readonly Json[]) : [merged];
  for (const source of sources) {
    if (typeof source !== "object" || source === null || Array.isArray(source)) {
      problem(
        reading,
        "yaml-merge",
        spanOf(node),
        "the merge key << takes a map or a list of maps",
        "write <<: *anchor, where the anchor is a map",
      );
      return;
    }
    for (const [key, value] of Object.entries(source as JsonObject)) {
      if (!own.has(key) && !Object.hasOwn(result, key)) result[key] = value;
    }
  }
}

function refuseRepetition(key: string, node: ParsedNode, reading: Reading): void {
  const summary = `the key "${key}" is there twice in this map`;
  problem(reading, "duplicate-key", spanOf(node), summary, "keep one of them");
}

function readMap(node: ParsedNode, reading: Reading): Json {
  if (!isMap(node)) return null;
  const result: Record<string, Json> = {};
  const keys = new Set<string>();
  const merges: { value: Json; node: ParsedNode | null }[] = [];
  for (const pair of node.items) {
    const valueNode = pair.value as ParsedNode | null;
    if (isScalar(pair.key) && pair.key.value === "<<" && pair.key.type === "PLAIN") {
      merges.push({ value: valueNode === null ? null : readNode(valueNode, reading), node: valueNode });
      continue;
    }
    const key = readKey(pair.key, reading);
    const value = valueNode === null ? null : readNode(valueNode, reading);
    if (key === null) continue;
    if (keys.has(key)) refuseRepetition(key, pair.key as ParsedNode, reading);
    keys.add(key);
    result[key] = value;
  }
  for (const merge of merges) mergeInto(result, keys, merge.value, merge.node, reading);
  return result;
}

function readNode(node: ParsedNode, reading: Reading): Json {
  if (isAlias(node)) return readAlias(node, reading);
  const before = reading.values;
  reading.values += 1;
  let value: Json;
  if (isScalar(node)) value = readScalar(node as ParsedNode & { value?: unknown; source?: string }, reading);
  else if (isSeq(node))
    value = node.items.map((item) => (item === null ? null : readNode(item as ParsedNode, reading)));
  else value = readMap(node, reading);
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, { value, values: reading.values - before });
  return value;
}

const REMEDIES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces; YAML allows no tabs there",
  BAD_INDENT: "bring keys of one map, and items of one list, to the same column",
  MISSING_CHAR: "close what was opened: a quote, a bracket or a brace; or put a blank after the colon",
  BAD_SCALAR_START: "quote the text: this character cannot begin plain text",
  BAD_DQ_ESCAPE: "write the backslash twice, or use single quotes",
  TAG_RESOLVE_FAILED: "leave the tag (!…) out: ferry knows none of its own; quote text that begins with !",
  MULTILINE_IMPLICIT_KEY: "a key must be on one line: quote it, or put the value on the line of its key",
  BLOCK_AS_IMPLICIT_KEY:
    "put the nested map on lines of its own, indented further than its key; quote text that holds a colon followed by a blank",
  UNEXPECTED_TOKEN: "look for a missing quote, dash or colon on this line or the one before",
  DUPLICATE_KEY: "keep one of them",
};

/** `{a: ${var.x}}`: braces and brackets end a plain text in YAML, so that a reference there must be quoted. */
function unquotedReference(text: string, offset: number): TextSpan | undefined {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const lineEnd = text.indexOf("\n", offset);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  const match = /[[{,:]\s*(\$\{[^}]*\}?)/.exec(line);
  if (match?.[1] === undefined || !/[{[]/.test(line.slice(0, match.index + 1))) return undefined;
  const start = lineStart + match.index + match[0].length - match[1].length;
  return { start, end: start + match[1].length };
}

/** What one document breaks first; what follows from that is noise. */
function syntaxProblem(document: ComposedDocument, text: string): YamlProblem | undefined {
  const [error] = [...document.errors, ...document.warnings];
  if (error === undefined) return undefined;
  const span = { start: error.pos[0], end: error.pos[1] };
  const reference = document.errors.length > 0 ? unquotedReference(text, span.start) : undefined;
  if (reference !== undefined) {
    return {
      code: "yaml-syntax",
      summary: "inside { } and [ ] a reference must be quoted",
      remedy: `write "${text.slice(reference.start, reference.end)}" in quotes, or use the form with one key per line`,
      span: reference,
    };
  }
  return {
    code: error.code === "TAG_RESOLVE_FAILED" ? "yaml-tag" : "yaml-syntax",
    summary: `this is not valid YAML: ${error.message.split("\n")[0]?.replace(/\.$/, "") ?? ""}`,
    remedy: REMEDIES[error.code] ?? "correct the YAML here; `ferry fmt` shows how ferry writes it",
    span,
  };
}

/** Reads every document of a text. */
export function parseYaml(text: string): YamlFile {
  const documents: YamlDocument[] = [];
  const problems: YamlProblem[] = [];
  let complete = true;
  for (const document of composeYaml(text)) {
    const syntax = syntaxProblem(document, text);
    if (syntax !== undefined) {
      problems.push(syntax);
      complete = false;
      continue;
    }
    const reading: Reading = { anchors: new Map(), problems: [], values: 0 };
    const value = document.contents === null ? null : readNode(document.contents, reading);
    problems.push(...reading.problems);
    if (value !== null)
      documents.push({ value, span: spanOf(document.contents), whole: reading.problems.length === 0 });
  }
  return { documents, problems, complete };
}

/** Reads one value as YAML, for variables given as text; undefined when it is not valid. */
export function parseYamlValue(text: string): Json | undefined {
  const { documents, problems } = parseYaml(text);
  if (problems.length > 0 || documents.length > 1) return undefined;
  return documents[0]?.value ?? null;
}
