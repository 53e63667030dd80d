/** What `{…}` means in the arguments and the environment of a framework. Text only. */

/** Every placeholder there is. */
export const PLACEHOLDERS = [
  "id",
  "ip",
  "hostname",
  "port",
  "data",
  "master",
  "masterFile",
  "zk",
  "zkFile",
  "zkServers",
  "zkPath",
] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

const KNOWN = new RegExp(`\\{(${PLACEHOLDERS.join("|")})\\}`, "g");

/** The placeholders in a text, in order. */
export function placeholdersIn(text: string): Placeholder[] {
  return [...text.matchAll(KNOWN)].map(([, name]) => name as Placeholder);
}

/** The text with values in their places; other braces stay as they are. */
export function fillPlaceholders(text: string, values: Readonly<Record<Placeholder, string>>): string {
  return text.replaceAll(KNOWN, (_, name: Placeholder) => values[name]);
}
