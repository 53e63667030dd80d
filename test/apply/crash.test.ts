/**
 * kill -9 at every single step of an apply, then apply again: it converges, nothing is there twice, nothing is left over,
 * and the apply after that has nothing to do.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../src/value/json.js";
import { createLocalBackend } from "../../state/local/backend.js";
import { ToyWorld } from "./toy.js";

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), "toy-apply.js");

type Row = readonly [name: string, spec: JsonObject, dependsOn: readonly string[]];

interface Report {
  /** Of the first apply. */
  readonly steps: number;
  /** What the second one still found to do. */
  readonly pending: number;
  readonly outcome: string;
}

const run = promisify(execFile);

async function apply(folder: string, rows: readonly Row[], dieAt: number): Promise<Report | "killed"> {
  try {
    const { stdout } = await run(process.execPath, [SCRIPT, folder, String(dieAt), JSON.stringify(rows)]);
    return JSON.parse(stdout) as Report;
  } catch (error) {
    if ((error as { signal?: string }).signal === "SIGKILL") return "killed";
    throw error;
  }
}

/** Two at a time. */
async function forEach(numbers: readonly number[], work: (number: number) => Promise<void>): Promise<void> {
  const waiting = [...numbers];
  const worker = async (): Promise<void> => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) await work(number);
  };
  await Promise.all([worker(), worker()]);
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

const BEFORE: readonly Row[] = [
  ["kept", { value: 1 }, []],
  ["changed", { value: 1 }, ["Toy/kept"]],
  ["reshaped", { value: 1, shape: "round" }, []],
  ["swapped", { value: 1, shape: "round", beside: true }, []],
  ["gone", { value: 1 }, []],
];
const AFTER: readonly Row[] = [
  ["kept", { value: 1 }, []],
  ["changed", { value: 2 }, ["Toy/kept"]],
  ["reshaped", { value: 1, shape: "square" }, []],
  ["swapped", { value: 1, shape: "square", beside: true }, []],
  ["new", { value: { $expression: [{ address: "Toy/reshaped", path: ["id"] }] } }, ["Toy/reshaped"]],
];

async function expectConverged(folder: string, rows: readonly Row[], where: string): Promise<void> {
  const again = await apply(folder, rows, 0);
  assert.ok(again !== "killed" && again.outcome === "complete", `${where}: ${JSON.stringify(again)}`);
  assert.is(again.pending, 0, `${where}: the next plan is empty`);
  const things = new ToyWorld(join(folder, "things")).things();
  const names = rows.map(([name]) => `Toy/${name}`).sort();
  assert.equal(
    things.map((thing) => thing.address).sort(),
    names,
    `${where}: each thing once, none left over`,
  );
  const state = await createLocalBackend({ directory: join(folder, "state") }).read();
  assert.equal(Object.keys(state?.resources ?? {}).sort(), names, `${where}: the state names them all`);
  for (const thing of things) {
    assert.equal(
      state?.resources[thing.address]?.identity,
      { id: thing.id },
      `${where}: ${thing.address} is the one recorded`,
    );
    assert.is(state?.resources[thing.address]?.intent, undefined, `${where}: nothing is under way`);
  }
}

const crash = suite("crash");

crash("the first apply, killed at every second step", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ferry-crash-"));
  const whole = await apply(join(folder, "whole"), BEFORE, 0);
  assert.ok(whole !== "killed" && whole.steps > 10);
  const every = upTo(whole.steps).filter((at) => at % 2 === 1);
  await forEach(every, async (at) => {
    const each = join(folder, String(at));
    // Parallel actions share writes, more or fewer of them each time: the last steps may not be reached.
    if ((await apply(each, BEFORE, at)) !== "killed")
      assert.ok(at > whole.steps - 6, `step ${at} of ${whole.steps}`);
    await expectConverged(each, BEFORE, `killed at step ${at}`);
  });
  rmSync(folder, { recursive: true });
});

crash("an apply that changes, replaces, deletes and creates, killed at each step", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ferry-crash-"));
  await apply(join(folder, "before"), BEFORE, 0);
  const copy = (name: string): string => {
    cpSync(join(folder, "before"), join(folder, name), { recursive: true });
    return join(folder, name);
  };
  const whole = await apply(copy("whole"), AFTER, 0);
  assert.ok(whole !== "killed" && whole.steps > 15);
  await forEach(upTo(whole.steps), async (at) => {
    const each = copy(String(at));
    if ((await apply(each, AFTER, at)) !== "killed")
      assert.ok(at > whole.steps - 6, `step ${at} of ${whole.steps}`);
    // Every third one is killed a second time, on the way back.
    if (at % 3 === 0) await apply(each, AFTER, 1 + (at % 7));
    await expectConverged(each, AFTER, `killed at step ${at}`);
  });
  rmSync(folder, { recursive: true });
});

crash.run();
