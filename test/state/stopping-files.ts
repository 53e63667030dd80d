/**
 * A disk that stops at the n-th step, for crash tests. Writing a file counts as four steps (nothing there, empty, half, not
 * flushed), because a process can die in each of these.
 */
import * as fs from "node:fs/promises";
import { diskFiles, type StateFiles } from "../../state/local/files.js";

/** Called before each step with its number (from 1) and what is about to be done. */
export type StepHook = (step: number, what: string) => void | Promise<void>;

const openFiles = new Set<fs.FileHandle>();

export function stoppingFiles(hook: StepHook): StateFiles {
  let steps = 0;
  const step = async (what: string) => {
    steps += 1;
    await hook(steps, what);
  };
  return {
    async writeNew(path, content) {
      await step(`create ${path}`);
      const file = await fs.open(path, "wx", 0o600);
      // A stopped process never comes to closing its files; they must not be collected as forgotten ones.
      openFiles.add(file);
      const half = Math.floor(content.length / 2);
      await step(`write ${path}`);
      await file.write(content.subarray(0, half));
      await step(`write the rest of ${path}`);
      await file.write(content.subarray(half));
      await step(`flush ${path}`);
      await file.sync();
      await file.close();
      openFiles.delete(file);
    },
    async readFile(path) {
      await step(`read ${path}`);
      return diskFiles.readFile(path);
    },
    async readHead(path, bytes) {
      await step(`read the head of ${path}`);
      return diskFiles.readHead(path, bytes);
    },
    async rename(from, to) {
      await step(`rename to ${to}`);
      await diskFiles.rename(from, to);
    },
    async link(existing, path) {
      await step(`link ${path}`);
      await diskFiles.link(existing, path);
    },
    async copyFile(from, to) {
      await step(`copy to ${to}`);
      await diskFiles.copyFile(from, to);
    },
    async unlink(path) {
      await step(`remove ${path}`);
      await diskFiles.unlink(path);
    },
    async readdir(path) {
      await step(`list ${path}`);
      return diskFiles.readdir(path);
    },
    async stat(path) {
      await step(`look at ${path}`);
      return diskFiles.stat(path);
    },
    async mkdir(path) {
      await step(`make ${path}`);
      await diskFiles.mkdir(path);
    },
    async syncFolder(path) {
      await step(`flush the folder ${path}`);
      await diskFiles.syncFolder(path);
    },
  };
}
