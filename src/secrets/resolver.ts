/**
 * Reads secrets where they are referred to, and only when asked. The content lives in memory for one command; it is never
 * written, printed or put into an error.
 */
import { createHash, scrypt, scryptSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve as resolvePath } from "node:path";
import type { SecretResolver } from "../../providers/provider.js";
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { redactSecrets } from "./redact.js";

export interface SecretResolverOptions {
  /** Directory of ferry.yaml, absolute; `file:` paths are relative to it. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The state's lineage: the same secret has other fingerprints in other projects. */
  readonly salt: string;
}

export interface ProjectSecrets extends SecretResolver {
  /** As fingerprint, computed off the main thread. */
  fingerprintLater(content: Buffer): Promise<string>;
  /** Replaces every secret resolved so far by `(secret)`: for texts of servers, logs and errors before printing. */
  redact(text: string): string;
  /** The same secrets with another salt: for use before the lineage is known. */
  withSalt(salt: string): ProjectSecrets;
}

/**
 * scrypt with N = 2^14, r = 8, p = 1 (16 MiB, some 40 ms): guessing a password from a fingerprint costs that for each
 * guess, while a project's few secrets stay quick to read.
 */
const KDF = { N: 16_384, r: 8, p: 1 } as const;
const FINGERPRINT_BYTES = 10;
const MAX_SECRET_BYTES = 16 * 1024 * 1024;

/** Secrets of one project. `resolve` rejects with DiagnosticError (`secret-…`) that names the reference only. */
export function createSecretResolver(options: SecretResolverOptions): ProjectSecrets {
  return new Resolver(options, new Map());
}

class Resolver implements ProjectSecrets {
  /** By SHA-256 of the content. */
  private readonly fingerprints = new Map<string, Promise<string> | string>();

  constructor(
    private readonly options: SecretResolverOptions,
    private readonly contents: Map<string, Promise<Buffer>>,
    private readonly seen: Buffer[] = [],
  ) {}

  resolve(reference: string): Promise<Buffer> {
    const known = this.contents.get(reference);
    if (known !== undefined) return known;
    const reading = readSecret(reference, this.options).then((content) => {
      this.seen.push(content);
      return content;
    });
    this.contents.set(reference, reading);
    // A failed read is not remembered: the file may be there at the next try.
    reading.catch(() => this.contents.delete(reference));
    return reading;
  }

  fingerprint(content: Buffer): string {
    const id = contentId(content);
    const known = this.fingerprints.get(id);
    if (typeof known === "string") return known;
    const made = scryptSync(content, this.options.salt, FINGERPRINT_BYTES, KDF).toString("hex");
    this.fingerprints.set(id, made);
    return made;
  }

  async fingerprintLater(content: Buffer): Promise<string> {
    const id = contentId(content);
    const known = this.fingerprints.get(id);
    if (known !== undefined) return known;
    const making = derive(content, this.options.salt).then((made) => {
      this.fingerprints.set(id, made);
      return made;
    });
    this.fingerprints.set(id, making);
    return making;
  }

  redact(text: string): string {
    return redactSecrets(text, this.seen);
  }

  withSalt(salt: string): ProjectSecrets {
    return new Resolver({ ...this.options, salt }, this.contents, this.seen);
  }
}

function derive(content: Buffer, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(content, salt, FINGERPRINT_BYTES, KDF, (error, key) =>
      error === null ? resolve(key.toString("hex")) : reject(error),
    );
  });
}

function contentId(content: Buffer): string {
  return createHash("sha256").update(content).digest("base64");
}

async function readSecret(reference: string, options: SecretResolverOptions): Promise<Buffer> {
  if (reference.startsWith("env:")) return readVariable(reference, options);
  if (reference.startsWith("file:")) return readSecretFile(reference, options);
  // The text may be a secret written in the wrong place: it is not repeated.
  throw refusal("secret-reference", "a secret is neither env:NAME nor file:PATH", {
    detail: "What is written there is not shown, because it may be the secret itself.",
    remedy: "Put the secret into an environment variable or a file and refer to it as env:NAME or file:PATH.",
  });
}

function readVariable(reference: string, options: SecretResolverOptions): Buffer {
  const name = reference.slice("env:".length);
  const text = options.env[name];
  if (text === undefined) {
    throw refusal("secret-missing", `cannot read the secret ${reference}: the variable is not set`, {
      remedy: `Set it for this command: ${name}=… ferry …`,
    });
  }
  if (text === "") {
    throw refusal("secret-empty", `cannot use the secret ${reference}: the variable is set but empty`, {
      remedy: `Give ${name} a value, or take the reference out of the configuration.`,
    });
  }
  return Buffer.from(text, "utf8");
}

async function readSecretFile(reference: string, options: SecretResolverOptions): Promise<Buffer> {
  const path = reference.slice("file:".length);
  const absolute = resolvePath(options.root, path);
  let content: Buffer;
  try {
    content = await readFile(absolute);
  } catch (error) {
    throw unreadable(reference, absolute, error as NodeJS.ErrnoException);
  }
  if (content.length > MAX_SECRET_BYTES) {
    throw refusal("secret-too-large", `cannot use the secret ${reference}: it has ${content.length} bytes`, {
      detail: `A secret may have up to ${MAX_SECRET_BYTES} bytes.`,
      remedy: "Check that the path names the right file.",
    });
  }
  const trimmed = withoutLineEnd(content);
  if (trimmed.length > 0) return trimmed;
  throw refusal("secret-empty", `cannot use the secret ${reference}: the file is empty`, {
    detail: `Looked at ${absolute}.`,
    remedy: "Write the secret into it.",
  });
}

function unreadable(reference: string, absolute: string, error: NodeJS.ErrnoException): DiagnosticError {
  const why =
    error.code === "ENOENT"
      ? "there is no such file"
      : error.code === "EACCES"
        ? "this user may not read it"
        : error.code === "EISDIR"
          ? "it is a folder"
          : `${error.code ?? error.message}`;
  const code = error.code === "ENOENT" ? "secret-missing" : "secret-unreadable";
  return refusal(code, `cannot read the secret ${reference}: ${why}`, {
    detail: `Looked at ${absolute} (paths are relative to the folder of ferry.yaml).`,
    remedy: "Create the file, make it readable for this user, or correct the reference.",
  });
}

/**
 * Editors and `echo` end a password file with a line end that is not part of the password: a file of one line of text
 * loses it. Everything else (key stores, PEM, several lines) is taken byte for byte.
 */
function withoutLineEnd(content: Buffer): Buffer {
  if (content.includes(0) || content.at(-1) !== 0x0a) return content;
  if (content.indexOf(0x0a) !== content.length - 1) return content;
  const end = content.at(-2) === 0x0d ? content.length - 2 : content.length - 1;
  return content.subarray(0, end);
}

function refusal(code: string, summary: string, more: Partial<Diagnostic>): DiagnosticError {
  return new DiagnosticError([errorDiagnostic(code, summary, more)]);
}
