/**
 * bin/quickstart's program as a user runs it: the whole story on real servers with a migration at its end, run again without
 * harm, and removed without a trace by the commands that it prints.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { firstStage, summary, tellRehearsal } from "../../src/quickstart/rehearsal.js";
import { COMPILED, ferry, projectOf } from "../cli/ferry.js";

const STORY_DEADLINE_MS = 330_000;
const REMOVAL_DEADLINE_MS = 60_000;

const quickstart = suite("quickstart");
const place = projectOf({});

interface Told {
  readonly code: number | null;
  readonly text: string;
}

function tell(): Promise<Told> {
  const child = spawn(process.execPath, [join(COMPILED, "src", "quickstart", "main.js")], {
    cwd: place.directory,
    env: { ...process.env, FERRY_DIST: COMPILED, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill("SIGTERM"), STORY_DEADLINE_MS);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, text });
    });
  });
}

/** Processes that work below the test's folder. */
function processesLeft(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${place.directory}/`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function remove(): Promise<void> {
  const options = { cwd: place.directory, deadlineMs: REMOVAL_DEADLINE_MS };
  if (existsSync(join(place.directory, "rehearsal"))) {
    const down = await ferry(["sandbox", "down", "--dir", "rehearsal"], options);
    assert.is(down.code, 0, down.stderr);
  }
  if (existsSync(join(place.directory, "quickstart"))) {
    const destroyed = await ferry(["destroy", "--chdir", "quickstart", "--auto-approve"], options);
    assert.is(destroyed.code, 0, destroyed.stderr);
  }
}

quickstart.after(async () => {
  try {
    await remove();
  } finally {
    place.remove();
  }
});

quickstart("ends with a platform that was moved from A to B", async () => {
  const { code, text } = await tell();
  assert.is(code, 0, text.slice(-4_000));
  for (const typed of [
    "sandbox up --both --dir rehearsal",
    "migrate plan --chdir rehearsal",
    "migrate start --no-wait --chdir rehearsal",
    "migrate report --chdir rehearsal",
    "audit verify --chdir rehearsal",
  ])
    assert.ok(text.includes(`\n$ ferry ${typed}\n`), `shows what is typed: ${typed}`);
  assert.match(text, "Stage 1 of 6: ");
  assert.match(text, "| Tasks failed by the migration | 0 |");
  assert.match(text, "audit.jsonl is whole");
  assert.match(text, "bin/ferry sandbox down --dir rehearsal");

  const status = await ferry(["sandbox", "status", "--dir", "rehearsal"], { cwd: place.directory });
  assert.is(status.code, 0, status.stderr);
  assert.match(status.stdout, "Frameworks of MesosMasters/b");
  assert.match(status.stdout, "All is well.");
});

quickstart("leaves a rehearsal that is done as it is", async () => {
  const before = await ferry(["migrate", "list", "--chdir", "rehearsal"], { cwd: place.directory });
  const lines: string[] = [];
  await tellRehearsal({ directory: place.directory, say: (line) => lines.push(line) });
  assert.match(lines.join("\n"), "was moved to B by an earlier quickstart");
  const after = await ferry(["migrate", "list", "--chdir", "rehearsal"], { cwd: place.directory });
  assert.is(after.stdout, before.stdout);
});

quickstart("goes away with the two commands it prints", async () => {
  await remove();
  assert.not.ok(existsSync(join(place.directory, "rehearsal")));
  assert.equal(processesLeft(), []);
});

quickstart("shortens what is long, and nothing else", () => {
  const plan = "Migration m\n\nStage 1 of 6: one\n\nStage 2 of 6: two\n\nPlan: 6 stages.\n";
  assert.is(
    firstStage(plan),
    "Migration m\n\nStage 1 of 6: one\n\n  (Stages 2 to 6 are left out here.)\n\nPlan: 6 stages.",
  );
  assert.is(firstStage("refused"), "refused");
  assert.is(summary("# m: done\n\n| a |\n\n## Stages\n\nmore"), "# m: done\n\n| a |");
});

quickstart.run();
