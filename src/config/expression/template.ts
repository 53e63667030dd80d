/**
 * The grammar of `${...}` inside strings: text → literals and references. Looks nothing up.
 *
 *   ${var.name.field}   ${each.key}   ${each.value.field}   ${Kind/name.field}   ${module.x["key"].Kind/name.field}
 *   fields: .word  ["any key"]  [0]  [id=3]      $${ is a literal ${
 */

/** A step into a value: a key, a position, or the item of a list whose field has a value. */
export type Step = string | number | { readonly field: string; readonly equals: string };

export interface AddressParts {
  readonly modules: readonly { readonly name: string; readonly key: string | null }[];
  readonly kind: string;
  readonly name: string;
}

export type Reference =
  | {
      readonly kind: "variable";
      readonly name: string;
      readonly steps: readonly Step[];
      readonly text: string;
    }
  | { readonly kind: "each"; readonly which: string; readonly steps: readonly Step[]; readonly text: string }
  | {
      readonly kind: "resource";
      readonly address: AddressParts;
      readonly steps: readonly Step[];
      readonly text: string;
    };

export type TemplatePart = string | Reference;

export interface TemplateFault {
  /** The faulty `${...}` as written. */
  readonly text: string;
  readonly summary: string;
  readonly remedy: string;
}

export interface Template {
  readonly parts: readonly TemplatePart[];
  readonly faults: readonly TemplateFault[];
}

const FORMS = `write \${var.name}, \${Kind/name.field} or, inside a module's inputs, \${each.key} and \${each.value}; $\${ is a literal \${`;
const ADDRESS = /^((?:module\.[a-z0-9-]+(?:\["(?:[^"\\]|\\.)*"\])?\.)*)([A-Za-z]+)\/([A-Za-z0-9_-]+)/;
const MODULE = /module\.([a-z0-9-]+)(\["(?:[^"\\]|\\.)*"\])?\./g;

function unquote(quoted: string): string {
  return JSON.parse(quoted) as string;
}

/** Splits `Kind/name`, `module.x.Kind/name`, `module.x["key"].Kind/name`; undefined when it is none of them. */
export function parseAddress(text: string): AddressParts | undefined {
  const match = ADDRESS.exec(text);
  return match !== null && match[0].length === text.length ? addressOf(match) : undefined;
}

function addressOf(match: RegExpExecArray): AddressParts {
  const modules = [...(match[1] ?? "").matchAll(MODULE)].map((m) => ({
    name: m[1] ?? "",
    key: m[2] === undefined ? null : unquote(m[2].slice(1, -1)),
  }));
  return { modules, kind: match[2] ?? "", name: match[3] ?? "" };
}

const STEP =
  /^(?:\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\[([A-Za-z_][A-Za-z0-9_-]*)=([^\]"]+)\])/;

function parseSteps(text: string): Step[] | undefined {
  const steps: Step[] = [];
  let rest = text;
  while (rest !== "") {
    const match = STEP.exec(rest);
    if (match === null) return undefined;
    const [whole, word, index, key, field, equals] = match;
    if (word !== undefined) steps.push(word);
    else if (index !== undefined) steps.push(Number(index));
    else if (key !== undefined) steps.push(unquote(key));
    else steps.push({ field: field ?? "", equals: equals ?? "" });
    rest = rest.slice(whole.length);
  }
  return steps;
}

function fault(text: string, summary: string, remedy: string): { fault: TemplateFault } {
  return { fault: { text, summary, remedy } };
}

function parseReference(body: string, text: string): Reference | { fault: TemplateFault } {
  const inner = body.trim();
  const head = /^(var|each)\.([A-Za-z_][A-Za-z0-9_-]*)/.exec(inner);
  const address = head === null ? ADDRESS.exec(inner) : null;
  const taken = head ?? address;
  if (taken === null) {
    if (inner === "") return fault(text, `the reference \${} is empty`, FORMS);
    if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(inner)) {
      return fault(text, `${text} names nothing: a variable is written \${var.${inner}}`, FORMS);
    }
    return fault(text, `${text} is not a reference`, FORMS);
  }
  const steps = parseSteps(inner.slice(taken[0].length));
  if (steps === undefined) {
    const rest = inner.slice(taken[0].length);
    return fault(
      text,
      `${text} cannot be read from "${rest}" on`,
      'fields follow as .word, ["key"], [0] or [id=3]; there are no operators and no functions',
    );
  }
  if (address !== null) return { kind: "resource", address: addressOf(address), steps, text };
  const [, scope, name = ""] = head ?? [];
  if (scope === "var") return { kind: "variable", name, steps, text };
  return { kind: "each", which: name, steps, text };
}

/** The end of the reference that begins at `from` (after `${`), quotes respected; -1 when it is not closed. */
function closingBrace(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === "\n") return -1;
    if (character === "\\" && quoted) at += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === "}" && !quoted) return at;
  }
  return -1;
}

/** Whether a string needs parsing at all. */
export function mayHoldReference(text: string): boolean {
  return text.includes("${");
}

/** Splits a string into literal text and references. */
export function parseTemplate(text: string): Template {
  const parts: TemplatePart[] = [];
  const faults: TemplateFault[] = [];
  let literal = "";
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf("${", at);
    if (next < 0) break;
    if (next > at && text[next - 1] === "$") {
      literal += `${text.slice(at, next - 1)}\${`;
      at = next + 2;
      continue;
    }
    literal += text.slice(at, next);
    const end = closingBrace(text, next + 2);
    if (end < 0) {
      const rest = text.slice(next).split("\n")[0] ?? "";
      faults.push({
        text: rest,
        summary: "a reference is opened with ${ and not closed",
        remedy: "close it with }; write $${ for a literal ${",
      });
      return { parts, faults };
    }
    const parsed = parseReference(text.slice(next + 2, end), text.slice(next, end + 1));
    if ("fault" in parsed) faults.push(parsed.fault);
    else {
      if (literal !== "") parts.push(literal);
      literal = "";
      parts.push(parsed);
    }
    at = end + 1;
  }
  literal += text.slice(at);
  if (literal !== "" || parts.length === 0) parts.push(literal);
  return { parts, faults };
}
