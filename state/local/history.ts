/**
 * Earlier states as numbered files. What an operation left behind (`<serial>.json`) is kept longer than the steps within
 * one (`<serial>.step.json`), else one long apply would push out every state from before it.
 */
import { join } from "node:path";
import type { HistoryEntry } from "../backend.js";
import { HEADER_BYTES, peekHeader } from "../codec.js";
import { errorCode, ifPresent, type StateFiles } from "./files.js";

export const KEPT_OPERATIONS = 50;
export const KEPT_STEPS = 10;

export type HistoryKind = "operation" | "step";

export interface HistoryLimits {
  readonly operations: number;
  readonly steps: number;
}

interface HistoryFile {
  readonly name: string;
  readonly serial: number;
  readonly kind: HistoryKind;
}

export class HistoryFolder {
  constructor(
    readonly path: string,
    private readonly files: StateFiles,
    private readonly limits: HistoryLimits,
  ) {}

  /** Serials that are kept, highest first. */
  async serials(): Promise<number[]> {
    return [...new Set((await this.list()).map((file) => file.serial))];
  }

  /** Newest first; a file without a readable head (torn, foreign) is left out: reading it by number tells why. */
  async entries(): Promise<HistoryEntry[]> {
    const entries: HistoryEntry[] = [];
    for (const file of await this.list()) {
      const head = await ifPresent(this.files.readHead(join(this.path, file.name), HEADER_BYTES));
      const header = head === null ? null : peekHeader(head);
      if (header === null || header.serial !== file.serial) continue;
      const { lineage: _lineage, ...entry } = header;
      entries.push(entry);
    }
    return entries;
  }

  /** The bytes of an earlier state and where they lie, or null. */
  async read(serial: number): Promise<{ readonly bytes: Buffer; readonly path: string } | null> {
    for (const kind of ["operation", "step"] as const) {
      const path = join(this.path, fileName(serial, kind));
      const bytes = await ifPresent(this.files.readFile(path));
      if (bytes !== null) return { bytes, path };
    }
    return null;
  }

  /** Gives the present state file a second name here, before it is replaced; costs no copying. */
  async keep(stateFile: string, serial: number, kind: HistoryKind): Promise<void> {
    await this.files.mkdir(this.path);
    const path = join(this.path, fileName(serial, kind));
    // There already after a crash between here and the replacement, or after an older state was put back by hand.
    for (const each of ["operation", "step"] as const) {
      await ifPresent(this.files.unlink(join(this.path, fileName(serial, each))));
    }
    try {
      await this.files.link(stateFile, path);
    } catch (error) {
      if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(errorCode(error))) throw error;
      await this.files.copyFile(stateFile, path);
    }
    await this.files.syncFolder(this.path);
  }

  /** Writes every entry anew, as `convert` gives it; entries it cannot read stay as they are. */
  async rewrite(convert: (bytes: Buffer, path: string) => Buffer | null): Promise<void> {
    for (const file of await this.list()) {
      const path = join(this.path, file.name);
      const converted = convert(await this.files.readFile(path), path);
      if (converted === null) continue;
      const aside = `${path}.tmp`;
      await ifPresent(this.files.unlink(aside));
      await this.files.writeNew(aside, converted);
      await this.files.rename(aside, path);
    }
  }

  /** Removes what is beyond the limits, and files left by a crash. Only for the holder of the lock. */
  async prune(presentSerial: number): Promise<void> {
    const names = (await ifPresent(this.files.readdir(this.path))) ?? [];
    // Numbers above the present one are from before an older state was put back: kept until they are passed.
    const files = parseNames(names).filter((file) => file.serial < presentSerial);
    const operations = files.filter((file) => file.kind === "operation").slice(this.limits.operations);
    const steps = files.filter((file) => file.kind === "step").slice(this.limits.steps);
    const surplus = [...operations, ...steps].map((file) => file.name);
    for (const name of [...surplus, ...names.filter((each) => each.endsWith(".tmp"))]) {
      await ifPresent(this.files.unlink(join(this.path, name)));
    }
  }

  private async list(): Promise<HistoryFile[]> {
    return parseNames((await ifPresent(this.files.readdir(this.path))) ?? []);
  }
}

function fileName(serial: number, kind: HistoryKind): string {
  return kind === "operation" ? `${serial}.json` : `${serial}.step.json`;
}

/** Highest serial first. */
function parseNames(names: readonly string[]): HistoryFile[] {
  const files: HistoryFile[] = [];
  for (const name of names) {
    const match = /^(\d+)(\.step)?\.json$/.exec(name);
    if (match === null) continue;
    files.push({ name, serial: Number(match[1]), kind: match[2] === undefined ? "operation" : "step" });
  }
  return files.sort((a, b) => b.serial - a.serial);
}
