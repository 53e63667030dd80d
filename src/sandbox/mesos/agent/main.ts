/** `mesos-agent` of the sandbox: reads flags and files, starts one agent, and ends the process as a real one ends. */
import { mkdir } from "node:fs/promises";
import { type Credentials, readCredentials } from "../http/credentials.js";
import type { Credential } from "../link/client.js";
import { SystemClock } from "../link/clock.js";
import { fileOrText } from "../link/file-or-text.js";
import { glog } from "../link/glog.js";
import { parseAttributes } from "../model/attribute.js";
import { VERSION } from "../model/build.js";
import { Flags, readFlags } from "../model/flags.js";
import { add } from "../model/resource.js";
import { resourcesToJson } from "../model/resource-json.js";
import { parseResources } from "../model/resource-text.js";
import { AgentProcess } from "./agent-process.js";
import { AGENT_FLAGS } from "./flags.js";

/** For what --resources does not name: a simulated agent has no machine to measure. */
const DETECTED = "cpus:4;mem:4096;disk:10240;ports:[31000-32000]";

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function flagsOf(argv: readonly string[]): Flags {
  const outcome = readFlags(AGENT_FLAGS, argv, process.env);
  if (outcome.kind === "refused") fail(outcome.message);
  const flags = new Flags(outcome.values);
  if (flags.bool("help")) {
    const names = Object.keys(AGENT_FLAGS).map((name) => `  --${name}`);
    process.stdout.write(
      `Usage: mesos-agent [options] (ferry sandbox, a simulation)\n\n${names.join("\n")}\n`,
    );
    process.exit(0);
  }
  if (flags.bool("version")) {
    process.stdout.write(`mesos ${VERSION} (ferry sandbox, a simulation)\n`);
    process.exit(0);
  }
  if (flags.text("work_dir") === null) fail("Flag 'work_dir' is required, but it was not provided");
  if (flags.text("master") === null) fail("EXIT with status 1: Missing required option --master");
  if (!["reconnect", "cleanup"].includes(flags.needed("recover"))) {
    fail(
      `EXIT with status 1: Unknown option for 'recover' flag '${flags.needed("recover")}'. Please run the agent with '--help' to see the valid options`,
    );
  }
  if (!["equal", "additive", "any"].includes(flags.needed("reconfiguration_policy"))) {
    fail("EXIT with status 1: Unknown option for 'reconfiguration_policy' flag");
  }
  return flags;
}

function resourcesOf(flags: Flags): readonly object[] {
  const parsed = parseResources(fileOrText(flags.text("resources") ?? ""), flags.needed("default_role"));
  if (typeof parsed === "string") fail(`EXIT with status 1: Failed to determine agent resources: ${parsed}`);
  const detected = parseResources(DETECTED);
  if (typeof detected === "string") fail(detected);
  const named = new Set(parsed.map(({ name }) => name));
  const zero = new Set(parsed.filter(({ amount }) => amount.kind === "SCALAR" && amount.milli === 0));
  const given = parsed.filter((part) => !zero.has(part));
  return resourcesToJson(
    add(
      given,
      detected.filter(({ name }) => !named.has(name)),
    ),
  );
}

function credentialOf(flags: Flags): Credential | null {
  const file = flags.text("credential");
  if (file === null) return null;
  const read = readCredentials(fileOrText(file));
  if (typeof read === "string") fail(`EXIT with status 1: ${read} (see --credential flag)`);
  const [first] = read;
  if (first === undefined)
    fail("EXIT with status 1: The credential file names nobody (see --credential flag)");
  return { principal: first[0], secret: first[1] };
}

function httpCredentialsOf(flags: Flags): Credentials {
  const file = flags.text("http_credentials");
  if (file === null) return new Map();
  const read = readCredentials(fileOrText(file));
  if (typeof read === "string") fail(`EXIT with status 1: ${read} (see --http_credentials flag)`);
  return read;
}

async function main(): Promise<void> {
  const flags = flagsOf(process.argv.slice(2));
  const attributes = parseAttributes(fileOrText(flags.text("attributes") ?? ""));
  if (typeof attributes === "string") fail(`EXIT with status 1: ${attributes}`);
  await mkdir(flags.needed("work_dir"), { recursive: true });
  const domain = flags.text("domain");
  const agent = new AgentProcess({
    flags,
    clock: new SystemClock(),
    log: flags.bool("quiet")
      ? () => {}
      : glog((line) => process.stderr.write(line), flags.needed("logging_level")),
    resources: resourcesOf(flags),
    attributes,
    domain: domain === null ? null : (JSON.parse(fileOrText(domain)) as object),
    credential: credentialOf(flags),
    httpCredentials: httpCredentialsOf(flags),
    exit: (status, message) => {
      process.stderr.write(`${message}\n`);
      process.exit(status);
    },
  });
  process.on("SIGUSR1", () => agent.agent?.unregister());
  try {
    await agent.start();
  } catch (error) {
    fail(`EXIT with status 1: ${error instanceof Error ? error.message : String(error)}`);
  }
}

await main();
