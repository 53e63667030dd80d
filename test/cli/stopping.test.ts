/** What happens when somebody is in the way: locks, interrupts, readers that go away. */
import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createLocalBackend } from "../../state/local/backend.js";
import { createLockOwner } from "../../state/owner.js";
import { waitFor } from "../harness/wait.js";
import { start } from "./ferry.js";
import { applied, host, hostProject, type Project, run } from "./hosts.js";

const cli = suite<{ project: Project }>("stopping");
cli.before.each((context) => {
  context.project = hostProject();
});
cli.after.each(({ project }) => project.remove());

async function heldLock(project: Project) {
  const backend = createLocalBackend({ directory: join(project.directory, ".ferry") });
  return backend.lock({ owner: createLockOwner("apply"), timeoutMs: 0 });
}

/** A java that tells that it was asked and answers only when `go` exists. */
function slowJava(project: Project): string {
  const path = join(project.directory, "slow-java");
  writeFileSync(
    path,
    `#!/bin/sh\necho $$ >> ${path}.asked\nwhile [ ! -e ${path}.go ]; do sleep 0.05; done\nexec java "$@"\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

cli("another apply at work: refused at once with its owner named, or waited for", async ({ project }) => {
  const lock = await heldLock(project);
  const refused = await run(project, "apply", "--auto-approve");
  assert.is(refused.code, 1);
  assert.match(refused.stderr, new RegExp(`state-locked[\\s\\S]*process ${process.pid}`));
  assert.match((await run(project, "state", "unlock")).stdout, new RegExp(lock.owner.id));
  assert.is((await run(project, "plan")).code, 0, "planning needs no lock");
  const waiting = start(["apply", "--auto-approve", "--lock-timeout=60s"], { cwd: project.directory });
  await waitFor("it says whom it waits for", 30_000, () =>
    waiting.stderr().includes(`held by apply by ${lock.owner.who}, process ${process.pid}`),
  );
  await lock.release();
  assert.is((await waiting.ended).code, 0);
});

cli("Ctrl-C while it waits for the lock: ends at once, calmly", async ({ project }) => {
  const lock = await heldLock(project);
  const waiting = start(["apply", "--auto-approve", "--lock-timeout=60s"], { cwd: project.directory });
  await waitFor("it waits", 30_000, () => waiting.stderr().includes("Waiting for"));
  waiting.child.kill("SIGINT");
  const answer = await waiting.ended;
  await lock.release();
  assert.is(answer.code, 1);
  assert.match(answer.stderr, /error\[interrupted\]/);
});

cli("Ctrl-C while it reads: ends at once, calmly", async ({ project }) => {
  const java = slowJava(project);
  writeFileSync(`${java}.go`, "");
  project.write("a.yaml", host("a", "127.0.0.1", java));
  await applied(project);
  rmSync(`${java}.go`);
  rmSync(`${java}.asked`);
  const reading = start(["plan"], { cwd: project.directory });
  await waitFor("it reads", 30_000, () => existsSync(`${java}.asked`));
  reading.child.kill("SIGINT");
  const answer = await reading.ended;
  assert.is(answer.code, 1);
  assert.is(answer.stdout, "");
  assert.match(answer.stderr, /error\[interrupted\]/);
});

cli("Ctrl-C twice while it applies: stops now, records, and the next apply goes on", async ({ project }) => {
  const java = slowJava(project);
  project.write("a.yaml", host("a", "127.0.0.1", java));
  const applying = start(["apply", "--auto-approve", "--parallelism=1"], { cwd: project.directory });
  await waitFor("it is under way", 30_000, () => existsSync(`${java}.asked`));
  applying.child.kill("SIGINT");
  await waitFor("it says so", 10_000, () => applying.stderr().includes("finishing what is under way"));
  applying.child.kill("SIGINT");
  const answer = await applying.ended;
  assert.is(answer.code, 1, answer.stderr);
  assert.match(answer.stdout, /Interrupted: .*1 not started/);
  writeFileSync(`${java}.go`, "");
  await applied(project);
  assert.is((await run(project, "plan", "--detailed-exitcode")).code, 0);
});

cli("a reader that goes away does not stop the work", async ({ project }) => {
  const running = start(["apply", "--auto-approve"], { cwd: project.directory });
  running.child.stdout?.destroy();
  running.child.stderr?.destroy();
  assert.is((await running.ended).code, 0);
  assert.is((await run(project, "state", "list")).stdout, "Host/a\nHost/b\n");
});

cli.run();
