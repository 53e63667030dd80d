/** The sandbox's batch framework: reads flags, starts one process of it, ends it on a signal or when it says so. */
import { userInfo } from "node:os";
import { REAL_CLOCK } from "../framework/clock.js";
import { Flags, readFlags } from "../mesos/model/flags.js";
import { BatchProcess } from "./batch-process.js";
import { BATCH_FLAGS } from "./flags.js";
import { readJobs } from "./job.js";

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function flagsOf(argv: readonly string[]): Flags {
  // No environment: a variable of Mesos' processes must not reach a framework beside them.
  const outcome = readFlags(BATCH_FLAGS, argv, {});
  if (outcome.kind === "refused") fail(outcome.message);
  const flags = new Flags(outcome.values);
  if (flags.bool("help")) {
    const names = Object.keys(BATCH_FLAGS).map((name) => `  --${name}`);
    process.stdout.write(`Usage: batch [options] (ferry sandbox, a simulation)\n\n${names.join("\n")}\n`);
    process.exit(0);
  }
  for (const name of ["master", "zk"])
    if (flags.text(name) === null) fail(`Missing required option --${name}`);
  return flags;
}

async function main(): Promise<void> {
  const flags = flagsOf(process.argv.slice(2));
  const log = (text: string) => {
    if (!flags.bool("quiet")) process.stderr.write(`[${new Date().toISOString()}] ${text}\n`);
  };
  const jobs = readJobs(flags.needed("jobs"), REAL_CLOCK.now());
  if (typeof jobs === "string") fail(`The option --jobs cannot be used: ${jobs}`);
  const user = userInfo().username;
  const batch = new BatchProcess({ flags, jobs, user, clock: REAL_CLOCK, log, exit: fail });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void batch.stop().then(() => process.exit(0)));
  }
  try {
    await batch.start();
  } catch (error) {
    fail(`cannot start: ${error instanceof Error ? error.message : String(error)}. Nothing was changed`);
  }
}

await main();
