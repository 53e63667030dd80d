/**
 * `marathon` of the sandbox: reads flags, starts one Marathon, and ends the process with the status a real one ends with. Like
 * that one it does not come back by itself: whoever starts it has to start it again.
 */
import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { REAL_CLOCK } from "../framework/clock.js";
import { FLAGS_REFUSED, readFlags } from "./flags.js";
import { MarathonProcess } from "./process/marathon-process.js";

/** Levels of --logging_level that leave out what is written in everyday life. */
const QUIET = ["warn", "warning", "error", "fatal", "off"];

function line(level: string, text: string): void {
  process.stderr.write(`[${new Date().toISOString()}] ${level} ${text}\n`);
}

async function main(): Promise<void> {
  const outcome = readFlags(process.argv.slice(2), process.env);
  if (outcome.kind === "refused") {
    process.stderr.write(`${outcome.message}\n`);
    process.exit(FLAGS_REFUSED);
  }
  const { flags } = outcome;
  const quiet = QUIET.includes(flags.text("logging_level")?.toLowerCase() ?? "");
  const marathon = new MarathonProcess({
    flags,
    hostname: hostname(),
    user: userInfo().username,
    clock: REAL_CLOCK,
    uuid: randomUUID,
    log: (text) => {
      if (!quiet) line("INFO ", text);
    },
    exit: (status, text) => {
      line("ERROR", `${text} (exit status ${status})`);
      process.exit(status);
    },
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      setTimeout(() => process.exit(0), flags.number("graceful_shutdown_timeout")).unref();
      void marathon.stop().then(() => process.exit(0));
    });
  }
  await marathon.start();
}

await main();
