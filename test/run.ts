/**
 * Runs every test file in a process of its own, pure ones side by side, ones that start real servers (`*.real.test`)
 * one at a time, and closes with the line `N passed, N failed`. A file that crashes, hangs, runs no test or leaves a
 * process behind counts as failed: silence is never success.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { killAll, type LeftProcess, processesOf } from "./harness/leftovers.js";

interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly output: string;
  readonly problem: string | null;
}

const FILE_DEADLINE_MS = 480_000;
/** For processes that a test left behind to end by themselves. */
const LEFT_DEADLINE_MS = 5_000;
const here = dirname(fileURLToPath(import.meta.url));

function testFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.js"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function count(output: string, label: string): number | null {
  const found = [...output.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, "gm"))];
  return found.length === 0 ? null : found.reduce((sum, match) => sum + Number(match[1]), 0);
}

function finish(child: ChildProcess, deadlineMs: number): Promise<{ code: number | null; hung: boolean }> {
  return new Promise((resolve) => {
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, deadlineMs);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, hung });
    });
  });
}

function problemOf(
  code: number | null,
  hung: boolean,
  total: number | null,
  left: readonly string[],
): string | null {
  if (hung) return `did not end within ${FILE_DEADLINE_MS / 1000} s`;
  if (total === null || total === 0) return `ran no test to its end (exit code ${code})`;
  if (left.length > 0) return `left processes behind: ${left.join("; ")}`;
  return null;
}

/** What is still there in the end: a supervisor that was killed leaves its pause between two starts to end by itself. */
async function leftOf(mark: string): Promise<LeftProcess[]> {
  const end = Date.now() + LEFT_DEADLINE_MS;
  let left = processesOf(mark);
  while (left.length > 0 && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    left = processesOf(mark);
  }
  return left;
}

async function runFile(file: string): Promise<FileResult> {
  const mark = randomUUID();
  const environment = { ...process.env, FERRY_TEST_RUN: mark, NO_COLOR: "1", FORCE_COLOR: "0" };
  const child = spawn(process.execPath, ["--enable-source-maps", file], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      output += text;
    });
  }
  const { code, hung } = await finish(child, FILE_DEADLINE_MS);
  const left = await leftOf(mark);
  killAll(left);
  const total = count(output, "Total");
  const passed = count(output, "Passed") ?? 0;
  const skipped = count(output, "Skipped") ?? 0;
  const lines = left.map((process_) => `${process_.pid} ${process_.command}`);
  const problem = problemOf(code, hung, total, lines);
  const failedTests = Math.max(0, (total ?? 0) - passed - skipped);
  const failed = failedTests + (problem !== null || (code !== 0 && failedTests === 0) ? 1 : 0);
  return { file, passed, failed, skipped, output, problem };
}

function report(result: FileResult, milliseconds: number): void {
  const name = relative(here, result.file).replace(/\.js$/, "");
  const skipped = result.skipped > 0 ? `, ${result.skipped} skipped` : "";
  const verdict = result.failed === 0 ? "ok  " : "FAIL";
  console.log(
    `${verdict} ${name} (${result.passed} passed${skipped}, ${(milliseconds / 1000).toFixed(1)} s)`,
  );
  if (result.failed > 0) {
    console.log(result.output.trimEnd());
    if (result.problem !== null) console.log(`     ${name} ${result.problem}`);
  }
}

async function runAll(files: readonly string[], sideBySide: number): Promise<FileResult[]> {
  const waiting = [...files];
  const results: FileResult[] = [];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const started = Date.now();
      const result = await runFile(file);
      report(result, Date.now() - started);
      results.push(result);
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
  return results;
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const files = testFiles(here).filter(
    (file) => wanted.length === 0 || wanted.some((word) => file.includes(word)),
  );
  const real = files.filter((file) => file.endsWith(".real.test.js"));
  const pure = files.filter((file) => !file.endsWith(".real.test.js"));
  const results = [...(await runAll(pure, 2)), ...(await runAll(real, 1))];
  const sum = (pick: (result: FileResult) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  const failed = sum((r) => r.failed);
  const skipped = sum((r) => r.skipped);
  if (results.length === 0) console.log(`no test file matches ${wanted.join(" ")}`);
  console.log(`${sum((r) => r.passed)} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = failed === 0 && results.length > 0 ? 0 : 1;
}

await main();
