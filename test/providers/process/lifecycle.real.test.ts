/** Servers of a process host: started once, found again by a later ferry, ended, and told apart from everything else. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isAlive, liveStat } from "../../../providers/process/stat.js";
import { waitFor } from "../../harness/wait.js";
import {
  endWorld,
  kill,
  makeWorld,
  rejection,
  runOf,
  runtimeIn,
  SLEEPER,
  signal,
  unit,
  unitRoot,
  type World,
} from "./fixture.js";

const life = suite<World>("process servers");
life.before.each(makeWorld);
life.after.each(endWorld);

life("starts a server that a later ferry finds and stops", async ({ root, runtime }) => {
  const made = await runtime.ensure(unit(), signal);
  assert.is(made.running, false);
  assert.is(made.exit, null);
  const started = await runtime.start("a-1", signal);
  assert.is(started.running, true);
  assert.match(started.startedAt ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const later = runtimeIn(root);
  const found = await later.inspect("a-1", signal);
  assert.equal(found, started);
  assert.is((await later.start("a-1", signal)).pid, started.pid, "starting again changes nothing");
  const stopped = await later.stop("a-1", signal);
  assert.is(stopped.running, false);
  assert.match(stopped.exit ?? "", /SIGTERM.*after it was asked to stop/);
  assert.is(liveStat(started.pid ?? 0), null);
  assert.is(runOf(root).supervisor, null);
  assert.equal(await later.stop("a-1", signal), stopped, "stopping again is no error");
});

life("server and supervisor are in sessions of their own", async ({ root, runtime }) => {
  await runtime.ensure(unit(), signal);
  const { pid } = await runtime.start("a-1", signal);
  assert.is(liveStat(pid ?? 0)?.group, pid);
  const supervisor = runOf(root).supervisor?.pid ?? 0;
  assert.is(liveStat(supervisor)?.group, supervisor);
});

life("two starts at once give one server", async ({ root, runtime }) => {
  const command = ["sh", "-c", "echo $$ >>data/starts; exec sleep 300"];
  await runtime.ensure(unit({ command }), signal);
  const all = await Promise.all([1, 2, 3, 4].map(() => runtimeIn(root).start("a-1", signal)));
  assert.is(new Set(all.map((status) => status.pid)).size, 1);
  await waitFor("the server wrote its pid", 5_000, () => existsSync(join(unitRoot(root), "data/starts")));
  assert.is(readFileSync(join(unitRoot(root), "data/starts"), "utf8").trim(), String(all[0]?.pid));
});

life("a server killed hard is seen dead, with the reason", async ({ root, runtime }) => {
  await runtime.ensure(unit(), signal);
  await runtime.start("a-1", signal);
  await kill(runOf(root).server);
  const status = await waitFor("the end is noted", 5_000, async () => {
    const now = await runtime.inspect("a-1", signal);
    return now?.exit?.includes("signal") ? now : null;
  });
  assert.is(status.running, false);
  assert.is(status.pid, null);
  assert.match(status.exit ?? "", /killed by signal 9 \(SIGKILL\)/);
  assert.is((await runtime.start("a-1", signal)).running, true);
});

life(
  "a server whose supervisor was killed hard is found, not doubled, and stopped",
  async ({ root, runtime }) => {
    await runtime.ensure(unit(), signal);
    const { pid } = await runtime.start("a-1", signal);
    const { server, supervisor } = runOf(root);
    await kill(supervisor);
    assert.is((await runtime.inspect("a-1", signal))?.pid, pid);
    assert.is((await runtime.start("a-1", signal)).pid, pid);
    const stopped = await runtime.stop("a-1", signal);
    assert.is(stopped.running, false);
    assert.match(stopped.exit ?? "", /exit code unknown/);
    assert.is(server !== null && isAlive(server), false);
    assert.ok((await runtime.start("a-1", signal)).pid !== pid);
  },
);

life(
  "a server that lost its supervisor and its pid file is never doubled: the lock is still held",
  async ({ root, runtime }) => {
    await runtime.ensure(unit(), signal);
    await runtime.start("a-1", signal);
    const { server, supervisor } = runOf(root);
    await kill(supervisor);
    const file = join(unitRoot(root), "run/server");
    const content = readFileSync(file);
    writeFileSync(file, "");
    const { code, text } = await rejection(runtime.start("a-1", signal));
    assert.is(code, "unit-not-started");
    assert.match(text, `process ${server?.pid} of an earlier server`);
    writeFileSync(file, content);
  },
);

life(
  "a server that does not listen to TERM is killed after the grace time, with its children",
  async ({ root, runtime }) => {
    const script = "trap '' TERM; sleep 301 & echo $! >data/child; while :; do wait; done";
    await runtime.ensure(unit({ command: ["sh", "-c", script], stopGraceMs: 200 }), signal);
    const { pid } = await runtime.start("a-1", signal);
    const child = await waitFor("the child is there", 5_000, () =>
      Number(readFileSync(join(unitRoot(root), "data/child"), "utf8")),
    );
    const stopped = await runtime.stop("a-1", signal);
    assert.match(stopped.exit ?? "", "SIGKILL");
    assert.is(liveStat(pid ?? 0), null);
    await waitFor("the child is gone", 5_000, () => liveStat(child) === null);
  },
);

life("a pid file that means another process is not believed", async ({ root, runtime }) => {
  await runtime.ensure(unit(), signal);
  const own = liveStat(process.pid);
  writeFileSync(
    join(unitRoot(root), "run/server"),
    `${process.pid} 1 ${"0".repeat(8)} 2026-01-01T00:00:00Z\n`,
  );
  assert.ok(own !== null);
  const status = await runtime.inspect("a-1", signal);
  assert.is(status?.running, false);
  assert.match(status?.exit ?? "", "machine was restarted");
  await runtime.stop("a-1", signal);
  assert.is((await runtime.start("a-1", signal)).running, true);
});

life("the environment is clean but for what the unit says", async ({ root, runtime }) => {
  process.env["FERRY_TEST_SECRET"] = "x";
  const environment = { COLOUR: "blue and 'green'", PATH: `${process.env["PATH"]}:/own` };
  await runtime.ensure(
    unit({ command: ["sh", "-c", "env >data/env; pwd >>data/env; exec sleep 300"], environment }),
    signal,
  );
  await runtime.start("a-1", signal);
  delete process.env["FERRY_TEST_SECRET"];
  const text = await waitFor("the environment is written", 5_000, () => {
    const found = readFileSync(join(unitRoot(root), "data/env"), "utf8");
    return found.trimEnd().endsWith(unitRoot(root)) ? found : null;
  });
  assert.match(text, "COLOUR=blue and 'green'\n");
  assert.match(text, /PATH=.*:\/own\n/);
  assert.not.match(text, "FERRY_TEST_SECRET");
  const names = text
    .split("\n")
    .filter((line) => line.includes("="))
    .map((line) => line.split("=")[0]);
  const known = ["PATH", "HOME", "LANG", "TMPDIR", "FERRY_TEST_RUN", "COLOUR", "PWD", "OLDPWD", "SHLVL", "_"];
  assert.equal(
    names.filter((name) => !known.includes(name ?? "")),
    [],
  );
});

life("a program that is not there has ended, with the reason", async ({ runtime }) => {
  await runtime.ensure(unit({ command: ["no-such-program"] }), signal);
  const status = await runtime.start("a-1", signal);
  assert.is(status.running, false);
  assert.match(status.exit ?? "", "program not found");
  assert.match(await runtime.logs("a-1", 5, signal), "no-such-program");
});

life("a log above the limit is put aside", async ({ root, runtime }) => {
  await runtime.ensure(unit(), signal);
  const log = join(unitRoot(root), "logs/server.log");
  writeFileSync(log, Buffer.alloc(50 * 1024 * 1024 + 1, 10));
  await runtime.start("a-1", signal);
  const text = await waitFor("the server printed", 5_000, () => runtime.logs("a-1", 10, signal));
  assert.is(text, "started\n");
  assert.ok(existsSync(`${log}.1`));
});

life("a changed command stops the server, changed files do not", async ({ runtime }) => {
  await runtime.ensure(unit(), signal);
  const { pid } = await runtime.start("a-1", signal);
  const files = [{ path: "x.cfg", content: Buffer.from("a"), mode: 0o600 }];
  assert.is((await runtime.ensure(unit({ files, restart: "always" }), signal)).pid, pid);
  assert.is((await runtime.ensure(unit({ files, command: [...SLEEPER, "x"] }), signal)).running, false);
});

life.run();
