/**
 * The folder of one migration: versions of its record, each written whole under a number that nobody had, and the inputs that wait.
 * That a number can be had only once is the compare-and-set: whoever comes second is refused. It decides nothing about owners.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { errorCode, ifPresent, type StateFiles } from "../../../../state/local/files.js";
import type { Input } from "../../model/ports.js";
import {
  type Changing,
  decodeChanging,
  decodeFixed,
  decodeInput,
  encodeChanging,
  encodeFixed,
  encodeInput,
  type Fixed,
} from "../codec.js";
import type { Waiting } from "../inbox.js";

const VERSION = /^record\.(\d{8})\.json$/;
const INPUT = /^\d{18}-.+\.json$/;
/** Earlier versions that are kept. */
const KEPT = 50;

export class MigrationFolder {
  private fixed: Fixed | null = null;
  private readonly inputs = new Map<string, Input | null>();

  constructor(
    readonly path: string,
    private readonly files: StateFiles,
  ) {}

  private get inbox(): string {
    return join(this.path, "inbox");
  }

  /** Makes the folder with the first version in it. */
  async create(fixed: Fixed, first: Changing): Promise<void> {
    await this.files.mkdir(this.inbox);
    await this.place("plan.json", encodeFixed(fixed));
    await this.write(first);
  }

  /** The newest version, or null when there is none. */
  async read(): Promise<Changing | null> {
    for (;;) {
      const newest = await this.newest();
      if (newest === 0) return null;
      const path = join(this.path, versionName(newest));
      const bytes = await ifPresent(this.files.readFile(path));
      // Gone between the two: a newer one has pushed it out.
      if (bytes !== null) return decodeChanging(bytes, await this.readFixed(), path);
    }
  }

  /** Number of the newest version, 0 when there is none. */
  async newest(): Promise<number> {
    const names = (await ifPresent(this.files.readdir(this.path))) ?? [];
    return Math.max(0, ...numbersOf(names));
  }

  /** False when the number of its revision is taken, or passed already. */
  async write(changing: Changing): Promise<boolean> {
    const { revision } = changing.record;
    if (!(await this.place(versionName(revision), encodeChanging(changing)))) return false;
    // A number that was taken once may be free again, because old versions are removed: the newest one never is.
    if ((await this.newest()) === revision) return true;
    await ifPresent(this.files.unlink(join(this.path, versionName(revision))));
    return false;
  }

  /** Removes old versions, inputs that were taken in, and what a crash left half written. Only for who owns it. */
  async tidy(newest: number, taken: readonly string[]): Promise<void> {
    for (const name of taken) await ifPresent(this.files.unlink(join(this.inbox, name)));
    const names = await this.files.readdir(this.path);
    for (const number of numbersOf(names)) {
      if (number < newest - KEPT) await ifPresent(this.files.unlink(join(this.path, versionName(number))));
    }
  }

  /** Removes what a crash left half written. Only for who has just become the owner. */
  async sweep(): Promise<void> {
    for (const folder of [this.path, this.inbox]) {
      const names = (await ifPresent(this.files.readdir(folder))) ?? [];
      for (const name of names.filter((each) => /^(record|plan)\..*\.tmp$/.test(each))) {
        await ifPresent(this.files.unlink(join(folder, name)));
      }
    }
  }

  /** @param atMs when it comes, as exactly as a clock tells: two of one millisecond keep their order */
  async put(input: Input, atMs: number): Promise<void> {
    const at = String(Math.round(atMs * 1_000)).padStart(18, "0");
    const name = `${at}-${randomBytes(6).toString("hex")}.json`;
    const aside = join(this.inbox, `${name}.tmp`);
    await this.files.mkdir(this.inbox);
    await this.files.writeNew(aside, encodeInput(input));
    await this.files.rename(aside, join(this.inbox, name));
    await this.files.syncFolder(this.inbox);
  }

  /** In the order they came, without those that are in the record already. */
  async waiting(taken: readonly string[]): Promise<readonly Waiting[]> {
    const names = ((await ifPresent(this.files.readdir(this.inbox))) ?? []).filter((name) =>
      INPUT.test(name),
    );
    const found: Waiting[] = [];
    for (const name of names.sort()) {
      if (taken.includes(name)) continue;
      const input = await this.input(name);
      if (input !== null) found.push({ name, input });
    }
    for (const known of this.inputs.keys()) if (!names.includes(known)) this.inputs.delete(known);
    return found;
  }

  /** Never changes once it is there, so it is read once. */
  private async input(name: string): Promise<Input | null> {
    const known = this.inputs.get(name);
    if (known !== undefined) return known;
    const bytes = await ifPresent(this.files.readFile(join(this.inbox, name)));
    if (bytes === null) return null;
    const input = decodeInput(bytes);
    this.inputs.set(name, input);
    return input;
  }

  private async readFixed(): Promise<Fixed> {
    const path = join(this.path, "plan.json");
    this.fixed ??= decodeFixed(await this.files.readFile(path), path);
    return this.fixed;
  }

  /** Whole under its name and durable; false when the name is taken. */
  private async place(name: string, bytes: Buffer): Promise<boolean> {
    const aside = join(this.path, `${name}.${randomBytes(6).toString("hex")}.tmp`);
    try {
      await this.files.writeNew(aside, bytes);
      await this.files.link(aside, join(this.path, name));
    } catch (error) {
      if (errorCode(error) === "EEXIST") return false;
      throw error;
    } finally {
      await ifPresent(this.files.unlink(aside));
    }
    await this.files.syncFolder(this.path);
    return true;
  }
}

function versionName(revision: number): string {
  return `record.${String(revision).padStart(8, "0")}.json`;
}

function numbersOf(names: readonly string[]): readonly number[] {
  return names.flatMap((name) => {
    const match = VERSION.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
}
