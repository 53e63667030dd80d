/**
 * The sandbox's fleet: reads flags, starts it, says on stdout as JSON when all of it is registered, ends it on a signal. A
 * simulation, for measurements and rehearsals of size.
 */
import { SystemClock } from "../mesos/link/clock.js";
import { Flags, readFlags } from "../mesos/model/flags.js";
import { FLEET_FLAGS } from "./flags.js";
import { Fleet } from "./fleet.js";
import type { FleetSize } from "./layout.js";

const LOOK_MS = 100;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function flagsOf(argv: readonly string[]): Flags {
  // No environment: a variable of Mesos' processes must not reach the fleet beside them.
  const outcome = readFlags(FLEET_FLAGS, argv, {});
  if (outcome.kind === "refused") fail(outcome.message);
  const flags = new Flags(outcome.values);
  if (flags.bool("help")) {
    const names = Object.keys(FLEET_FLAGS).map((name) => `  --${name}`);
    process.stdout.write(`Usage: fleet [options] (ferry sandbox, a simulation)\n\n${names.join("\n")}\n`);
    process.exit(0);
  }
  if (flags.text("master") === null) fail("Missing required option --master");
  return flags;
}

function sizeOf(flags: Flags): FleetSize {
  const size = {
    agents: flags.number("agents"),
    tasks: flags.number("tasks"),
    frameworks: flags.number("frameworks"),
    rate: flags.number("rate"),
  };
  const small = (["agents", "tasks", "frameworks"] as const).find((name) => size[name] < 1);
  if (small !== undefined) fail(`--${small} must be 1 at least, and is ${size[small]}`);
  if (size.rate < 0) fail(`--rate must not be below 0, and is ${size.rate}`);
  return size;
}

async function main(): Promise<void> {
  const flags = flagsOf(process.argv.slice(2));
  const size = sizeOf(flags);
  const log = (text: string) => {
    if (!flags.bool("quiet")) process.stderr.write(`[${new Date().toISOString()}] ${text}\n`);
  };
  const begun = performance.now();
  const clock = new SystemClock();
  const fleet = new Fleet({ master: flags.needed("master"), size, clock, log, failed: fail });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void fleet.stop().then(() => process.exit(0)));
  }
  try {
    await fleet.start();
  } catch (error) {
    fail(`cannot start: ${error instanceof Error ? error.message : String(error)}. Nothing was changed`);
  }
  const look = (): void => {
    const { registeredAgents, subscribedFrameworks } = fleet.state;
    if (registeredAgents < size.agents || subscribedFrameworks < size.frameworks) {
      clock.after(LOOK_MS, look);
      return;
    }
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    process.stdout.write(`${JSON.stringify({ kind: "registered", ...size, seconds })}\n`);
  };
  look();
}

await main();
