/**
 * Encryption of the state at rest: AES-256-GCM in a versioned envelope. The header stays readable (it names no secret)
 * but is authenticated together with the body. Never falls back to plain text.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import type { SecretResolver } from "../providers/provider.js";
import { DiagnosticError, errorDiagnostic } from "../src/diagnostics/diagnostic.js";
import { isObject, type JsonObject } from "../src/value/json.js";

export const ENVELOPE_VERSION = 1;
const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface StateKey {
  /** 32 bytes; never printed. */
  readonly bytes: Buffer;
  /** Where it came from, e.g. `env:FERRY_STATE_KEY`, for messages. */
  readonly reference: string;
}

/**
 * Names the key that a state is still encrypted with while keys change, or `none` when it is still plain. The next
 * write uses the project's present key (or none), for the history too.
 */
export const OLD_KEY_VARIABLE = "FERRY_STATE_OLD_KEY";

export interface StateKeys {
  /** What is written; absent: plain. */
  readonly current?: StateKey | undefined;
  /** What may also be read; "none": plain is accepted although there is a key. */
  readonly previous?: StateKey | "none" | undefined;
}

/** What stands in the file instead of the body. All strings are base64 but keyId. */
export interface Envelope extends JsonObject {
  readonly envelopeVersion: number;
  readonly algorithm: string;
  /** Tells a wrong key from a damaged file: a keyed hash of a constant, 16 hex digits. */
  readonly keyId: string;
  readonly nonce: string;
  readonly tag: string;
  readonly ciphertext: string;
}

export type RandomBytes = (count: number) => Buffer;

/** The project's key and, while keys change, the one before (from FERRY_STATE_OLD_KEY). */
export async function loadStateKeys(
  reference: string | undefined,
  secrets: SecretResolver,
): Promise<StateKeys> {
  const oldReference = `env:${OLD_KEY_VARIABLE}`;
  const old = await secrets.resolve(oldReference).catch(() => undefined);
  return {
    current: reference === undefined ? undefined : await loadStateKey(reference, secrets),
    previous:
      old === undefined
        ? undefined
        : old.toString("utf8").trim() === "none"
          ? "none"
          : await loadStateKey(oldReference, secrets),
  };
}

/**
 * Reads the key named by `reference`: 32 bytes as 64 hex digits or as base64 (also base64url). Rejects with
 * DiagnosticError `state-key-…` without showing any of it.
 */
export async function loadStateKey(reference: string, secrets: SecretResolver): Promise<StateKey> {
  const text = (await secrets.resolve(reference)).toString("utf8").trim();
  const bytes = parseKey(text);
  if (bytes !== null) return { bytes, reference };
  throw new DiagnosticError([
    errorDiagnostic("state-key-invalid", `cannot use the state's encryption key ${reference}`, {
      detail: `It must be ${KEY_BYTES} bytes, written as 64 hex digits or as base64; what is there has another length or other characters. Nothing was read or written.`,
      remedy: "Make a key with: openssl rand -hex 32",
    }),
  ]);
}

/** Null when the text is neither form. */
export function parseKey(text: string): Buffer | null {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, "hex");
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const bytes = Buffer.from(text, "base64");
  return bytes.length === KEY_BYTES ? bytes : null;
}

export function keyId(key: StateKey): string {
  return createHmac("sha256", key.bytes).update("ferry state key id").digest("hex").slice(0, 16);
}

/** Encrypts `body`; `authenticated` is the readable part that must not be changed either. A fresh nonce each time. */
export function seal(
  body: Buffer,
  authenticated: string,
  key: StateKey,
  random: RandomBytes = randomBytes,
): Envelope {
  const nonce = random(NONCE_BYTES);
  const id = keyId(key);
  const cipher = createCipheriv(ALGORITHM, key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(id, authenticated));
  const ciphertext = Buffer.concat([cipher.update(body), cipher.final()]);
  return {
    envelopeVersion: ENVELOPE_VERSION,
    algorithm: ALGORITHM,
    keyId: id,
    nonce: nonce.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    ciphertext: ciphertext.toString("base64"),
  };
}

export type Unsealed =
  | { readonly kind: "opened"; readonly body: Buffer }
  | { readonly kind: "wrong-key"; readonly expected: string; readonly given: string }
  | { readonly kind: "newer"; readonly version: string }
  /** Malformed, or changed since it was written. */
  | { readonly kind: "tampered" };

/** Opens an envelope; never returns anything that was not sealed with this key and this `authenticated` text. */
export function unseal(envelope: unknown, authenticated: string, key: StateKey): Unsealed {
  if (!isObject(envelope)) return { kind: "tampered" };
  const { envelopeVersion, algorithm, keyId: storedId, nonce, tag, ciphertext } = envelope;
  if (envelopeVersion !== ENVELOPE_VERSION || algorithm !== ALGORITHM) {
    return typeof envelopeVersion === "number" && envelopeVersion > ENVELOPE_VERSION
      ? { kind: "newer", version: String(envelopeVersion) }
      : { kind: "tampered" };
  }
  const parts = [strictBase64(nonce), strictBase64(tag), strictBase64(ciphertext)] as const;
  const [nonceBytes, tagBytes, body] = parts;
  if (typeof storedId !== "string" || nonceBytes === null || tagBytes === null || body === null) {
    return { kind: "tampered" };
  }
  if (nonceBytes.length !== NONCE_BYTES || tagBytes.length !== TAG_BYTES) return { kind: "tampered" };
  const given = keyId(key);
  if (storedId !== given) return { kind: "wrong-key", expected: storedId, given };
  const decipher = createDecipheriv(ALGORITHM, key.bytes, nonceBytes, { authTagLength: TAG_BYTES });
  decipher.setAAD(additionalData(storedId, authenticated));
  decipher.setAuthTag(tagBytes);
  try {
    return { kind: "opened", body: Buffer.concat([decipher.update(body), decipher.final()]) };
  } catch {
    return { kind: "tampered" };
  }
}

function additionalData(id: string, authenticated: string): Buffer {
  return Buffer.from(`ferry-state-envelope ${ENVELOPE_VERSION} ${ALGORITHM} ${id}\n${authenticated}`, "utf8");
}

/** Refuses spellings that decode to the same bytes, so that every changed character is noticed. */
function strictBase64(value: unknown): Buffer | null {
  if (typeof value !== "string") return null;
  const bytes = Buffer.from(value, "base64");
  return bytes.toString("base64") === value ? bytes : null;
}
