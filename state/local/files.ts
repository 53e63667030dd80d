/**
 * What the local backend asks of a disk: the few calls it makes, so that a test can stop it at any one of them or fill the
 * disk. Adds nothing to them but names.
 */
import { constants, type Stats } from "node:fs";
import * as fs from "node:fs/promises";

export interface StateFiles {
  /** Creates a file that must not exist yet (mode 0600), writes `content` and flushes it to the disk. */
  writeNew(path: string, content: Buffer): Promise<void>;
  readFile(path: string): Promise<Buffer>;
  /** Up to `bytes` from the beginning. */
  readHead(path: string, bytes: number): Promise<Buffer>;
  /** Atomic; replaces what is there. */
  rename(from: string, to: string): Promise<void>;
  /** A second name for the same file; fails with EEXIST when the name is taken. */
  link(existing: string, path: string): Promise<void>;
  /** Fails with EEXIST when `to` exists. */
  copyFile(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<Stats>;
  mkdir(path: string): Promise<void>;
  /** Makes names created or changed in a folder durable. */
  syncFolder(path: string): Promise<void>;
}

export const STATE_FILE_MODE = 0o600;
const STATE_FOLDER_MODE = 0o700;

export const diskFiles: StateFiles = {
  async writeNew(path, content) {
    const file = await fs.open(path, "wx", STATE_FILE_MODE);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  readFile: (path) => fs.readFile(path),
  async readHead(path, bytes) {
    const file = await fs.open(path, "r");
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  },
  rename: (from, to) => fs.rename(from, to),
  link: (existing, path) => fs.link(existing, path),
  copyFile: (from, to) => fs.copyFile(from, to, constants.COPYFILE_EXCL),
  unlink: (path) => fs.unlink(path),
  readdir: (path) => fs.readdir(path),
  stat: (path) => fs.stat(path),
  async mkdir(path) {
    await fs.mkdir(path, { recursive: true, mode: STATE_FOLDER_MODE });
  },
  async syncFolder(path) {
    const folder = await fs.open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

export function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? "";
}

/** Gives null instead of an error when there is no such file. */
export async function ifPresent<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}
