/**
 * Where the quickstart's servers come from: a ZooKeeper on this machine, one that is installed now, or an image of a
 * Docker engine. Looks in an order that it prints, and says of each place what was found there.
 */
import { spawnSync } from "node:child_process";
import Docker from "dockerode";
import { fetchDistribution, findDistribution } from "../../providers/zookeeper/distribution.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";

export const DEFAULT_VERSION = "3.8.4";

export type ZooKeeperSource =
  | { readonly kind: "local" }
  | { readonly kind: "docker"; readonly endpoint: string; readonly image: string };

type Say = (line: string) => void;
type Found = { readonly source: ZooKeeperSource } | { readonly problem: string };

interface Attempt {
  readonly name: string;
  readonly run: () => Promise<Found>;
}

/** Runs a program; null when it went well, otherwise why not. */
function attempt(program: string, args: readonly string[]): string | null {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const result = spawnSync(program, args, { encoding: "utf8", env });
  if (result.error !== undefined) return `there is no \`${program}\` here`;
  if (result.status === 0) return null;
  return `${program} ended with ${result.status}: ${result.stderr.trim().split("\n").at(-1) ?? ""}`;
}

/** Whether this machine has one; `version` exactly, or any. */
export function isInstalled(say: Say, version?: string): boolean {
  const wanted = version === undefined ? {} : { version };
  return findDistribution({ env: process.env, onNote: say, ...wanted }).value !== undefined;
}

function installed(problem: string | null, say: Say): Found {
  if (problem !== null) return { problem };
  return isInstalled(say)
    ? { source: { kind: "local" } }
    : { problem: "installed, but no ZooKeeper was found afterwards" };
}

function debianPackage(): string | null {
  if (process.getuid?.() !== 0) return "needs root (sudo apt-get install zookeeper)";
  const updated = attempt("apt-get", ["update", "-qq"]);
  return updated ?? attempt("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "zookeeper"]);
}

function summaries(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((d) => d.summary).join("; ");
}

/** Null when it is in ferry's cache now. */
export async function fetchVersion(version: string): Promise<string | null> {
  const fetched = await fetchDistribution({ version, env: process.env });
  return fetched.value === undefined ? summaries(fetched.diagnostics) : null;
}

/** Servers in containers share the host's network, so the engine must be on this machine. */
async function dockerImage(): Promise<Found> {
  const endpoint = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
  if (!endpoint.startsWith("unix://")) return { problem: `the engine at ${endpoint} is not on this machine` };
  const docker = new Docker({ socketPath: endpoint.slice("unix://".length) });
  const image = `zookeeper:${DEFAULT_VERSION}`;
  try {
    await docker.ping();
  } catch {
    return { problem: `no engine answers at ${endpoint}` };
  }
  try {
    await docker
      .getImage(image)
      .inspect()
      .catch(() => pull(docker, image));
    return { source: { kind: "docker", endpoint, image } };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { problem: `the engine at ${endpoint} has no image ${image} and cannot pull it (${why})` };
  }
}

async function pull(docker: Docker, image: string): Promise<void> {
  const stream = await docker.pull(image);
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error === null ? resolve() : reject(error)));
  });
}

function hasJava(): boolean {
  return attempt("java", ["-version"]) === null;
}

/** The first way that works, or null after having said why none does. */
export async function provideZooKeeper(say: Say): Promise<ZooKeeperSource | null> {
  const containers: Attempt = { name: `Docker image zookeeper:${DEFAULT_VERSION}`, run: dockerImage };
  if (!hasJava()) {
    say("There is no Java here, so servers can run in containers only.");
    return firstOf([containers], say);
  }
  say("Looking for ZooKeeper: $ZOOKEEPER_HOME, ferry's cache, Debian's package.");
  if (isInstalled(say)) return { kind: "local" };
  const local: Attempt[] = [
    { name: "Debian's package", run: async () => installed(debianPackage(), say) },
    {
      name: `Maven artifact ${DEFAULT_VERSION}`,
      run: async () => installed(await fetchVersion(DEFAULT_VERSION), say),
    },
  ];
  return firstOf([...local, containers], say);
}

async function firstOf(attempts: readonly Attempt[], say: Say): Promise<ZooKeeperSource | null> {
  say(`None found. Trying, in this order: ${attempts.map(({ name }) => name).join(", ")}.`);
  for (const { name, run } of attempts) {
    const found = await run();
    if ("source" in found) {
      say(`${name}: taken`);
      return found.source;
    }
    say(`${name}: ${found.problem}`);
  }
  return null;
}
