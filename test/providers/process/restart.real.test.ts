/** What the supervisor does when a server ends by itself. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../../harness/wait.js";
import { endWorld, kill, makeWorld, runOf, signal, unit, unitRoot, type World } from "./fixture.js";

const restart = suite<World>("process restarts");
restart.before.each(makeWorld);
restart.after.each(endWorld);

/** Notes each start, fails with the code in data/code, or stays when there is none. */
const COUNTING = [
  "sh",
  "-c",
  'echo x >>data/starts; [ -f data/code ] && exit "$(cat data/code)"; exec sleep 300',
];

function starts(root: string): number {
  const file = join(unitRoot(root), "data/starts");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
}

function setCode(root: string, code: number): void {
  writeFileSync(join(unitRoot(root), "data/code"), String(code));
}

restart("no: a dead server stays dead and the supervisor ends", async ({ root, runtime }) => {
  await runtime.ensure(unit({ command: COUNTING, restart: "no" }), signal);
  setCode(root, 3);
  await runtime.start("a-1", signal);
  await waitFor("the supervisor ended", 5_000, () => runOf(root).supervisor === null);
  assert.match((await runtime.inspect("a-1", signal))?.exit ?? "", /^exited with code 3 at /);
  assert.is(starts(root), 1);
});

restart("on-failure: a killed server comes back as another process", async ({ root, runtime }) => {
  await runtime.ensure(unit({ command: COUNTING, restart: "on-failure" }), signal);
  const { pid } = await runtime.start("a-1", signal);
  await kill(runOf(root).server);
  const again = await waitFor("it is started again", 10_000, async () => {
    const now = await runtime.inspect("a-1", signal);
    return now?.running ? now : null;
  });
  assert.ok(again.pid !== pid);
  const stopped = await runtime.stop("a-1", signal);
  assert.is(stopped.running, false);
  assert.is(runOf(root).supervisor, null, "nothing is left that could start it");
});

restart("on-failure: an end without an error is final; always: it is not", async ({ root, runtime }) => {
  await runtime.ensure(unit({ command: COUNTING, restart: "on-failure" }), signal);
  setCode(root, 0);
  await runtime.start("a-1", signal);
  await waitFor("the supervisor ended", 5_000, () => runOf(root).supervisor === null);
  assert.is(starts(root), 1);
  await runtime.ensure(unit({ command: COUNTING, restart: "always" }), signal);
  await runtime.start("a-1", signal);
  await waitFor("it was started again by itself", 10_000, () => starts(root) >= 3);
});

restart("between two starts it can be stopped, and started at once", async ({ root, runtime }) => {
  await runtime.ensure(unit({ command: COUNTING, restart: "always" }), signal);
  setCode(root, 1);
  await runtime.start("a-1", signal);
  await waitFor("the supervisor waits", 10_000, () => runOf(root).supervisor?.waiting);
  assert.match((await runtime.inspect("a-1", signal))?.exit ?? "", "it is being started again");
  await runtime.stop("a-1", signal);
  assert.is(runOf(root).supervisor, null);
  await runtime.start("a-1", signal);
  await waitFor("the supervisor waits again", 10_000, () => runOf(root).supervisor?.waiting);
  writeFileSync(join(unitRoot(root), "data/go"), "");
  const command = ["sleep", "300"];
  await runtime.ensure(unit({ command, restart: "always" }), signal);
  assert.is(
    (await runtime.start("a-1", signal)).running,
    true,
    "with the new command, not the one that waited",
  );
  assert.equal((await runtime.inspect("a-1", signal))?.command, command);
  assert.match(readFileSync(`/proc/${runOf(root).server?.pid}/cmdline`, "latin1"), "sleep");
});

restart(
  "the policy is read when the server ends, so a change needs no restart",
  async ({ root, runtime }) => {
    await runtime.ensure(unit({ command: COUNTING, restart: "always" }), signal);
    await runtime.start("a-1", signal);
    await runtime.ensure(unit({ command: COUNTING, restart: "no" }), signal);
    await kill(runOf(root).server);
    await waitFor("the supervisor ended", 5_000, () => runOf(root).supervisor === null);
    assert.is((await runtime.inspect("a-1", signal))?.running, false);
  },
);

restart.run();
