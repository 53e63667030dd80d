/** A process host in a temporary folder, whose processes all end with the test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRun } from "../../../providers/process/run-files.js";
import { ProcessRuntime } from "../../../providers/process/runtime.js";
import { isAlive } from "../../../providers/process/stat.js";
import type { UnitSpec } from "../../../providers/runtime.js";
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import { waitFor } from "../../harness/wait.js";

export const signal = new AbortController().signal;

/** A server that does nothing, politely. */
export const SLEEPER = ["sh", "-c", "echo started; exec sleep 300"];

export interface World {
  root: string;
  runtime: ProcessRuntime;
}

export function makeWorld(world: World): void {
  world.root = mkdtempSync(join(tmpdir(), "ferry process "));
  world.runtime = runtimeIn(world.root);
}

/** What a later ferry would have: nothing in memory. */
export function runtimeIn(root: string): ProcessRuntime {
  return new ProcessRuntime({ address: "Host/h1", projectRoot: root, workDir: "hosts/h1", java: "java" });
}

export async function endWorld({ root, runtime }: World): Promise<void> {
  for (const unit of await runtime.list({}, signal)) {
    await runtime.remove(unit.name, { purgeData: true }, signal);
  }
  rmSync(root, { recursive: true, force: true });
}

export function unit(more: Partial<UnitSpec> = {}): UnitSpec {
  return {
    name: "a-1",
    labels: { "ferry.address": "ZooKeeperEnsemble/a", "ferry.server": "1" },
    files: [],
    command: SLEEPER,
    environment: {},
    ports: [],
    limits: {},
    restart: "no",
    stopGraceMs: 5_000,
    ...more,
  };
}

export function unitRoot(root: string, name = "a-1"): string {
  return join(root, "hosts", "h1", "units", name);
}

/** The processes of a unit, from its files. */
export function runOf(root: string, name = "a-1") {
  return readRun(join(unitRoot(root, name), "run"));
}

/** Kills hard and waits until it is gone. */
export async function kill(target: { pid: number; startTime: string; bootId: string } | null): Promise<void> {
  if (target === null) throw new Error("there is no process to kill");
  process.kill(target.pid, "SIGKILL");
  await waitFor("the killed process is gone", 5_000, () => !isAlive(target));
}

/** The code and the text of the diagnostic it rejects with. */
export async function rejection(work: Promise<unknown>): Promise<{ code: string; text: string }> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const first = error.diagnostics[0];
    return { code: first?.code ?? "", text: [first?.summary, first?.detail, first?.remedy].join("\n") };
  }
  throw new Error("it did not reject");
}
