/** A migration by its commands, as people and scripts use them: an engine in one process, everything else asked from others. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installRoot } from "../../src/install/root.js";
import { waitFor } from "../harness/wait.js";
import { effectsIn } from "../migration/store/file-platform.js";
import { COMPILED, ferry, start as startFerry } from "./ferry.js";

const migrate = suite("ferry migrate");
const directory = mkdtempSync(join(tmpdir(), "ferry-migrate-"));
const PROCESS = fileURLToPath(new URL("./migrate-process.js", import.meta.url));
const engines: ChildProcess[] = [];

migrate.after(() => {
  for (const engine of engines) engine.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

interface Engine {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

function start(stepMs: number, ...options: string[]): Engine {
  const child = spawn(process.execPath, [PROCESS, directory, String(stepMs), ...options]);
  engines.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (data) => {
      output += String(data);
    });
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, output }));
  });
  return { child, ended };
}

function platform(): string[] {
  return effectsIn(join(directory, "platform"));
}

async function ask(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return ferry(["migrate", ...args], { cwd: directory });
}

interface Status {
  readonly status: string;
  readonly stage: number;
  readonly engine: string | null;
  readonly reason: string;
}

async function status(): Promise<Status> {
  const { stdout } = await ask("status", "--json");
  return JSON.parse(stdout).result as Status;
}

async function until(what: string, condition: (now: Status) => boolean): Promise<Status> {
  return waitFor(what, 20_000, async () => {
    const now = await status();
    return condition(now) ? now : null;
  });
}

migrate("says what there is before anything was begun", async () => {
  assert.match((await ask("list")).stdout, /No migration was begun yet/);
  const answer = await ask("status");
  assert.is(answer.code, 1);
  assert.match(answer.stderr, /usage-migration.*there is no migration/);
  const log = await ferry(["audit", "verify"], { cwd: directory });
  assert.is(log.code, 1);
  assert.match(log.stderr, /audit-unreadable/);
});

migrate("waits for an approval of this plan, and takes it up at once", async () => {
  const engine = start(300);
  await until("waits", (now) => now.status === "waiting-for-approval");
  const wrong = await ask("approve", "--plan", "sha256:another");
  assert.is(wrong.code, 1);
  assert.match(wrong.stderr, /migration-refused.*the approval is for plan sha256:another/);
  const detailed = await ask("status", "--detailed-exitcode");
  assert.is(detailed.code, 2);
  assert.match(detailed.stdout, /waits for {2}Somebody to approve stage 2/);
  const approved = await ask("approve");
  assert.is(approved.code, 0);
  assert.match(approved.stdout, /Stage 2 is approved, .*The engine has taken it up/s);
  await waitFor("a step of stage 2", 20_000, () => platform().includes("do 2.01"));
  const paused = await ask("pause");
  assert.is(paused.code, 0);
  await until("paused", (now) => now.status === "paused");
  const effects = platform().length;
  assert.match((await ask("status")).stdout, /waits for {2}Somebody to resume it\. .*@.* asked for it/);
  assert.is((await ask("rollback", "--to-stage", "6")).code, 1);
  assert.is((await ask("rollback", "--to-stage", "1", "--reason", "tried enough")).code, 0);
  const back = await until("back", (now) => now.status === "paused" && now.stage === 1);
  assert.match(back.reason, /Rolled back to the end of stage 1\. .*tried enough/);
  assert.ok(platform().length > effects && platform().at(-1) === "undo 2.01 step", "what was done is undone");
  engine.child.kill("SIGINT");
  const { code, output } = await engine.ended;
  assert.is(code, 2);
  assert.match(output, /Ending in good order/);
});

migrate("goes on after kill -9, by the other front, and ends done", async () => {
  const engine = start(300);
  await waitFor("an engine is at work", 10_000, async () => (await status()).engine !== null);
  const zk = (...args: string[]) =>
    spawnSync(process.execPath, [join(installRoot(), "bin/zk-migrate"), ...args], {
      cwd: directory,
      encoding: "utf8",
      env: { ...process.env, FERRY_DIST: COMPILED },
    });
  const id = JSON.parse((await ask("list", "--json")).stdout).result.migrations[0].id as string;
  assert.is(zk("advance", `--migration-id=${id}`, "--phase=2").status, 1, "nothing without --confirm");
  const advanced = zk("advance", `--migration-id=${id}`, "--phase=2", "--confirm");
  assert.is(advanced.status, 0, advanced.stderr);
  await until("stage 3", (now) => now.stage >= 3);
  engine.child.kill("SIGKILL");
  await engine.ended;
  const gone = await status();
  assert.is(gone.engine, null);
  const shown = zk("status", `--migration-id=${id}`);
  assert.match(shown.stdout, /No engine is at work/);
  const kept = zk("rollback", `--migration-id=${id}`, "--to-phase=9");
  assert.match(kept.stderr, /usage-stage/);
  const watching = startFerry(["migrate", "status", "--watch"], { cwd: directory });
  await waitFor("it is watched", 20_000, () => /shop running stage [3-6]: No engine/.test(watching.stderr()));
  const { code, output } = await start(20).ended;
  assert.is(code, 0, output);
  const watched = await watching.ended;
  assert.match(watched.stdout, /shop {2}shop-\d{8}-[0-9a-f]{4} {2}done/, "it ends with the migration");
  assert.match(output, /shop {2}shop-\d{8}-[0-9a-f]{4} {2}done/);
  const again = await start(2).ended;
  assert.is(again.code, 0, "a done one has nothing to do");
});

migrate("reports, lists, and has a whole audit log that shows what is changed in it", async () => {
  const report = await ask("report");
  assert.match(report.stdout, /^# Migration shop: done/);
  assert.match(report.stdout, /## Rolled back/);
  const file = await ask("report", "--format", "json", "--out", "report.json");
  assert.is(file.code, 0);
  assert.is(JSON.parse(readFileSync(join(directory, "report.json"), "utf8")).status, "done");
  assert.match((await ask("list")).stdout, /shop-\d{8}-[0-9a-f]{4} {2}done, stage 6/);
  const whole = await ferry(["audit", "verify", "--json"], { cwd: directory });
  assert.is(whole.code, 0);
  const { lines, head, file: log } = JSON.parse(whole.stdout).result;
  assert.ok(lines > 50);
  const expected = await ferry(["audit", "verify", "--expect", head], { cwd: directory });
  assert.is(expected.code, 0);
  const path = join(directory, log);
  const text = readFileSync(path, "utf8").split("\n");
  const at = text.findIndex((line, number) => number > 8 && line.includes('"acting"'));
  const edited = text.with(at, text[at]?.replace('"acting"', '"done"') ?? "");
  writeFileSync(path, edited.join("\n"));
  const broken = await ferry(["audit", "verify"], { cwd: directory });
  assert.is(broken.code, 2);
  assert.match(broken.stderr, new RegExp(`audit-broken.*broken at line ${at + 1}:`));
  writeFileSync(path, text.slice(0, 20).join("\n"));
  const cut = await ferry(["audit", "verify", "--expect", head], { cwd: directory });
  assert.is(cut.code, 2);
  assert.match(cut.stderr, /audit-broken.*has no line/);
});

migrate.run();
