/** HTTP basic credentials: reading their files, and asking who a request is from. Texts only. */
import { isObject, type Json, type JsonObject } from "../../../value/json.js";

/** Principal to secret. */
export type Credentials = ReadonlyMap<string, string>;

/** `{"credentials": [{principal, secret}]}`, or lines of `principal secret`. A sentence when it is neither. */
export function readCredentials(text: string): Credentials | string {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{")) {
    const pairs = trimmed.split("\n").map((line) => line.trim().split(/\s+/));
    return new Map(
      pairs.flatMap(([principal, secret]) => (principal && secret ? [[principal, secret]] : [])),
    );
  }
  try {
    const value = JSON.parse(trimmed) as Json;
    if (isObject(value) && typeof value["principal"] === "string") {
      return new Map([[value["principal"], String(value["secret"] ?? "")]]);
    }
    const list = isObject(value) ? value["credentials"] : undefined;
    if (!Array.isArray(list)) return "Expecting 'credentials' to be an array";
    return new Map(
      (list as readonly JsonObject[]).map(({ principal, secret }) => [String(principal), String(secret)]),
    );
  } catch (error) {
    return `Failed to parse credentials: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Null when the header names nobody of them with their secret. */
export function basicPrincipal(header: string | undefined, credentials: Credentials): string | null {
  const match = /^Basic\s+(\S+)$/i.exec(header ?? "");
  if (match === null) return null;
  const text = Buffer.from(match[1] ?? "", "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return null;
  const principal = text.slice(0, colon);
  return credentials.get(principal) === text.slice(colon + 1) ? principal : null;
}
