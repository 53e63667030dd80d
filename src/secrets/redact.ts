/**
 * Takes known secrets out of a text before it is printed: servers repeat in their messages what was sent to them. Pure.
 * It is the last line of defence, never the reason to put a secret into a text.
 */

export const REDACTED = "(secret)";

/** Below this length a secret is replaced only where it stands alone, else ordinary words would be torn apart. */
const SHORT = 4;
/** Lines of a longer secret (PEM, key files) that are worth hiding on their own. */
const MIN_LINE = 12;

/** `text` with every form of the secrets replaced: as is, as in JSON, URL-encoded, base64, hex, and their long lines. */
export function redactSecrets(text: string, secrets: Iterable<Buffer>): string {
  const forms = new Set<string>();
  for (const secret of secrets) for (const form of formsOf(secret)) forms.add(form);
  // Longest first: a secret that contains another one goes as a whole.
  const ordered = [...forms].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return ordered.reduce(replaceForm, text);
}

function replaceForm(text: string, form: string): string {
  if (form.length >= SHORT) return text.includes(form) ? text.split(form).join(REDACTED) : text;
  return text.replace(new RegExp(`(?<![\\w])${escapeRegExp(form)}(?![\\w])`, "g"), REDACTED);
}

function formsOf(secret: Buffer): string[] {
  if (secret.length === 0) return [];
  const encoded = [secret.toString("base64"), secret.toString("base64url"), secret.toString("hex")].filter(
    (form) => form.length >= MIN_LINE,
  );
  const text = secret.toString("utf8");
  if (!Buffer.from(text, "utf8").equals(secret)) return encoded;
  const trimmed = text.trim();
  if (trimmed === "") return encoded;
  const lines = trimmed
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= MIN_LINE && !line.startsWith("-----"));
  return [...encoded, text, trimmed, jsonForm(trimmed), encodeURIComponent(trimmed), ...lines].filter(
    (form) => form.length > 0,
  );
}

function jsonForm(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
