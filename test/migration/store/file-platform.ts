/**
 * A platform that is one file: a line for each effect, written through to the disk. It outlives the engines of a test, which are processes
 * that get killed.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Action } from "../../../src/migration/model/action.js";
import type { ActionRunner, Observer } from "../../../src/migration/model/ports.js";
import { undoneBy } from "../engine/model-platform.js";

export function effectsIn(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function effect(file: string, action: Action): void {
  const descriptor = openSync(file, "a");
  try {
    writeSync(descriptor, `${action.text}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function hasHappened(file: string, action: Action): boolean {
  const undone = undoneBy(action);
  const id = undone ?? action.id;
  const last = effectsIn(file).findLast((text) => text === `undo ${id}` || `${text.slice(3)} step` === id);
  return undone === null ? last?.startsWith("do ") === true : last?.startsWith("undo ") !== false;
}

/** @param stepMs before and after each effect */
export function fileRunner(file: string, stepMs: number): ActionRunner {
  return {
    async run(action, { signal }) {
      await delay(stepMs, undefined, { signal });
      effect(file, action);
      await delay(stepMs);
      return { text: `did ${action.id}`, facts: {} };
    },
    async probe(action) {
      return hasHappened(file, action)
        ? { kind: "done", outcome: { text: "it had happened", facts: {} } }
        : { kind: "not-done" };
    },
    async sustain() {},
    async close() {},
  };
}

export const quietObserver: Observer = {
  async observe() {
    const result = { kind: "known", value: 5, names: [] } as const;
    return { measurements: [{ name: "sync-lag-ms", side: null, atMs: Date.now(), result }] };
  },
  async close() {},
};
