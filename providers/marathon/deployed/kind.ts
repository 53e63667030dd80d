/**
 * MarathonInstance as deployed servers: the spec with its defaults, and what flags, variables and files a server gets. Pure. No
 * secret stands in a command line, and no flag is said both there and in the environment, which Marathon refuses.
 */
import { flagArguments } from "../../../src/marathon/flags.js";
import { isUnknown } from "../../../src/value/expression.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
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

const MESOS_SECRET_FILE = "mesos-secret";

/** Marathon's own limit for ending is 45 s. */
const STOP_GRACE_MS = 50_000;

function objectAt(spec: JsonObject, name: string): JsonObject {
  const value = spec[name];
  return isObject(value) && !isUnknown(value) ? value : {};
}

/** Fills in what is taken when nothing is said. Idempotent; leaves unknown values as they are. */
export function normaliseInstance(spec: JsonObject): JsonObject {
  const { servers } = spec;
  const access = objectAt(spec, "access");
  const normal: JsonObject = {
    ...spec,
    zookeeper: { path: "/marathon", ...objectAt(spec, "zookeeper") },
    servers: Array.isArray(servers)
      ? (servers as readonly Json[]).map(normaliseServer).sort(byId)
      : (servers ?? []),
    program: spec["program"] ?? ["marathon"],
    flags: spec["flags"] ?? {},
    environment: spec["environment"] ?? {},
    secretEnvironment: spec["secretEnvironment"] ?? {},
    access: {
      ...access,
      timeouts: { connectSeconds: 5, requestSeconds: 30, ...objectAt(access, "timeouts") },
    },
    restart: spec["restart"] ?? "always",
    rolling: { waitSeconds: 120, ...objectAt(spec, "rolling") },
    deletion: { keepData: false, ...objectAt(spec, "deletion") },
  };
  return normal;
}

function normaliseServer(server: Json): Json {
  return isObject(server) ? { port: 8080, running: true, ...server } : server;
}

function byId(a: Json, b: Json): number {
  const id = (server: Json): number =>
    isObject(server) && typeof server["id"] === "number" ? server["id"] : 0;
  return id(a) - id(b);
}

/** Flags, and variables that hold secrets. */
function settingsOf(input: BuildInput): {
  readonly flags: Readonly<Record<string, Json>>;
  readonly variables: Readonly<Record<string, string>>;
} {
  const { spec, directories, secret } = input;
  const { ip, hostname, port } = endpointOf(input);
  const places: readonly (readonly [string, { open: string; full: string } | null])[] = [
    ["master", masterPlace(input)],
    ["zk", statePlace(input)],
  ];
  const open = places.flatMap(([name, place]) =>
    place !== null && place.open === place.full ? [[name, place.open]] : [],
  );
  const guarded = places.flatMap(([name, place]) =>
    place !== null && place.open !== place.full ? [[`MARATHON_${name.toUpperCase()}`, place.full]] : [],
  );
  const { principal } = objectAt(spec, "mesosCredential");
  const authentication: Record<string, Json> =
    principal === undefined
      ? {}
      : {
          mesos_authentication: true,
          mesos_authentication_principal: principal,
          mesos_authentication_secret_file: `${directories.config}/${MESOS_SECRET_FILE}`,
        };
  const { username, password } = objectAt(spec, "credentials");
  const basic =
    username === undefined ? {} : { MESOSPHERE_HTTP_CREDENTIALS: `${String(username)}:${secret(password)}` };
  return {
    flags: {
      ...objectAt(spec, "flags"),
      ...Object.fromEntries(open),
      ...authentication,
      hostname,
      http_address: ip,
      http_port: port ?? 8080,
    },
    variables: { ...secretVariables(input), ...Object.fromEntries(guarded), ...basic },
  };
}

function build(input: BuildInput): ServerBuild {
  const { spec, secret } = input;
  const { flags, variables } = settingsOf(input);
  const program = (spec["program"] as readonly Json[]).map(String);
  const { command, files } = withSecretVariables([...program, ...flagArguments(flags)], variables, input);
  const { secret: mesosSecret } = objectAt(spec, "mesosCredential");
  const more = mesosSecret === undefined ? [] : [secretFile(MESOS_SECRET_FILE, secret(mesosSecret))];
  const { ip, port } = endpointOf(input);
  return {
    command,
    environment: plainVariables(spec),
    files: [...files, ...more],
    listens: port === null ? [] : [{ ip, port, purpose: "HTTP" }],
  };
}

export const MARATHON_SERVERS: DeployedKind = {
  kind: "MarathonInstance",
  prefix: "marathon",
  noun: "server",
  list: "servers",
  sections: [
    "zookeeper",
    "masters",
    "master",
    "masterAuth",
    "program",
    "image",
    "flags",
    "environment",
    "secretEnvironment",
    "credentials",
    "mesosCredential",
    "container",
    "restart",
  ],
  fileFields: { ...SECRETS_FILE_FIELD, [MESOS_SECRET_FILE]: "mesosCredential" },
  stopGraceMs: STOP_GRACE_MS,
  normalise: normaliseInstance,
  resolve: resolveFramework,
  build,
};
