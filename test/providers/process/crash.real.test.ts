/**
 * ferry killed hard at any moment of making, starting and removing a server: a later one finds what there is, never starts
 * a second server and leaves none behind.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../../harness/wait.js";
import { endWorld, makeWorld, signal, unit, unitRoot, type World } from "./fixture.js";

const crash = suite<World>("process units and a ferry that is killed");
crash.before.each(makeWorld);
crash.after.each(endWorld);

const CHILD = join(dirname(fileURLToPath(import.meta.url)), "crash-child.js");

/** Milliseconds after it begins; whatever it has done by then must be right. Without is to its end. */
const MOMENTS = [0, 3, 6, 9, 12, 16, 20, 25, 30, 40, 55, 75, 100];

/** A server that no other test has. */
const COMMAND = ["sleep", `300.${process.pid}`];

function servers(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1") === `${COMMAND.join("\0")}\0`;
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function killedAt(root: string, task: string, moment: number): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [CHILD, root, task, ...COMMAND], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const end = new Promise((resolve) => child.once("exit", resolve));
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  await delay(moment);
  child.kill("SIGKILL");
  await end;
}

for (const moment of MOMENTS) {
  crash(`making and starting, after ${moment} ms`, async ({ root, runtime }) => {
    await killedAt(root, "start", moment);
    const found = await runtime.inspect("a-1", signal);
    assert.is((await runtime.list({}, signal)).length, found === null ? 0 : 1);
    await runtime.ensure(unit({ command: COMMAND }), signal);
    const started = await runtime.start("a-1", signal);
    assert.is(started.running, true);
    await waitFor("the server is there", 5_000, () => servers().length > 0);
    assert.equal(servers(), [started.pid]);
    await runtime.stop("a-1", signal);
    assert.equal(servers(), []);
  });

  crash(`removing, after ${moment} ms`, async ({ root, runtime }) => {
    await runtime.ensure(unit({ command: COMMAND, stopGraceMs: 1_000 }), signal);
    await runtime.start("a-1", signal);
    await killedAt(root, "remove", moment);
    await runtime.remove("a-1", { purgeData: true }, signal);
    assert.is(await runtime.inspect("a-1", signal), null);
    assert.equal(servers(), []);
    assert.is(existsSync(unitRoot(root)), false);
  });
}

crash.run();
