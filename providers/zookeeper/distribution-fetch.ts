/**
 * Brings a ZooKeeper release from Maven's repository into ferry's cache, with everything a server needs at run time.
 * The release's own parent pom says which versions of the companions it was built with; what the server's pom marks as
 * `provided` (the official archive ships it) is asked for here. Never touches a version already in the cache.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Diagnostic, errorDiagnostic, type Outcome } from "../../src/diagnostics/diagnostic.js";
import { distributionCache, type Environment } from "./distribution.js";
import { readHome } from "./distribution-layout.js";
import { type Distribution, isAtLeast } from "./distribution-model.js";

export interface FetchRequest {
  /** A full version, `3.8.4`. */
  readonly version: string;
  readonly env: Environment;
  readonly signal?: AbortSignal;
  /** Milliseconds for all of Maven's work; default five minutes. */
  readonly timeoutMs?: number;
  readonly onNote?: (note: string) => void;
}

/** `provided` companions, by artifactId; asked for when the release's parent pom manages their version. */
const COMPANIONS: Readonly<Record<string, string>> = {
  "jetty-server": "org.eclipse.jetty",
  "jetty-servlet": "org.eclipse.jetty",
  "jetty-client": "org.eclipse.jetty",
  "jackson-databind": "com.fasterxml.jackson.core",
  "json-simple": "com.googlecode.json-simple",
  "metrics-core": "io.dropwizard.metrics",
  "snappy-java": "org.xerial.snappy",
  "commons-cli": "commons-cli",
  jline: "jline",
};

/**
 * Logging backends by preference: what the release's own archive ships comes first. The bridges' own dependencies are
 * excluded by the parent pom, so the backend itself is asked for as well.
 */
const BACKENDS: readonly (readonly (readonly [group: string, artifact: string])[])[] = [
  [["ch.qos.logback", "logback-classic"]],
  [
    ["org.slf4j", "slf4j-reload4j"],
    ["ch.qos.reload4j", "reload4j"],
  ],
  [
    ["org.slf4j", "slf4j-log4j12"],
    ["log4j", "log4j"],
  ],
];

/** In Maven's repository only from a late 3.9; older releases ship it in their archive alone. */
const PROMETHEUS = "zookeeper-prometheus-metrics";

interface Dependency {
  readonly group: string;
  readonly artifact: string;
  /** Left out: the parent pom manages it. */
  readonly version?: string;
}

/** group:artifact pairs of the parent pom's dependencyManagement, exclusions not counted. */
export function managedArtifacts(parentPom: string): Set<string> {
  const block = /<dependencyManagement>([\s\S]*?)<\/dependencyManagement>/.exec(parentPom)?.[1] ?? "";
  const plain = block.replace(/<exclusions>[\s\S]*?<\/exclusions>/g, "");
  const found = new Set<string>();
  for (const [, group, artifact] of plain.matchAll(
    /<groupId>\s*([^<\s]+)\s*<\/groupId>\s*<artifactId>\s*([^<\s]+)\s*<\/artifactId>/g,
  )) {
    found.add(`${group}:${artifact}`);
  }
  return found;
}

/** What to ask Maven for; `managed` is empty for 3.4, whose pom names its run-time needs itself. */
export function wantedDependencies(version: string, managed: ReadonlySet<string>): Dependency[] {
  const wanted: Dependency[] = [{ group: "org.apache.zookeeper", artifact: "zookeeper", version }];
  for (const [artifact, group] of Object.entries(COMPANIONS)) {
    if (managed.has(`${group}:${artifact}`)) wanted.push({ group, artifact });
  }
  const backend = BACKENDS.find((jars) =>
    jars.every(([group, artifact]) => managed.has(`${group}:${artifact}`)),
  );
  for (const [group, artifact] of backend ?? []) wanted.push({ group, artifact });
  return wanted;
}

/** A throw-away pom that resolves `wanted` with the versions the release's parent declares. */
export function resolvingPom(version: string, wanted: readonly Dependency[], hasParent: boolean): string {
  const one = (d: Dependency, more: string) =>
    `<dependency><groupId>${d.group}</groupId><artifactId>${d.artifact}</artifactId>${
      d.version === undefined ? "" : `<version>${d.version}</version>`
    }${more}</dependency>`;
  const parent: Dependency = { group: "org.apache.zookeeper", artifact: "parent", version };
  const management = hasParent
    ? `<dependencyManagement><dependencies>${one(parent, "<type>pom</type><scope>import</scope>")}</dependencies></dependencyManagement>`
    : "";
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>ferry</groupId><artifactId>zookeeper-distribution</artifactId><version>1</version><packaging>pom</packaging>
${management}
<dependencies>
${wanted.map((d) => one(d, "<scope>compile</scope>")).join("\n")}
</dependencies></project>
`;
}

const underWay = new Map<string, Promise<Outcome<Distribution>>>();

/**
 * The version in ferry's cache, fetched when it is not there yet. Safe to call at the same time from several places
 * and processes: each works in a folder of its own, and the finished one is moved into place in one step.
 */
export function fetchDistribution(request: FetchRequest): Promise<Outcome<Distribution>> {
  const target = join(distributionCache(request.env), request.version);
  const cached = fromCache(target);
  if (cached !== undefined) return Promise.resolve({ value: cached, diagnostics: [] });
  const running = underWay.get(target);
  if (running !== undefined) return running;
  const fetching = fetchInto(target, request).finally(() => underWay.delete(target));
  underWay.set(target, fetching);
  return fetching;
}

function fromCache(target: string): Distribution | undefined {
  return readHome(target, `ferry's cache (${target})`);
}

async function fetchInto(target: string, request: FetchRequest): Promise<Outcome<Distribution>> {
  const { version } = request;
  if (!/^\d+\.\d+\.\d+(-[a-z0-9]+)?$/.test(version)) {
    return failed(
      version,
      "it is not a full version such as 3.8.4",
      "Name all three numbers of the version.",
    );
  }
  const cache = join(target, "..");
  let work: string;
  try {
    await mkdir(cache, { recursive: true });
    work = await mkdtemp(join(cache, `.fetching-${version}-`));
  } catch (error) {
    return failed(
      version,
      `the cache cannot be written: ${message(error)}`,
      "Set FERRY_CACHE to a writable folder.",
    );
  }
  try {
    request.onNote?.(`fetching ZooKeeper ${version} with Maven into ${target}`);
    await resolveWithMaven(work, request);
    return await moveIntoPlace(work, target, version);
  } catch (error) {
    return failed(version, message(error), remedyFor(error));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function resolveWithMaven(work: string, request: FetchRequest): Promise<void> {
  const { version } = request;
  const hasParent = isAtLeast(version, "3.5.5"); // older releases were built with ant: no parent pom
  let managed: ReadonlySet<string> = new Set();
  if (hasParent) {
    await maven(
      [
        "dependency:copy",
        `-Dartifact=org.apache.zookeeper:parent:${version}:pom`,
        `-DoutputDirectory=${work}`,
      ],
      work,
      request,
    );
    managed = managedArtifacts(await readFile(join(work, `parent-${version}.pom`), "utf8"));
  }
  const wanted = wantedDependencies(version, managed);
  const copy = async (dependencies: readonly Dependency[]) => {
    await writeFile(join(work, "pom.xml"), resolvingPom(version, dependencies, hasParent));
    const folder = `-DoutputDirectory=${join(work, "lib")}`;
    await maven(["dependency:copy-dependencies", "-DincludeScope=runtime", folder], work, request);
  };
  if (!isAtLeast(version, "3.9.0")) return copy(wanted);
  const metrics = { group: "org.apache.zookeeper", artifact: PROMETHEUS, version };
  try {
    await copy([...wanted, metrics]);
  } catch (error) {
    if (!message(error).includes(PROMETHEUS)) throw error;
    request.onNote?.(`${PROMETHEUS} ${version} is not in Maven's repository: no Prometheus metrics`);
    await copy(wanted);
  }
}

async function moveIntoPlace(work: string, target: string, version: string): Promise<Outcome<Distribution>> {
  await rm(join(work, `parent-${version}.pom`), { force: true });
  try {
    await rename(work, target);
  } catch (error) {
    if (!existsSync(target)) throw error; // otherwise another process finished first, with the same content
  }
  const value = fromCache(target);
  if (value !== undefined) return { value, diagnostics: [] };
  return failed(version, `${target} holds no zookeeper-${version}.jar`, `Remove ${target} and fetch again.`);
}

class MavenMissing extends Error {}

function remedyFor(error: unknown): string {
  return error instanceof MavenMissing
    ? "Install Maven (`mvn`), or unpack an official archive and set ZOOKEEPER_HOME to its folder."
    : "Check the version and that Maven reaches its repository (~/.m2/settings.xml), then try again.";
}

/** Runs mvn quietly; rejects with its own words. */
function maven(goals: readonly string[], cwd: string, request: FetchRequest): Promise<void> {
  const timeout = AbortSignal.timeout(request.timeoutMs ?? 300_000);
  const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
  return new Promise((resolve, reject) => {
    const child = spawn("mvn", ["-q", "-B", "-ntp", ...goals], {
      cwd,
      env: { ...request.env, MAVEN_OPTS: request.env["MAVEN_OPTS"] ?? "-XX:TieredStopAtLevel=1" },
      signal,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") reject(new MavenMissing("Maven (`mvn`) is not installed"));
      else if (timeout.aborted)
        reject(new Error(`Maven did not finish within ${request.timeoutMs ?? 300_000} ms`));
      else reject(error);
    });
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`Maven failed: ${firstError(output)}`));
    });
  });
}

function firstError(output: string): string {
  const line = output.split("\n").find((text) => text.includes("ERROR"));
  return (line ?? "it printed nothing").replace(/^.*\[ERROR\]\s*/, "").slice(0, 500);
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function failed(version: string, why: string, remedy: string): Outcome<Distribution> {
  const diagnostic: Diagnostic = errorDiagnostic(
    "zookeeper-fetch-failed",
    `fetching ZooKeeper ${version} did not work: ${why}`,
    { detail: "The cache is as it was before.", remedy },
  );
  return { diagnostics: [diagnostic] };
}
