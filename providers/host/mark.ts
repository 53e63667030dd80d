/**
 * The owner mark in a process host's work directory: whose it is and with which spec it was made. Without it a directory
 * is not a host. Touches nothing but that file and the directory itself.
 */
import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";

export const MARK_FILE = "ferry-host.json";

export interface Mark {
  readonly version: 1;
  readonly lineage: string;
  /** The Host's address when it was last applied. */
  readonly address: string;
  readonly spec: JsonObject;
}

export function workDirectory(projectRoot: string, workDir: string): string {
  return resolve(projectRoot, workDir);
}

/** The mark, or null when the directory has none. Rejects with DiagnosticError when it cannot be read. */
export async function readMark(address: string, directory: string): Promise<Mark | null> {
  const file = join(directory, MARK_FILE);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : "";
    if (code === "ENOENT") return null;
    throw failure(address, file, "the host's mark cannot be read", error);
  }
  const mark = parseMark(text);
  if (mark !== null) return mark;
  throw new DiagnosticError([
    errorDiagnostic("host-mark-damaged", `${address}: ${file} is not a host's mark`, {
      address,
      detail: "Somebody edited it, or a newer ferry wrote it. Nothing was touched.",
      remedy: "Use the newer ferry, or put the file back from a copy.",
    }),
  ]);
}

/** Null when the text is torn or of another version. */
export function parseMark(text: string): Mark | null {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const { version, lineage, address, spec } = value;
  if (version !== 1 || typeof lineage !== "string" || typeof address !== "string" || !isObject(spec))
    return null;
  return { version, lineage, address, spec };
}

/** Makes the directory, private, and writes the mark as a whole. */
export async function writeMark(directory: string, mark: Mark): Promise<void> {
  const file = join(directory, MARK_FILE);
  const temporary = join(directory, `.${MARK_FILE}.${randomUUID()}`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(mark, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw failure(mark.address, directory, "the work directory cannot be made", error);
  }
}

/** A system error as a diagnostic. */
export function failure(address: string, path: string, what: string, error: unknown): DiagnosticError {
  if (error instanceof DiagnosticError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DiagnosticError([
    errorDiagnostic("host-failed", `${address}: ${what}: ${message}`, {
      address,
      detail: `Path: ${path}. No server was touched.`,
      remedy: "Mend what the message names, then run the command again.",
    }),
  ]);
}
