/**
 * Makes a ZooKeeper available to the `process` runtime: looks for one, and where there is none installs one, in an
 * order that it prints. Run by bin/quickstart and bin/setup-servers; arguments are versions to have besides.
 */
import { spawnSync } from "node:child_process";
import { fetchDistribution, findDistribution } from "../../providers/zookeeper/distribution.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";

const DEFAULT_VERSION = "3.8.4";

const say = (line: string): void => {
  process.stdout.write(`  ${line}\n`);
};

type Attempt = { readonly name: string; readonly run: () => Promise<string | null> };

/** Runs a program; null when it went well, otherwise why not. */
function attempt(program: string, args: readonly string[]): string | null {
  const result = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (result.error !== undefined) return `there is no \`${program}\` here`;
  if (result.status === 0) return null;
  return `${program} ended with ${result.status}: ${result.stderr.trim().split("\n").at(-1) ?? ""}`;
}

async function debianPackage(): Promise<string | null> {
  if (process.getuid?.() !== 0) return "needs root (sudo apt-get install zookeeper)";
  const updated = attempt("apt-get", ["update", "-qq"]);
  return updated ?? attempt("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "zookeeper"]);
}

function summaries(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((d) => d.summary).join("; ");
}

async function mavenArtifact(version: string): Promise<string | null> {
  const fetched = await fetchDistribution({ version, env: process.env });
  return fetched.value === undefined ? summaries(fetched.diagnostics) : null;
}

function look(version?: string): boolean {
  const found = findDistribution({
    env: process.env,
    onNote: say,
    ...(version === undefined ? {} : { version }),
  });
  return found.value !== undefined;
}

async function provide(): Promise<boolean> {
  say("Looking for ZooKeeper: $ZOOKEEPER_HOME, ferry's cache, Debian's package.");
  if (look()) return true;
  const attempts: Attempt[] = [
    { name: "Debian's package", run: debianPackage },
    { name: `Maven artifact ${DEFAULT_VERSION}`, run: () => mavenArtifact(DEFAULT_VERSION) },
  ];
  say(`None found. Trying, in this order: ${attempts.map(({ name }) => name).join(", ")}.`);
  for (const { name, run } of attempts) {
    const problem = await run();
    if (problem === null && look()) return true;
    say(`${name}: ${problem ?? "installed, but no ZooKeeper was found afterwards"}`);
  }
  return false;
}

async function provideVersion(version: string): Promise<boolean> {
  if (look(version)) return true;
  const problem = await mavenArtifact(version);
  if (problem !== null) say(`ZooKeeper ${version}: ${problem}`);
  return problem === null;
}

const versions = process.argv.slice(2);
const results = versions.length === 0 ? [await provide()] : await Promise.all(versions.map(provideVersion));
if (results.includes(false)) {
  process.stderr.write(
    "ZooKeeper could not be made available. Nothing was started.\n" +
      "  Set ZOOKEEPER_HOME to an unpacked ZooKeeper 3.4–3.9, or install Debian's package `zookeeper`, or Maven (`mvn`), and run this again.\n",
  );
  process.exitCode = 1;
}
