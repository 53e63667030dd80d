/**
 * The usual form of a configuration file, for `ferry fmt`: apiVersion, kind, metadata and spec in this order, two blanks
 * of indentation, one line end at the end. Comments, blank lines, anchors and the way values are written stay. Computes
 * only; never changes what the text means: where that cannot be guaranteed the text is left as it is.
 */
import { type Document, isCollection, isMap, isScalar, type ParsedNode, visit, YAMLMap, YAMLSeq } from "yaml";
import type { Diagnostic, Outcome } from "../diagnostics/diagnostic.js";
import { canonicalJson } from "../value/json.js";
import { Report } from "./report.js";
import { SourceFile } from "./sources.js";
import { composeYaml, parseYaml } from "./yaml/parse.js";

const TOP = ["apiVersion", "kind", "metadata", "spec"];
const METADATA = ["name", "labels", "dependsOn", "lifecycle"];
/** Formatting again until nothing changes ends after this many rounds at the latest. */
const ROUNDS = 4;

/** Known keys first, in their order; others stay behind them as they were. */
function orderKeys(map: YAMLMap, order: readonly string[]): void {
  const rank = (key: unknown): number => {
    const at = isScalar(key) ? order.indexOf(String(key.value)) : -1;
    return at < 0 ? order.length : at;
  };
  const { items } = map;
  if (items.every((pair, index) => index === 0 || rank(items[index - 1]?.key) <= rank(pair.key))) return;
  // A comment before the first key is the map's, not the key's: it would stay where it is, in front of another key.
  items.sort((a, b) => rank(a.key) - rank(b.key));
}

/** Anchors must come before their aliases, so that documents with aliases keep their order. */
function hasAlias(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

type Stringify = YAMLMap["toString"];

/** `{ a: 1 }` and `[a, b]`: the library pads maps and lists alike, so each brings its own padding. */
function padCollections(document: Document): void {
  const padded = (collection: YAMLMap | YAMLSeq, padding: string): void => {
    const prototype: { toString: Stringify } =
      collection instanceof YAMLMap ? YAMLMap.prototype : YAMLSeq.prototype;
    const stringify: Stringify = (context, ...rest) => {
      const own = context === undefined ? context : { ...context, flowCollectionPadding: padding };
      return prototype.toString.call(collection as YAMLMap, own, ...rest);
    };
    Object.defineProperty(collection, "toString", { value: stringify });
  };
  visit(document, { Map: (_, map) => padded(map, " "), Seq: (_, list) => padded(list, "") });
}

/** Begins a comment that stood behind its key; the library would put it on a line of its own. */
const BEHIND = "\u0001";

/** Marks comments as in `key: # comment`, followed by a block on the next lines. */
function markCommentsBehindKeys(document: Document, text: string): void {
  visit(document, {
    Pair: (_, { key, value }) => {
      if (
        !isScalar(key) ||
        !isCollection(value) ||
        value.commentBefore === undefined ||
        value.commentBefore === null
      )
        return;
      const between = text.slice(key.range?.[1] ?? 0, value.range?.[0] ?? 0);
      if (/^[ \t]*:[ \t]+#/.test(between)) value.commentBefore = `${BEHIND}${value.commentBefore}`;
    },
  });
}

function formatDocument(document: Document, source: string): string {
  const root = document.contents;
  if (isMap(root) && !hasAlias(document)) {
    orderKeys(root, TOP);
    const metadata = root.get("metadata", true);
    if (isMap(metadata)) orderKeys(metadata, METADATA);
  }
  padCollections(document);
  markCommentsBehindKeys(document, source);
  const text = document.toString({ indent: 2, lineWidth: 0, directives: null });
  const joined = text.replaceAll(new RegExp(`\\n *#${BEHIND}`, "g"), " #");
  return joined.endsWith("\n") ? joined : `${joined}\n`;
}

/** One pass; undefined when the text has something that cannot be written back safely. */
function pass(text: string): string | undefined {
  if (text.includes(BEHIND)) return undefined;
  const parts: string[] = [];
  for (const document of composeYaml(text)) {
    if (document.errors.length > 0 || document.directives.yaml.explicit === true) return undefined;
    if (Object.keys(document.directives.tags).length > 1) return undefined;
    parts.push(formatDocument(document as Document<ParsedNode>, text));
  }
  const body = parts.map((part) => part.replace(/^---\n/, ""));
  if (body.some((part) => /^(---|\.\.\.)( |$)/m.test(part))) return undefined;
  return body.join("---\n");
}

/** All values in order, in one form: what a text means. */
function meaning(text: string): string | undefined {
  const { documents, problems } = parseYaml(text);
  return problems.length > 0
    ? undefined
    : documents.map((document) => canonicalJson(document.value)).join("\n");
}

function comments(text: string): number {
  return text.split("\n").filter((line) => /(^|\s)#/.test(line)).length;
}

function settle(text: string): string {
  const wanted = meaning(text);
  let last = text;
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = pass(last);
    if (next === undefined || meaning(next) !== wanted || comments(next) !== comments(text)) return text;
    if (next === last) return next;
    last = next;
  }
  return text;
}

function syntaxErrors(text: string, name: string): readonly Diagnostic[] {
  const report = new Report();
  const file = new SourceFile(name, name, text);
  for (const problem of parseYaml(text).problems) {
    report.error(problem.code, { file, span: problem.span }, problem.summary, problem);
  }
  return report.diagnostics();
}

/**
 * The text in its usual form; the same text when it is so already. `name` is for messages. No value, but diagnostics with
 * places, when the text is not valid YAML.
 */
export function formatYaml(text: string, name: string): Outcome<string> {
  const diagnostics = syntaxErrors(text, name);
  if (diagnostics.length > 0) return { diagnostics };
  const plain = text.replace(/^\uFEFF/, "").replace(/\r\n/g, "\n");
  const source = meaning(plain) === meaning(text) ? plain : text;
  return { value: settle(source), diagnostics: [] };
}
