/**
 * The usual form of a configuration file: two blanks of indentation, apiVersion–kind–metadata–spec in this order,
 * `{ a: 1 }` and `[a, b]` as Prettier writes them, one line end at the end. Comments, blank lines and the way values are
 * written stay. Computes only, and twice is once.
 */
import {
  type Document,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Pair,
  parseAllDocuments,
  visit,
  YAMLMap,
  YAMLSeq,
} from "yaml";
import { type Diagnostic, errorDiagnostic } from "../diagnostics/diagnostic.js";

const TOP = ["apiVersion", "kind", "metadata", "spec"];
const METADATA = ["name", "labels", "dependsOn", "lifecycle"];

export type Formatted =
  | { readonly kind: "formatted"; readonly text: string }
  | { readonly kind: "invalid"; readonly diagnostics: readonly Diagnostic[] };

/** `file` is for messages only. */
export function formatYaml(text: string, file: string): Formatted {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, keepSourceTokens: false });
  if (!Array.isArray(documents)) return { kind: "formatted", text: "" };
  const errors = documents.flatMap((document) => document.errors);
  if (errors.length > 0) {
    return {
      kind: "invalid",
      diagnostics: errors.map((error) => problem(error.message, error.pos[0], file, lines, text)),
    };
  }
  const parts = documents.map((document) => documentText(document as Document));
  return { kind: "formatted", text: parts.join("---\n") };
}

function problem(
  message: string,
  offset: number,
  file: string,
  lines: LineCounter,
  text: string,
): Diagnostic {
  const { line, col } = lines.linePos(offset);
  const position = { line, column: col };
  return errorDiagnostic("yaml-syntax", `cannot format ${file}: ${message.split("\n")[0] ?? ""}`, {
    detail: "The file was not changed.",
    remedy: "Correct the YAML first; `ferry validate` shows all problems.",
    source: { file, start: position, end: position },
    sourceText: text.split("\n")[line - 1] ?? "",
  });
}

function documentText(document: Document): string {
  const root = document.contents;
  if (isMap(root)) {
    sortKeys(root, TOP);
    const metadata = root.get("metadata", true);
    if (isMap(metadata)) sortKeys(metadata, METADATA);
  }
  padCollections(document);
  // Separators are written between documents, not by each of them.
  const text = document.toString({ indent: 2, lineWidth: 0, directives: null });
  const body = text.replace(/^---\n/, "").replace(/^---(?= )/, "");
  return body.endsWith("\n") ? body : `${body}\n`;
}

type Stringify = YAMLMap["toString"];

/** The library pads maps and lists alike; here each kind of collection brings its own padding. */
function padCollections(document: Document): void {
  const padded = (collection: YAMLMap | YAMLSeq, padding: string): void => {
    const prototype: { toString: Stringify } =
      collection instanceof YAMLMap ? YAMLMap.prototype : YAMLSeq.prototype;
    const stringify: Stringify = (context, ...rest) =>
      prototype.toString.call(
        collection as YAMLMap,
        context === undefined ? context : { ...context, flowCollectionPadding: padding },
        ...rest,
      );
    Object.defineProperty(collection, "toString", { value: stringify });
  };
  visit(document, {
    Map: (_, map) => padded(map, " "),
    Seq: (_, list) => padded(list, ""),
  });
}

/** Known keys first, in the given order; the rest as they were. A comment above the first key stays above it. */
function sortKeys(map: YAMLMap, order: readonly string[]): void {
  const rank = (pair: Pair): number => {
    const key = isPair(pair) && isScalar(pair.key) ? String(pair.key.value) : "";
    const found = order.indexOf(key);
    return found < 0 ? order.length : found;
  };
  const sorted = [...map.items].sort((a, b) => rank(a as Pair) - rank(b as Pair));
  if (sorted.some((pair, index) => pair !== map.items[index])) map.items = sorted as typeof map.items;
}
