/**
 * Plain data: the only thing that flows between the folders of ferry.
 * Never add behaviour here; a value that needs it belongs to the folder that makes it.
 */

export type JsonPrimitive = null | boolean | number | string;
export type Json = JsonPrimitive | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** True for a JSON object, false for null, arrays and primitives. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The one textual form of a value: keys sorted by code unit, no blanks. Equal values give equal bytes, so it is what
 * fingerprints are taken over.
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) {
    let text = "[";
    for (const item of value as readonly Json[])
      text += text === "[" ? canonicalJson(item) : `,${canonicalJson(item)}`;
    return `${text}]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  let text = "{";
  for (const key of sortedKeys(value)) {
    text += `${text === "{" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`;
  }
  return `${text}}`;
}

/** Most objects come with sorted keys; looking is much quicker than sorting. */
function sortedKeys(value: JsonObject): string[] {
  const keys = Object.keys(value);
  for (let at = 1; at < keys.length; at += 1) {
    if ((keys[at - 1] ?? "") > (keys[at] ?? "")) return keys.sort();
  }
  return keys;
}
