/**
 * The normalised spec of an ensemble, typed. Everything that compares, renders or deploys works on this form; nothing
 * here reads files or servers.
 */
import type { SecretValue } from "../../../src/value/expression.js";
import { isUnknown } from "../../../src/value/expression.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";

export interface ServerSpec {
  readonly id: number;
  /** Address of the Host resource. */
  readonly host: string;
  readonly clientPort: number;
  readonly quorumPort: number;
  readonly electionPort: number;
  readonly adminPort?: number;
  readonly metricsPort?: number;
  readonly secureClientPort?: number;
  readonly observerMasterPort?: number;
  readonly role: "participant" | "observer";
  readonly running: boolean;
}

export interface TlsSide {
  readonly keyStore?: SecretValue;
  readonly keyStorePassword?: SecretValue;
  readonly trustStore?: SecretValue;
  readonly trustStorePassword?: SecretValue;
  readonly clientAuth?: "need" | "want" | "none";
  /** Only encrypted connections: no plain client port. */
  readonly only?: boolean;
}

export interface EnsembleSpec {
  readonly version?: string;
  readonly distribution: {
    readonly image?: string;
    readonly classpath?: readonly string[];
    readonly home?: string;
  };
  readonly servers: readonly ServerSpec[];
  readonly settings: JsonObject;
  readonly jvm: { readonly heap: string; readonly options: readonly string[] };
  readonly fourLetterWords: readonly string[];
  readonly superuser?: { readonly password: SecretValue };
  readonly tls: { readonly client?: TlsSide; readonly quorum?: TlsSide };
  readonly metrics: { readonly provider: "prometheus" | "default" | "none" };
  readonly container: JsonObject;
  readonly restart: "no" | "on-failure" | "always";
  readonly rolling: { readonly waitSeconds: number };
  readonly deletion: { readonly keepData: boolean };
  /** What a new ensemble begins with; `snapshot` is a path, absolute or relative to the project. */
  readonly bootstrap?: { readonly snapshot: string };
}

const DEFAULT_WORDS = ["isro", "mntr", "conf", "ruok", "srvr"];

function objectAt(spec: JsonObject, name: string): JsonObject {
  const value = spec[name];
  return isObject(value) && !isUnknown(value) ? value : {};
}

function normaliseServer(server: Json): Json {
  if (!isObject(server)) return server;
  return {
    clientPort: 2181,
    quorumPort: 2888,
    electionPort: 3888,
    role: "participant",
    running: true,
    ...server,
  };
}

function byId(a: Json, b: Json): number {
  const id = (server: Json): number =>
    isObject(server) && typeof server["id"] === "number" ? server["id"] : 0;
  return id(a) - id(b);
}

/** Fills in what servers and ferry take when nothing is said. Idempotent; leaves unknown values as they are. */
export function normaliseEnsemble(spec: JsonObject): JsonObject {
  const servers = spec["servers"];
  const words = spec["fourLetterWords"] ?? DEFAULT_WORDS;
  return {
    ...spec,
    servers: Array.isArray(servers)
      ? servers.map((server: Json) => normaliseServer(server)).sort(byId)
      : (servers ?? []),
    settings: { tickTime: 2000, initLimit: 10, syncLimit: 5, ...objectAt(spec, "settings") },
    jvm: { heap: "256m", options: [], ...objectAt(spec, "jvm") },
    fourLetterWords: Array.isArray(words) ? [...words].sort() : words,
    metrics: { provider: "default", ...objectAt(spec, "metrics") },
    restart: spec["restart"] ?? "no",
    rolling: { waitSeconds: 60, ...objectAt(spec, "rolling") },
    deletion: { keepData: false, ...objectAt(spec, "deletion") },
  };
}

/** The typed view of a normalised spec. Only to be called when no value in it is unknown. */
export function ensembleOf(spec: JsonObject): EnsembleSpec {
  const full = normaliseEnsemble(spec);
  return { distribution: {}, tls: {}, container: {}, ...full } as unknown as EnsembleSpec;
}

/** Number of voting servers needed to agree. */
export function quorumSize(servers: readonly ServerSpec[]): number {
  const voters = servers.filter((server) => server.role === "participant").length;
  return Math.floor(voters / 2) + 1;
}

/** Parts of the spec that decide the files and the command of every server. */
export const SHARED_SECTIONS = [
  "version",
  "distribution",
  "settings",
  "jvm",
  "fourLetterWords",
  "superuser",
  "tls",
  "metrics",
  "container",
  "restart",
] as const;

/** Those parts of a normalised spec, present ones only. */
export function sharedSections(spec: JsonObject): JsonObject {
  return Object.fromEntries(
    SHARED_SECTIONS.flatMap((name) => (spec[name] === undefined ? [] : [[name, spec[name]]])),
  );
}
