/**
 * A whole migration as an operator rehearses it: the sandbox with both sides, `ferry migrate` in processes of its own that are killed with -9
 * at bad moments, a way back from half of it, and forward again to the end. Nothing of the platform is looked at but by its own answers.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installRoot } from "../../src/install/root.js";
import type { PlatformStatus } from "../../src/sandbox/platform/status.js";
import { isObject, type JsonObject } from "../../src/value/json.js";
import { type Answer, ferry, projectOf } from "../cli/ferry.js";
import { waitFor } from "../harness/wait.js";

const DEADLINE_MS = 200_000;

const rehearsal = suite("rehearsed migration");
const place = projectOf({});
const folder = join(place.directory, "sandbox");
let child: ChildProcess | null = null;

const run = (...args: string[]): Promise<Answer> =>
  ferry([...args, "--chdir", "sandbox"], { cwd: place.directory, deadlineMs: DEADLINE_MS });

async function done(...args: string[]): Promise<Answer> {
  const answer = await run(...args);
  assert.is(answer.code, 0, `${args.join(" ")}\n${answer.stdout}\n${answer.stderr}`);
  return answer;
}

/** The document of a command, without its envelope. */
async function result(...args: string[]): Promise<JsonObject> {
  const { stdout } = await run(...args, "--json");
  const answer: unknown = JSON.parse(stdout);
  const found = isObject(answer) ? answer["result"] : undefined;
  return isObject(found) ? found : {};
}

async function platform(): Promise<PlatformStatus & { readonly complaints: readonly string[] }> {
  const args = ["sandbox", "status", "--json"];
  const { stdout } = await ferry(args, { cwd: place.directory, deadlineMs: DEADLINE_MS });
  return (JSON.parse(stdout) as { result: PlatformStatus & { complaints: readonly string[] } }).result;
}

/** Carries it out until somebody has to do something or it is over; its exit code and what it said. */
async function carryOut(): Promise<Answer> {
  return run("migrate", "start", "--no-wait");
}

/** The same, killed with -9 as soon as it has said `words` and a moment has passed. */
async function carryOutUntil(words: string, moment: number): Promise<void> {
  const program = join(installRoot(), "bin", "ferry");
  const started = spawn(process.execPath, [program, "migrate", "start", "--no-wait", "--chdir", "sandbox"], {
    cwd: place.directory,
    stdio: ["ignore", "ignore", "pipe"],
  });
  child = started;
  let said = "";
  started.stderr.on("data", (text: Buffer) => {
    said += text.toString("utf8");
  });
  const exited = once(started, "exit");
  await waitFor(`it to say ${words}`, DEADLINE_MS, () => {
    assert.is(started.exitCode, null, said);
    return said.includes(words);
  });
  // Not for luck: somewhere within the action, wherever that is.
  await new Promise((resolve) => setTimeout(resolve, moment));
  started.kill("SIGKILL");
  await exited;
}

rehearsal.after(async () => {
  child?.kill("SIGKILL");
  await ferry(["sandbox", "down"], { cwd: place.directory, deadlineMs: DEADLINE_MS });
  place.remove();
});

rehearsal(
  "the plan shows all of it before anything runs, and a plain plan leaves both sides alone",
  async () => {
    const up = await ferry(["sandbox", "up", "--both", "--quick"], {
      cwd: place.directory,
      deadlineMs: DEADLINE_MS,
    });
    assert.is(up.code, 0, `${up.stdout}\n${up.stderr}`);
    assert.equal((await platform()).complaints, []);
    const file = join(folder, "migration.yaml");
    const text = readFileSync(file, "utf8");
    assert.match(text, "approvals: []");
    writeFileSync(
      file,
      text.replace("approvals: []", "approvals: [5]").replace("holdSeconds: 3", "holdSeconds: 2"),
    );
    await done("apply", "--auto-approve");
    await done("plan", "--detailed-exitcode");
    const { stdout } = await done("migrate", "plan");
    for (const words of ["Stage 6 of 6", "Hand leadership over to B", "/shop/ledger", "Way back"]) {
      assert.match(stdout, words);
    }
  },
);

rehearsal("killed with -9 at bad moments it goes on to the approval, and no task fails", async () => {
  await carryOutUntil("start MesosMasters/b#2 with an empty log", 150);
  await carryOutUntil("hand-over from a: stop master", 100);
  await carryOutUntil("start MesosAgents/b#b2", 200);
  const waiting = await carryOut();
  assert.is(waiting.code, 2, `${waiting.stdout}\n${waiting.stderr}`);
  const status = await result("migrate", "status");
  assert.is(status["status"], "waiting-for-approval", JSON.stringify(status).slice(0, 500));
  const [, b] = (await platform()).masters;
  assert.ok(b?.leader !== null, "B leads");
});

rehearsal(
  "it goes back to the end of stage 1 with all tasks, and a validation says so while it is kept up",
  async () => {
    await done("migrate", "rollback", "--to-stage", "1");
    const back = await carryOut();
    assert.is(back.code, 2, `${back.stdout}\n${back.stderr}`);
    const { masters, agents, complaints } = await platform();
    assert.equal(complaints, []);
    assert.equal(
      masters.map(({ leader }) => leader === null),
      [false, true],
      "A leads, and nobody on B",
    );
    assert.ok(agents[0]?.servers.every(({ registered }) => registered === true));
    const program = join(installRoot(), "bin", "ferry");
    const kept = spawn(process.execPath, [program, "migrate", "start", "--chdir", "sandbox"], {
      cwd: place.directory,
      stdio: "ignore",
    });
    child = kept;
    const exited = once(kept, "exit");
    await waitFor(
      "a validation that is green",
      DEADLINE_MS,
      async () => (await run("migrate", "validate")).code === 0,
    );
    kept.kill("SIGINT");
    await exited;
  },
);

rehearsal("forward again it comes to its end: all tasks on B, none failed, the log of it whole", async () => {
  await done("migrate", "resume");
  await done("migrate", "approve", "--stage", "5");
  await carryOutUntil("drain-framework MarathonInstance/shop: /shop/web", 1_000);
  const end = await carryOut();
  assert.is(end.code, 0, `${end.stdout}\n${end.stderr}`);
  const report = await result("migrate", "report");
  assert.is(report["status"], "done");
  const summary = report["summary"];
  assert.is(isObject(summary) ? summary["tasksFailedByUs"] : null, 0);
  const { masters, agents, ensembles, complaints } = await platform();
  assert.equal(complaints, []);
  assert.ok(masters.some(({ address, leader }) => address === "MesosMasters/b" && leader !== null));
  const tasks = agents.map(({ address, servers }) => [
    address,
    servers.reduce((sum, { tasks: count }) => sum + (count ?? 0), 0),
  ]);
  assert.is(tasks.find(([address]) => address === "MesosAgents/a")?.[1], 0);
  assert.is(ensembles.find(({ address }) => address === "ZooKeeperEnsemble/zk-a")?.leader, null);
  await done("audit", "verify");
  await done("plan", "--detailed-exitcode");
});

rehearsal.run();
