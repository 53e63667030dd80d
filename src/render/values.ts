/** Planned values as text for people: one line, harmless in a terminal and in Markdown. Knows no layout. */
import { isSecret, isSensitiveMark, isUnknown } from "../value/expression.js";
import { isObject, type Json } from "../value/json.js";

/** Longer texts are cut, saying so. */
const LONGEST = 2_000;

/** Control characters, and those that change the direction of a line, could make a reviewer read something else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
/** Most texts need no look at each character of the long list above. */
const HARMLESS = /^[ -~]*$/;
const PLAIN = /^[\w./:@%+=~^$*-]+$/;
const LOOKS_TYPED = /^(?:null|true|false|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+~@^]|\(.*)$/;

/** `text` with unsafe characters as \uXXXX. */
export function safeText(text: string): string {
  if (HARMLESS.test(text)) return text;
  return text.replace(UNSAFE, (unsafe) => `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A value on one line: plain words bare, other texts quoted, `{a: 1}`, `[1, 2]`. */
export function formatValue(value: Json): string {
  if (typeof value === "string") return formatText(value);
  if (isSecret(value)) return `(secret ${safeText(value.$secret)})`;
  if (isUnknown(value)) return "(known after apply)";
  if (isSensitiveMark(value)) return "(sensitive)";
  if (Array.isArray(value)) return `[${value.map((item: Json) => formatValue(item)).join(", ")}]`;
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => `${formatKey(key)}: ${formatValue(item)}`);
    return `{${entries.join(", ")}}`;
  }
  return JSON.stringify(value);
}

function formatText(text: string): string {
  if (PLAIN.test(text) && !LOOKS_TYPED.test(text) && text.length <= LONGEST) return text;
  if (text.length > LONGEST)
    return `${safeText(JSON.stringify(text.slice(0, LONGEST)))}… (${text.length} characters)`;
  return safeText(JSON.stringify(text));
}

function formatKey(key: string): string {
  return PLAIN.test(key) ? key : safeText(JSON.stringify(key));
}

/** An object or list whose parts can be shown one by one. */
export function isComposite(value: Json): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return (
    isObject(value) &&
    !isSecret(value) &&
    !isUnknown(value) &&
    !isSensitiveMark(value) &&
    Object.keys(value).length > 0
  );
}
