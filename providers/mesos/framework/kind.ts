/**
 * MesosFramework as deployed servers: the spec with its defaults, and the command, variables and files of a server. Pure. A
 * URL with credentials goes into files and secret variables only, never into a command line.
 */
import { fillPlaceholders, type Placeholder, placeholdersIn } from "../../../src/mesos/placeholders.js";
import { isUnknown } from "../../../src/value/expression.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { refusal } from "../../deployed/failures.js";
import type { BuildInput, DeployedKind, ServerBuild } from "../../deployed/kind.js";
import {
  endpointOf,
  masterPlace,
  plainVariables,
  resolveFramework,
  SECRETS_FILE_FIELD,
  secretFile,
  secretVariables,
  statePlace,
  withSecretVariables,
} from "../../frameworks/parts.js";
import type { UnitFile } from "../../runtime.js";

const STOP_GRACE_MS = 20_000;
const MASTER_FILE = "master-url";
const ZK_FILE = "zk-url";

/** How long a server without a health path must run to count as working, in seconds. */
export const STEADY_SECONDS = 5;

function objectAt(spec: JsonObject, name: string): JsonObject {
  const value = spec[name];
  return isObject(value) && !isUnknown(value) ? value : {};
}

/** Fills in what is taken when nothing is said. Idempotent; leaves unknown values as they are. */
export function normaliseFramework(spec: JsonObject): JsonObject {
  const { servers } = spec;
  return {
    ...spec,
    servers: Array.isArray(servers)
      ? (servers as readonly Json[])
          .map((server) => (isObject(server) ? { running: true, ...server } : server))
          .sort(byId)
      : (servers ?? []),
    arguments: spec["arguments"] ?? [],
    environment: spec["environment"] ?? {},
    secretEnvironment: spec["secretEnvironment"] ?? {},
    health: { seconds: STEADY_SECONDS, ...objectAt(spec, "health") },
    restart: spec["restart"] ?? "always",
    rolling: { waitSeconds: 120, ...objectAt(spec, "rolling") },
    deletion: { keepData: false, ...objectAt(spec, "deletion") },
  };
}

function byId(a: Json, b: Json): number {
  const id = (server: Json): number =>
    isObject(server) && typeof server["id"] === "number" ? server["id"] : 0;
  return id(a) - id(b);
}

interface Filling {
  readonly values: Readonly<Record<Placeholder, string>>;
  /** Placeholders whose value holds credentials. */
  readonly secret: ReadonlySet<Placeholder>;
  readonly files: readonly UnitFile[];
}

function fillingOf(input: BuildInput): Filling {
  const { id, directories } = input;
  const { ip, hostname, port } = endpointOf(input);
  const master = masterPlace(input);
  const state = statePlace(input);
  const secret = new Set<Placeholder>();
  if (master.open !== master.full) secret.add("master");
  if (state !== null && state.open !== state.full) secret.add("zk");
  return {
    values: {
      id,
      ip,
      hostname,
      port: port === null ? "" : String(port),
      data: directories.data,
      master: master.full,
      masterFile: `${directories.config}/${MASTER_FILE}`,
      zk: state?.full ?? "",
      zkFile: `${directories.config}/${ZK_FILE}`,
      zkServers: state?.servers ?? "",
      zkPath: state?.path ?? "",
    },
    secret,
    files: [
      secretFile(MASTER_FILE, master.full),
      ...(state === null ? [] : [secretFile(ZK_FILE, state.full)]),
    ],
  };
}

function argumentsOf({ address, spec }: BuildInput, { values, secret }: Filling): string[] {
  const written = (spec["arguments"] as readonly Json[]).map(String);
  const exposing = written.find((text) => placeholdersIn(text).some((name) => secret.has(name)));
  if (exposing !== undefined) {
    throw refusal("secret-in-arguments", address, `the argument ${exposing} would hold credentials`, {
      detail: "Everybody on the host can read command lines. Nothing was started.",
      remedy: "Use {zkFile} or {masterFile}, files that hold the URL, or put the URL into environment.",
    });
  }
  return written.map((text) => fillPlaceholders(text, values));
}

function build(input: BuildInput): ServerBuild {
  const { spec } = input;
  const filling = fillingOf(input);
  const used = JSON.stringify([spec["arguments"], spec["environment"]]);
  const given = Object.entries(plainVariables(spec));
  const isSecret = ([, text]: readonly [string, string]): boolean =>
    placeholdersIn(text).some((name) => filling.secret.has(name));
  const filled = (entries: readonly (readonly [string, string])[]): Record<string, string> =>
    Object.fromEntries(entries.map(([name, text]) => [name, fillPlaceholders(text, filling.values)]));
  const program = (spec["program"] as readonly Json[]).map(String);
  const variables = { ...secretVariables(input), ...filled(given.filter(isSecret)) };
  const command = [...program, ...argumentsOf(input, filling)];
  const launched = withSecretVariables(command, variables, input);
  const { ip, port } = endpointOf(input);
  return {
    command: launched.command,
    environment: filled(given.filter((entry) => !isSecret(entry))),
    files: [
      ...launched.files,
      ...filling.files.filter(({ path }) => used.includes(PLACEHOLDER_OF[path] ?? "")),
    ],
    listens: port === null ? [] : [{ ip, port, purpose: "HTTP" }],
  };
}

/** Which placeholder names the file: without it the file is not written. */
const PLACEHOLDER_OF: Readonly<Record<string, string>> = {
  [MASTER_FILE]: "{masterFile}",
  [ZK_FILE]: "{zkFile}",
};

export const FRAMEWORK_SERVERS: DeployedKind = {
  kind: "MesosFramework",
  prefix: "framework",
  noun: "server",
  list: "servers",
  sections: [
    "masters",
    "master",
    "masterAuth",
    "zookeeper",
    "program",
    "image",
    "arguments",
    "environment",
    "secretEnvironment",
    "container",
    "restart",
  ],
  fileFields: { ...SECRETS_FILE_FIELD, [MASTER_FILE]: "masterAuth", [ZK_FILE]: "zookeeper" },
  stopGraceMs: STOP_GRACE_MS,
  normalise: normaliseFramework,
  resolve: resolveFramework,
  build,
};
