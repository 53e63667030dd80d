/**
 * Processes that are killed before every single step of taking the lock, writing and releasing; and many that do it at once.
 * Afterwards the state is the old or the new one, the history fits, and the next process goes on without anybody's help.
 */
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseKey } from "../../state/encryption.js";
import { createLocalBackend } from "../../state/local/backend.js";
import { createLockOwner } from "../../state/owner.js";
import { inFolder, runProcess } from "./processes.js";
import { goneOwner, KEY_HEX, successor } from "./sample.js";

const crash = suite("local state after a crash");
const PROCESS = "writing-process.js";
const AT_ONCE = 3;

async function prepare(folder: string, key = ""): Promise<void> {
  mkdirSync(folder);
  const ended = await runProcess(PROCESS, [folder, "0", "3", "0", key]);
  assert.is(ended.code, 0, ended.output);
}

function open(folder: string, key: string) {
  const bytes = parseKey(key);
  return createLocalBackend({
    directory: folder,
    keys: bytes === null ? {} : { current: { bytes, reference: "test" } },
  });
}

/** What must hold in a folder in which a process was killed while it wrote the states 4 and 5. */
async function checkAfterwards(folder: string, key: string, reported: string, step: number): Promise<void> {
  const where = `killed before step ${step}`;
  const backend = open(folder, key);
  const lock = await backend.lock({ owner: createLockOwner("test"), timeoutMs: 0 });
  const state = await backend.read();
  assert.ok(state !== null, where);
  const serial = state?.serial ?? 0;
  const lastReported = Number(/wrote (\d+)\n(?!.*wrote)/s.exec(reported)?.[1] ?? "3");
  assert.ok(
    serial === lastReported || serial === lastReported + 1,
    `${where}: ${serial} after ${lastReported}`,
  );
  assert.is(Object.keys(state?.resources ?? {}).length, serial, where);
  for (const entry of await backend.history()) {
    assert.is((await backend.readHistory(entry.serial)).serial, entry.serial, where);
  }
  assert.is((await backend.history()).length, serial - 1, where);
  await backend.write(successor(state), lock);
  await lock.release();
  assert.equal(readdirSync(folder).sort(), [".gitignore", "history", "state.json"], where);
  const expected = serial;
  assert.is(readdirSync(join(folder, "history")).length, expected, where);
}

/** Kills one process before each of its steps in turn, from the same beginning each time; returns how many there were. */
async function killAtEveryStep(folder: string, key: string, staleLock: boolean): Promise<number> {
  const beginning = join(folder, "beginning");
  await prepare(beginning, key);
  if (staleLock) writeFileSync(join(beginning, "lock"), JSON.stringify(goneOwner()));
  let done = 0;
  for (let first = 1; done === 0; first += AT_ONCE) {
    const steps = Array.from({ length: AT_ONCE }, (_, offset) => first + offset);
    await Promise.all(
      steps.map(async (step) => {
        const copy = join(folder, `step-${step}`);
        cpSync(beginning, copy, { recursive: true });
        const ended = await runProcess(PROCESS, [copy, String(step), "2", "0", key]);
        if (ended.signal === "SIGKILL") await checkAfterwards(copy, key, ended.output, step);
        else done = Math.max(done, ended.code === 0 ? step : 0);
        if (ended.signal === null) assert.match(ended.output, /released/);
      }),
    );
  }
  return done;
}

crash("the old or the new state, whichever step a process is killed at", async () => {
  const steps = await inFolder((folder) => killAtEveryStep(folder, "", false));
  assert.ok(steps > 30, `only ${steps} steps were tried`);
});

crash("the same with encryption and while taking over a stale lock", async () => {
  const steps = await inFolder((folder) => killAtEveryStep(folder, KEY_HEX, true));
  assert.ok(steps > 40, `only ${steps} steps were tried`);
});

crash("twenty processes at once lose no write and give each other the lock", async () => {
  await inFolder(async (folder) => {
    const directory = join(folder, "state");
    await prepare(directory);
    writeFileSync(join(directory, "lock"), JSON.stringify(goneOwner()));
    const ended = await Promise.all(
      Array.from({ length: 20 }, () => runProcess(PROCESS, [directory, "0", "2", "60000", ""])),
    );
    for (const each of ended) assert.is(each.code, 0, each.output);
    const state = await open(directory, "").read();
    assert.is(state?.serial, 43);
    assert.is(Object.keys(state?.resources ?? {}).length, 43);
    assert.equal(readdirSync(directory).sort(), [".gitignore", "history", "state.json"]);
  });
});

crash("of many processes that find one stale lock exactly one gets it", async () => {
  await inFolder(async (folder) => {
    const directory = join(folder, "state");
    await prepare(directory);
    for (let round = 0; round < 2; round += 1) {
      writeFileSync(join(directory, "lock"), JSON.stringify(goneOwner()));
      const args = [directory, join(folder, `spoken-${round}`), "8"];
      const ended = await Promise.all(
        Array.from({ length: 8 }, () => runProcess("holding-process.js", args)),
      );
      const winners = ended.filter((each) => each.output.includes("holding"));
      assert.is(winners.length, 1, ended.map((each) => each.output).join());
    }
  });
});

crash.run();
