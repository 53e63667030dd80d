/**
 * A disk that stops at the n-th step, for crash tests. Writing a file counts as four steps (nothing there, empty, half, not
 * flushed), because a process can die in each of these.
 */
import * as fs from "node:fs/promises";
import { diskFiles, type StateFiles } from "../../state/local/files.js";

/** Called before each step with its number (from 1) and what is about to be done. */
export type StepHook = (step: number, what: string) => void | Promise<void>;

export function stoppingFiles(hook: StepHook): StateFiles {
  let steps = 0;
  const step = async (what: string) => {
    steps += 1;
    await hook(steps, what);
  };
  return {
    async writeNew(path, content) {
      await step(`create ${path}`);
      await fs.writeFile(path, "", { flag: "wx", mode: 0o600 });
      const half = Math.floor(content.length / 2);
      await step(`write ${path}`);
      await fs.appendFile(path, content.subarray(0, half));
      await step(`write the rest of ${path}`);
      await fs.appendFile(path, content.subarray(half));
      await step(`flush ${path}`);
      await diskFiles.syncFolder(path);
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
