/**
 * The folder of a sandbox: the example's files with what was chosen for this machine, and a note of that. It never writes over a file
 * that it has not written itself, and never into a folder that is not a sandbox.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { installRoot } from "../../install/root.js";
import { isObject, type Json } from "../../value/json.js";
import {
  type Choice,
  candidates,
  choiceJson,
  endpointsIn,
  filled,
  readChoice,
  withoutIncludes,
} from "./choice.js";
import { firstTaken } from "./free.js";

/** Below the folder: what ferry keeps of the project, and the note. */
export const KEPT = ".ferry";
const NOTE = "sandbox.json";
const FORMAT_VERSION = 1;
const PROJECT_FILE = "ferry.yaml";

export interface Note {
  readonly choice: Choice;
  /** File → SHA-256 of what was written. */
  readonly files: Readonly<Record<string, string>>;
}

export interface Wanted {
  /** Null: as it was, or the first that is free. */
  readonly net: number | null;
  readonly portShift: number | null;
  readonly quick: boolean;
  readonly both: boolean;
}

export interface Prepared {
  readonly choice: Choice;
  /** It was not there. */
  readonly isNew: boolean;
  /** Files that somebody has changed, and that were left as they are. */
  readonly kept: readonly string[];
}

/** The note of the sandbox in the folder; null when there is none. Rejects with DiagnosticError when it cannot be read. */
export async function readNote(folder: string): Promise<Note | null> {
  const file = join(folder, KEPT, NOTE);
  if (!existsSync(file)) return null;
  const note = parseNote(await readFile(file, "utf8"));
  if (note !== null) return note;
  throw new DiagnosticError([
    errorDiagnostic("sandbox-note-damaged", `${file} is not the note of a sandbox`, {
      detail: "Somebody edited it, or a newer ferry wrote it. Nothing was touched.",
      remedy:
        "Use the newer ferry. Or remove what runs with `ferry destroy` in that folder, then delete the folder.",
    }),
  ]);
}

function parseNote(text: string): Note | null {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return null;
  }
  if (!isObject(value) || value["formatVersion"] !== FORMAT_VERSION || !isObject(value["files"])) return null;
  const choice = readChoice(value["choice"]);
  if (choice === null) return null;
  const files = Object.entries(value["files"]).map(([name, hash]) => [name, String(hash)] as const);
  return { choice, files: Object.fromEntries(files) };
}

/** Writes the files of a new sandbox, or brings those of an old one up to date. Rejects with DiagnosticError. */
export async function prepareSandbox(folder: string, wanted: Wanted): Promise<Prepared> {
  const note = await readNote(folder);
  if (note === null && existsSync(folder) && (await readdir(folder)).length > 0) throw foreignFolder(folder);
  const choice = note === null ? await chooseFree(wanted) : again(folder, note.choice, wanted);
  const files = await filesOf(choice);
  const mine = new Map(Object.entries(note?.files ?? {}));
  const kept: string[] = [];
  // First the note, so that a folder that was left half-written is still known as a sandbox.
  await writeNote(folder, { choice, files: { ...note?.files, ...hashesOf(files) } });
  for (const [name, text] of files) {
    const there = await readFile(join(folder, name), "utf8").catch(() => null);
    const foreign = there !== null && there !== text && mine.get(name) !== hashOf(there);
    if (foreign) kept.push(name);
    else await writeFile(join(folder, name), text);
  }
  return { choice, isNew: note === null, kept };
}

/** Removes the files that are as they were written, and the folder if nothing else is in it. Tells what stays. */
export async function removeSandbox(folder: string): Promise<readonly string[]> {
  const note = await readNote(folder);
  for (const [name, hash] of Object.entries(note?.files ?? {})) {
    const there = await readFile(join(folder, name), "utf8").catch(() => null);
    if (there !== null && hashOf(there) === hash) await rm(join(folder, name));
  }
  // The note last, so that a folder that was left half-removed is still known as a sandbox.
  const kept = (await readdir(join(folder, KEPT))).filter((name) => name !== NOTE);
  for (const name of kept) await rm(join(folder, KEPT, name), { recursive: true, force: true });
  await rm(join(folder, KEPT), { recursive: true, force: true });
  const left = await readdir(folder);
  if (left.length === 0) await rmdir(folder);
  return left.sort();
}

/** The example's files as `choice` has them, by name. */
export async function filesOf(choice: Choice): Promise<ReadonlyMap<string, string>> {
  const [one, two] = ["sandbox", "migration"].map((name) => join(installRoot(), "examples", name));
  const files = new Map<string, string>();
  for (const folder of [one, ...(choice.both ? [two] : [])]) {
    if (folder === undefined) continue;
    for (const name of (await readdir(folder)).filter((file) => file.endsWith(".yaml")).sort()) {
      const text = await readFile(join(folder, name), "utf8");
      files.set(name, filled(name === PROJECT_FILE ? withoutIncludes(text) : text, choice));
    }
  }
  return files;
}

async function chooseFree(wanted: Wanted): Promise<Choice> {
  let taken = "";
  for (const place of candidates(wanted)) {
    const choice = { ...place, quick: wanted.quick, both: wanted.both };
    // Side B may come later, and must find its ports free then.
    const texts = [...(await filesOf({ ...choice, both: true })).values()];
    const found = await firstTaken(endpointsIn(texts));
    if (found === null) return choice;
    taken = `${found.ip}:${found.port}`;
  }
  throw new DiagnosticError([
    errorDiagnostic("sandbox-no-room", `no room for a sandbox: ${taken} is taken, and so were all others`, {
      detail: "Nothing was written and nothing was started.",
      remedy: "Give other addresses and ports, for example --net 40 --port-shift 1000.",
    }),
  ]);
}

/** What was chosen before stays; being quick and having two sides can be added. */
function again(folder: string, before: Choice, wanted: Wanted): Choice {
  const { net, portShift } = wanted;
  if ((net ?? before.net) !== before.net || (portShift ?? before.portShift) !== before.portShift) {
    throw new DiagnosticError([
      errorDiagnostic("sandbox-elsewhere", `the sandbox in ${folder} is at other addresses or ports`, {
        detail: `It has --net ${before.net} --port-shift ${before.portShift}. Nothing was changed.`,
        remedy:
          "Leave the options out, remove it first (ferry sandbox down), or make another one with --dir.",
      }),
    ]);
  }
  return { ...before, quick: before.quick || wanted.quick, both: before.both || wanted.both };
}

function foreignFolder(folder: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("sandbox-foreign-folder", `${folder} is not empty, and no sandbox wrote it`, {
      detail: "Nothing was written and nothing was started.",
      remedy: "Choose another folder with --dir.",
    }),
  ]);
}

async function writeNote(folder: string, { choice, files }: Note): Promise<void> {
  await mkdir(join(folder, KEPT), { recursive: true });
  const file = join(folder, KEPT, NOTE);
  const text = JSON.stringify({ formatVersion: FORMAT_VERSION, choice: choiceJson(choice), files }, null, 2);
  await writeFile(`${file}.new`, `${text}\n`);
  await rename(`${file}.new`, file);
}

function hashesOf(files: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...files].map(([name, text]) => [name, hashOf(text)]));
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
