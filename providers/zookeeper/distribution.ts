/**
 * Finds ZooKeeper on this machine: a class path for `java`, never a running server. Order: a folder given explicitly,
 * $ZOOKEEPER_HOME, ferry's cache of Maven artifacts, Debian's package. Fetching is distribution-fetch.ts.
 */
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { errorDiagnostic, type Outcome } from "../../src/diagnostics/diagnostic.js";
import { readDebian, readHome } from "./distribution-layout.js";
import { compareVersions, type Distribution, satisfiesVersion } from "./distribution-model.js";

export { fetchDistribution } from "./distribution-fetch.js";
export type { Distribution, DistributionFeatures, LoggingBackend } from "./distribution-model.js";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface FindRequest {
  /** `3.8.4` exactly, `3.8` any of that line; any version when left out. */
  readonly version?: string;
  /** Only this folder is looked at. */
  readonly home?: string;
  /** ZOOKEEPER_HOME, FERRY_CACHE, XDG_CACHE_HOME and HOME are read. */
  readonly env: Environment;
  /** Where Debian keeps its jars; tests set it. */
  readonly debianJavaFolder?: string;
  /** Told each place looked at and what was found there. */
  readonly onNote?: (note: string) => void;
}

/** `$FERRY_CACHE/zookeeper`, or ferry/zookeeper in the user's cache folder. */
export function distributionCache(env: Environment): string {
  const explicit = env["FERRY_CACHE"];
  if (explicit !== undefined && explicit !== "") return join(explicit, "zookeeper");
  const cache = env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache");
  return join(cache, "ferry", "zookeeper");
}

interface Place {
  readonly name: string;
  readonly look: () => readonly Distribution[];
}

function inCache(folder: string): Distribution[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // nothing fetched yet
  }
  return names
    .filter((name) => /^\d/.test(name))
    .flatMap((name) => readHome(join(folder, name), `ferry's cache (${join(folder, name)})`) ?? [])
    .sort((a, b) => compareVersions(b.version, a.version));
}

function places(request: FindRequest): Place[] {
  const { home, env } = request;
  if (home !== undefined) return [{ name: home, look: () => asList(readHome(home, home)) }];
  const found: Place[] = [];
  const fromEnv = env["ZOOKEEPER_HOME"];
  if (fromEnv !== undefined && fromEnv !== "") {
    const name = `$ZOOKEEPER_HOME (${fromEnv})`;
    found.push({ name, look: () => asList(readHome(fromEnv, name)) });
  }
  const cache = distributionCache(env);
  found.push({ name: `ferry's cache (${cache})`, look: () => inCache(cache) });
  const debian = request.debianJavaFolder ?? "/usr/share/java";
  found.push({ name: `Debian's package (${debian}/zookeeper.jar)`, look: () => asList(readDebian(debian)) });
  return found;
}

function asList(found: Distribution | undefined): readonly Distribution[] {
  return found === undefined ? [] : [found];
}

/** The first installation that fits, or a diagnostic `zookeeper-not-found` that lists where it was looked for. */
export function findDistribution(request: FindRequest): Outcome<Distribution> {
  const seen: string[] = [];
  for (const place of places(request)) {
    const note = (text: string) => {
      seen.push(text);
      request.onNote?.(text);
    };
    const look = lookAt(place);
    if (typeof look === "string") {
      note(look);
      continue;
    }
    const wanted = request.version;
    const fitting = look.find((found) => wanted === undefined || satisfiesVersion(found.version, wanted));
    const versions = look.map((found) => found.version).join(", ");
    if (fitting === undefined) {
      note(look.length === 0 ? `${place.name}: no ZooKeeper there` : `${place.name}: holds ${versions}`);
      continue;
    }
    request.onNote?.(`${place.name}: ZooKeeper ${fitting.version}`);
    return { value: fitting, diagnostics: [] };
  }
  return { diagnostics: [notFound(request, seen)] };
}

function lookAt(place: Place): readonly Distribution[] | string {
  try {
    return place.look();
  } catch (error) {
    return `${place.name}: cannot be read (${error instanceof Error ? error.message : String(error)})`;
  }
}

function notFound(request: FindRequest, seen: readonly string[]) {
  const what = request.version === undefined ? "ZooKeeper" : `ZooKeeper ${request.version}`;
  const remedy =
    request.home === undefined
      ? "Set ZOOKEEPER_HOME to an unpacked archive, install Debian's package `zookeeper`, or fetch the version into ferry's cache with Maven (`mvn` must be installed)."
      : "Give the folder that holds lib/zookeeper-<version>.jar, or leave `home` out to let ferry look elsewhere.";
  return errorDiagnostic("zookeeper-not-found", `${what} was not found on this machine`, {
    detail: `Looked at:\n${seen.map((line) => `  ${line}`).join("\n")}\nNothing was started or changed.`,
    remedy,
  });
}
