/**
 * The end of the quickstart: a whole platform moved from one ZooKeeper to another, as a user would do it. Checks what it
 * claims, and goes on with a rehearsal that is half-way. Never begins anew over one that is done.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import { type Answer, ask, ferry, ferryText } from "./command.js";

export interface Rehearsal {
  /** Where the user stands; the sandbox's folder is made in it. */
  readonly directory: string;
  readonly say: (line: string) => void;
}

/** Of the sandbox, as it is typed. */
export const REHEARSAL = "rehearsal";
const CHDIR = ["--chdir", REHEARSAL];

/** Whether the folder is there and holds what no sandbox wrote: then it is somebody else's. */
export function isForeign(directory: string): boolean {
  const folder = join(directory, REHEARSAL);
  if (!existsSync(folder) || existsSync(join(folder, ".ferry", "sandbox.json"))) return false;
  return readdirSync(folder).length > 0;
}

function heading({ say }: Rehearsal, number: number, text: string): void {
  say(`\n── ${number}. ${text}`);
}

function unexpected(args: readonly string[], exitCode: number, meaning: string): Error {
  const where =
    args[0] === "migrate"
      ? `. \`bin/ferry migrate status ${CHDIR.join(" ")}\` says where the rehearsal stands and what to do next`
      : "";
  return new Error(
    `expected \`ferry ${args.join(" ")}\` to exit 0 (${meaning}); it exited ${exitCode}${where}`,
  );
}

async function run(rehearsal: Rehearsal, args: readonly string[], meaning: string): Promise<void> {
  const { exitCode } = await ferry(rehearsal.directory, args, rehearsal.say);
  if (exitCode !== 0) throw unexpected(args, exitCode, meaning);
}

/** Runs it and says only what `shorten` leaves of its output. */
async function runShortened(
  rehearsal: Rehearsal,
  args: readonly string[],
  shorten: (text: string) => string,
): Promise<void> {
  const { exitCode, text } = await ferryText(rehearsal.directory, args, rehearsal.say);
  rehearsal.say(exitCode === 0 ? shorten(text) : text);
  if (exitCode !== 0) throw unexpected(args, exitCode, "shown");
}

/** Where the newest migration stands; null where none was begun, or nothing of it is on the platform. */
async function begun({ directory }: Rehearsal): Promise<string | null> {
  if (!existsSync(join(directory, REHEARSAL, "ferry.yaml"))) return null;
  const answer = await ask(directory, ["migrate", "list", ...CHDIR, "--json"]);
  const list = resultOf(answer)["migrations"];
  const newest = Array.isArray(list) ? list[0] : undefined;
  if (!isObject(newest) || newest["stage"] === 0) return null;
  return typeof newest["status"] === "string" ? newest["status"] : null;
}

function resultOf({ exitCode, text }: Answer): JsonObject {
  const document: Json = exitCode === 0 ? (JSON.parse(text) as Json) : null;
  const result = isObject(document) ? document["result"] : null;
  return isObject(result) ? result : {};
}

/** The first stage of a plan, and its last line. */
export function firstStage(plan: string): string {
  const second = plan.indexOf("\nStage 2 of ");
  if (second < 0) return plan;
  const last = plan.trimEnd().split("\n").at(-1) ?? "";
  return `${plan.slice(0, second).trimEnd()}\n\n  (Stages 2 to 6 are left out here.)\n\n${last}`;
}

/** The summary of a report, without the stages one by one. */
export function summary(report: string): string {
  const stages = report.indexOf("\n## Stages");
  return stages < 0 ? report : report.slice(0, stages).trimEnd();
}

async function makePlatform(rehearsal: Rehearsal): Promise<void> {
  heading(
    rehearsal,
    9,
    "A whole platform to rehearse on: ZooKeeper is real; masters, agents and Marathon are simulations.",
  );
  await run(rehearsal, ["sandbox", "up", "--both", "--dir", REHEARSAL], "the platform is up");
}

async function migrate(rehearsal: Rehearsal, status: string | null): Promise<void> {
  if (status === null) {
    heading(rehearsal, 10, "How would it be moved to a second ZooKeeper? The plan, its first stage.");
    await runShortened(rehearsal, ["migrate", "plan", ...CHDIR], firstStage);
    heading(rehearsal, 11, "Moving it: six stages, each proved before the next. About a minute and a half.");
  } else {
    heading(rehearsal, 11, `An earlier rehearsal was begun and is ${status}: it goes on where it stopped.`);
    if (status === "paused" || status === "failed")
      await run(rehearsal, ["migrate", "resume", ...CHDIR], "it goes on");
  }
  await run(rehearsal, ["migrate", "start", "--no-wait", ...CHDIR], "moved to B, every stage proved");
}

/** Rejects when the report has a task that failed by the migration, or nobody counted them. */
async function provedWhole({ directory }: Rehearsal): Promise<void> {
  const args = ["migrate", "report", ...CHDIR, "--format", "json"];
  const answer = await ask(directory, args);
  if (answer.exitCode !== 0) throw unexpected(args, answer.exitCode, "a report");
  const report: Json = JSON.parse(answer.text) as Json;
  const result = isObject(report) ? report : {};
  const counts = isObject(result["summary"]) ? result["summary"] : {};
  if (result["status"] !== "done" || counts["tasksFailedByUs"] !== 0)
    throw new Error(
      `the report should say that the migration is done and that no task failed by it; it says ${JSON.stringify(result["status"])}, ` +
        `tasks failed by it: ${JSON.stringify(counts["tasksFailedByUs"])}`,
    );
}

async function tellOutcome(rehearsal: Rehearsal): Promise<void> {
  heading(rehearsal, 12, "What came of it, from the record alone.");
  await runShortened(rehearsal, ["migrate", "report", ...CHDIR], summary);
  await provedWhole(rehearsal);
  heading(rehearsal, 13, "Every step stands in an audit log whose lines are chained by their hashes.");
  await run(rehearsal, ["audit", "verify", ...CHDIR], "the log is whole");
}

/** Tells it to its end; rejects with the first step that did not turn out as told. */
export async function tellRehearsal(rehearsal: Rehearsal): Promise<void> {
  const status = await begun(rehearsal);
  if (status === "done" || status === "archived") {
    rehearsal.say(
      `\nThe platform in ${REHEARSAL}/ was moved to B by an earlier quickstart; it is left as it is.`,
    );
  } else {
    await makePlatform(rehearsal);
    await migrate(rehearsal, status);
  }
  await tellOutcome(rehearsal);
}
