/**
 * Descriptions of protobuf messages, enough to read their JSON form as stout does: which fields there are, of what kind, which
 * are required. Unknown fields are dropped; the errors are Mesos' words.
 */

export type FieldKind =
  | "string"
  | "bytes"
  | "number"
  | "bool"
  | readonly string[]
  /** Any JSON object, kept as it is. */
  | "any"
  | Message;

export interface Field {
  readonly kind: FieldKind;
  readonly required?: true;
  readonly repeated?: true;
}

export interface Message {
  readonly [name: string]: Field;
}

export type Decoded = { readonly [name: string]: unknown };

export type Outcome =
  | { readonly kind: "message"; readonly value: Decoded }
  | { readonly kind: "refused"; readonly message: string };

/** Reads JSON text. The message is what follows `Failed to `. */
export function readJson(text: string): { value: unknown } | { message: string } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Mesos' parser names what follows the mistake; in all that was recorded the text had ended there.
    return { message: "syntax error at line 1 near: " };
  }
}

/** Wrong kinds come first, then all required fields that are missing, by path. */
export function decode(message: Message, json: unknown): Outcome {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return { kind: "refused", message: "Expecting a JSON object" };
  }
  try {
    const value = readMessage(message, json as Decoded);
    const missing = missingFields(message, value, "");
    if (missing.length === 0) return { kind: "message", value };
    return { kind: "refused", message: `Missing required fields: ${missing.join(", ")}` };
  } catch (error) {
    if (error instanceof WrongKind) return { kind: "refused", message: error.message };
    throw error;
  }
}

class WrongKind extends Error {}

function readMessage(message: Message, json: Decoded): Decoded {
  const read: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(message)) {
    const given = json[name];
    if (given === undefined || given === null) continue;
    const value = field.repeated === true ? readRepeated(name, field, given) : readOne(name, field, given);
    if (value !== undefined) read[name] = value;
  }
  return read;
}

function readRepeated(name: string, field: Field, given: unknown): unknown {
  if (!Array.isArray(given)) throw wrong(given, name);
  return (given as readonly unknown[]).map((item) => readOne(name, field, item));
}

function readOne(name: string, field: Field, given: unknown): unknown {
  const { kind } = field;
  if (Array.isArray(kind)) {
    if (typeof given !== "string") throw wrong(given, name);
    if (kind.includes(given)) return given;
    if (field.required === true) throw new WrongKind(`Failed to find enum for '${given}'`);
    return undefined;
  }
  switch (kind) {
    case "string":
    case "bytes":
      if (typeof given !== "string") throw wrong(given, name);
      return given;
    case "number":
      if (typeof given !== "number") throw wrong(given, name);
      return given;
    case "bool":
      if (typeof given !== "boolean") throw wrong(given, name);
      return given;
    default:
      if (typeof given !== "object" || given === null || Array.isArray(given)) throw wrong(given, name);
      return kind === "any" ? given : readMessage(kind as Message, given as Decoded);
  }
}

function wrong(given: unknown, name: string): WrongKind {
  const kind = Array.isArray(given) ? "array" : typeof given;
  return new WrongKind(`Not expecting a JSON ${kind} for field '${name}'`);
}

function missingFields(message: Message, value: Decoded, prefix: string): string[] {
  return Object.entries(message).flatMap(([name, field]): string[] => {
    const path = `${prefix}${name}`;
    const found = value[name];
    if (found === undefined) return field.required === true ? [path] : [];
    if (typeof field.kind !== "object" || Array.isArray(field.kind)) return [];
    const inner = field.kind as Message;
    if (field.repeated !== true) return missingFields(inner, found as Decoded, `${path}.`);
    return (found as readonly Decoded[]).flatMap((item, at) => missingFields(inner, item, `${path}[${at}].`));
  });
}

/** Shorthands for the tables of calls. */
export const field = {
  string: { kind: "string" },
  number: { kind: "number" },
  bool: { kind: "bool" },
  bytes: { kind: "bytes" },
  any: { kind: "any" },
} as const;

export function required(of: Field): Field {
  return { ...of, required: true };
}

export function repeated(of: Field): Field {
  return { ...of, repeated: true };
}

export function nested(message: Message): Field {
  return { kind: message };
}
