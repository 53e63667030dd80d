/**
 * What the quickstart shows, in order. Each step checks what it claims: a step that does not turn out as told ends the
 * story with a sentence saying what was expected, and a non-zero exit code.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "../zookeeper/connect.js";
import { ferry, startFerry } from "./command.js";
import { startWriter } from "./writer.js";

export interface Story {
  readonly folder: string;
  /** Of the first ensemble. */
  readonly connectString: string;
  readonly say: (line: string) => void;
}

const DATABASE = "/shop/database";

function heading(story: Story, number: number, text: string): void {
  story.say(`\n── ${number}. ${text}`);
}

async function run(story: Story, args: readonly string[], expected: number, meaning: string): Promise<void> {
  const { exitCode } = await ferry(story.folder, args, story.say);
  if (exitCode !== expected) {
    throw new Error(
      `expected \`ferry ${args.join(" ")}\` to exit ${expected} (${meaning}); it exited ${exitCode}`,
    );
  }
}

async function deploy(story: Story): Promise<void> {
  heading(story, 1, "What would happen? `plan` reads what is live and changes nothing.");
  await run(story, ["plan"], 0, "a plan");
  heading(story, 2, "`apply` carries it out: two ensembles of three servers, then their znodes.");
  await run(story, ["apply", "--auto-approve"], 0, "applied");
  heading(story, 3, "Planning again: nothing to do (exit code 0 with --detailed-exitcode).");
  await run(story, ["plan", "--detailed-exitcode"], 0, "no change");
}

async function changeByHand(story: Story): Promise<void> {
  const client = await connect({ connectString: story.connectString });
  try {
    await client.setData(DATABASE, Buffer.from("host=db-9\npool=1\n"));
  } finally {
    await client.close();
  }
}

async function readDatabase(story: Story): Promise<string> {
  const client = await connect({ connectString: story.connectString });
  try {
    return (await client.getData(DATABASE)).data?.toString("utf8") ?? "";
  } finally {
    await client.close();
  }
}

async function repairDrift(story: Story): Promise<void> {
  const declared = await readDatabase(story);
  heading(story, 4, `Somebody changes ${DATABASE} by hand. \`drift\` finds it (exit code 2).`);
  await changeByHand(story);
  await run(story, ["drift"], 2, "drift");
  heading(story, 5, "The plan that puts it right, and applying it.");
  await run(story, ["plan", "--detailed-exitcode"], 2, "changes");
  await run(story, ["apply", "--auto-approve"], 0, "applied");
  const repaired = await readDatabase(story);
  if (repaired !== declared)
    throw new Error(`${DATABASE} should hold its declared data again; it holds ${JSON.stringify(repaired)}`);
}

/** Changes the default of `maxConnections` in the copied project file, as a pull request would. */
function editConfiguration(story: Story): void {
  const file = join(story.folder, "ferry.yaml");
  const before = readFileSync(file, "utf8");
  const after = before.replace("default: 60", "default: 100");
  if (after === before) throw new Error(`${file} should hold "default: 60" for maxConnections; it does not`);
  writeFileSync(file, after);
  story.say("ferry.yaml: maxConnections 60 → 100");
}

async function rollingChange(story: Story): Promise<void> {
  heading(story, 6, "A changed setting is a rolling restart, leader last, while a client keeps writing.");
  editConfiguration(story);
  await run(story, ["plan", "--detailed-exitcode"], 2, "changes");
  const writer = await startWriter(story.connectString, "/ferry-quickstart-writer");
  let report: Awaited<ReturnType<typeof writer.stop>>;
  try {
    await run(story, ["apply", "--auto-approve"], 0, "applied");
  } finally {
    report = await writer.stop();
  }
  story.say(
    `\nThe client meanwhile: ${report.written} writes, ${report.failed} failed, ${report.repeated} attempts repeated over ` +
      `reconnections, slowest ${report.slowestMs} ms, served by ${report.serversUsed.join(", ")}`,
  );
  if (report.failed > 0) throw new Error("no write should have failed during the rolling restart");
  await run(story, ["plan", "--detailed-exitcode"], 0, "no change");
}

/** Milliseconds the client of the last step writes. */
const LOAD_MS = 5_000;

async function synchronise(story: Story): Promise<void> {
  heading(story, 7, "A Sync copies /shop to the other ensemble while a client keeps writing there.");
  const engine = startFerry(story.folder, ["sync", "run", "shop"], story.say);
  try {
    const writer = await startWriter(story.connectString, "/shop/load");
    await new Promise((resolve) => setTimeout(resolve, LOAD_MS));
    const { written, failed } = await writer.stop();
    story.say(`\nThe client meanwhile: ${written} writes, ${failed} failed`);
    heading(story, 8, "Both sides compared znode by znode, by ferry's own reader and by somebody else's.");
    await run(story, ["sync", "verify", "shop"], 0, "equal");
    await run(story, ["sync", "verify", "shop", "--reader", "independent"], 0, "equal");
  } finally {
    const exitCode = await engine.stop();
    if (exitCode !== 0) story.say(`the engine ended with exit code ${exitCode}`);
  }
}

/** Tells the whole story; rejects with the first step that did not turn out as told. */
export async function tellStory(story: Story): Promise<void> {
  await deploy(story);
  await repairDrift(story);
  await rollingChange(story);
  await synchronise(story);
}
