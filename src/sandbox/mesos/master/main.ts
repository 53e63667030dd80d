/** `mesos-master` of the sandbox: reads flags and files, starts one master, and ends the process as a real one ends. */
import { mkdir } from "node:fs/promises";
import type { ProcessEnd } from "../coordination/process-end.js";
import { type Credentials, readCredentials } from "../http/credentials.js";
import { SystemClock } from "../link/clock.js";
import { fileOrText } from "../link/file-or-text.js";
import { glog } from "../link/glog.js";
import { VERSION } from "../model/build.js";
import { Flags, readFlags } from "../model/flags.js";
import { Acls } from "./authorization.js";
import { MASTER_FLAGS } from "./flags.js";
import { MasterProcess } from "./master-process.js";

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function flagsOf(argv: readonly string[]): Flags {
  const outcome = readFlags(MASTER_FLAGS, argv, process.env);
  if (outcome.kind === "refused") fail(outcome.message);
  const flags = new Flags(outcome.values);
  if (flags.bool("help")) {
    const names = Object.keys(MASTER_FLAGS).map((name) => `  --${name}`);
    process.stdout.write(
      `Usage: mesos-master [options] (ferry sandbox, a simulation)\n\n${names.join("\n")}\n`,
    );
    process.exit(0);
  }
  if (flags.bool("version")) {
    process.stdout.write(`mesos ${VERSION} (ferry sandbox, a simulation)\n`);
    process.exit(0);
  }
  if (flags.text("work_dir") === null) fail("Flag 'work_dir' is required, but it was not provided");
  if (flags.text("zk") !== null && flags.text("quorum") === null) {
    fail(
      "EXIT with status 1: Need to specify --quorum for replicated log based registry when using ZooKeeper",
    );
  }
  return flags;
}

function credentialsOf(flags: Flags): Credentials {
  const file = flags.text("credentials");
  if (file === null) return new Map();
  const read = readCredentials(fileOrText(file));
  if (typeof read === "string") fail(`EXIT with status 1: ${read} (see --credentials flag)`);
  return read;
}

function aclsOf(flags: Flags): Acls {
  const given = flags.text("acls");
  if (given === null) return Acls.none;
  const read = Acls.read(fileOrText(given));
  if (typeof read === "string") fail(`EXIT with status 1: Could not create 'local' authorizer: ${read}`);
  return read;
}

/** Dies as Mesos does: status 1, or by SIGABRT. */
function endProcess(end: ProcessEnd): void {
  if (end.kind === "exit") process.exit(end.status);
  process.kill(process.pid, end.signal);
}

async function main(): Promise<void> {
  const flags = flagsOf(process.argv.slice(2));
  const credentials = credentialsOf(flags);
  const acls = aclsOf(flags);
  await mkdir(flags.needed("work_dir"), { recursive: true });
  const domain = flags.text("domain");
  const log = flags.bool("quiet")
    ? () => {}
    : glog((line) => process.stderr.write(line), flags.needed("logging_level"));
  const master = new MasterProcess({
    flags,
    clock: new SystemClock(),
    credentials,
    acls,
    log,
    end: endProcess,
    domain: domain === null ? null : (JSON.parse(fileOrText(domain)) as object),
  });
  try {
    await master.start();
  } catch (error) {
    fail(`EXIT with status 1: ${error instanceof Error ? error.message : String(error)}`);
  }
}

await main();
