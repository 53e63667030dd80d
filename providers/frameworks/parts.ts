/**
 * What Marathon and other frameworks have in common as deployed servers: where their masters and their own state are, and how
 * secrets reach them without standing in a command line. Computes only.
 */
import { isSecret, isUnknown } from "../../src/value/expression.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";
import { unknownValue } from "../deployed/failures.js";
import type { BuildInput, Lookup } from "../deployed/kind.js";
import type { UnitFile } from "../runtime.js";

/** Where masters or a state are found. */
export interface Place {
  /** Without credentials: may be shown and recorded. */
  readonly open: string;
  /** With them, if there are any. */
  readonly full: string;
}

function fieldAt(spec: JsonObject, name: string): JsonObject {
  const value = spec[name];
  return isObject(value) && !isUnknown(value) ? value : {};
}

/** Values of other resources that decide how its servers run, by the field that names the resource. */
export function resolveFramework(
  address: string,
  spec: JsonObject,
  resource: Lookup,
): Readonly<Record<string, string>> {
  const { masters } = spec;
  const { ensemble } = fieldAt(spec, "zookeeper");
  return {
    ...(typeof masters === "string"
      ? { masters: textOf(address, "masters", resource(masters)?.outputs["zk"]) }
      : {}),
    ...(typeof ensemble === "string"
      ? { "zookeeper.ensemble": textOf(address, "zookeeper", resource(ensemble)?.outputs["connectString"]) }
      : {}),
  };
}

function textOf(address: string, field: string, value: Json | undefined): string {
  if (typeof value === "string") return value;
  throw unknownValue(address, field);
}

type Built = Pick<BuildInput, "spec" | "resolved" | "secret">;

/** Where its masters are found: `--master`. */
export function masterPlace({ spec, resolved, secret }: Built): Place {
  const { master, masterAuth } = spec;
  const open = resolved["masters"] ?? (typeof master === "string" ? master : "");
  return { open, full: withCredential(open, secret(masterAuth)) };
}

export interface StatePlace extends Place {
  /** `host:port,host:port`. */
  readonly servers: string;
  readonly path: string;
}

/** Where its own state is; null when the spec names no ZooKeeper. */
export function statePlace({ spec, resolved, secret }: Built): StatePlace | null {
  const { connectString, path, auth } = fieldAt(spec, "zookeeper");
  const servers = resolved["zookeeper.ensemble"] ?? connectString;
  if (typeof servers !== "string" || typeof path !== "string") return null;
  const open = `zk://${servers}${path}`;
  return { servers, path, open, full: withCredential(open, secret(auth)) };
}

function withCredential(url: string, credential: string): string {
  return credential === "" || !url.startsWith("zk://") ? url : url.replace("zk://", `zk://${credential}@`);
}

const SECRETS_FILE = "secrets.sh";

/** Reads the variables of the first argument, a file, then becomes the program. */
const LAUNCH = 'set -a; . "$1" || exit 1; set +a; shift; exec "$@"';

/** File → field of the spec that decides it. */
export const SECRETS_FILE_FIELD: Readonly<Record<string, string>> = { [SECRETS_FILE]: "secretEnvironment" };

/** The command that gives the program these variables, which stand in no command line, and the file that holds them. */
export function withSecretVariables(
  command: readonly string[],
  variables: Readonly<Record<string, string>>,
  { directories }: Pick<BuildInput, "directories">,
): { readonly command: readonly string[]; readonly files: readonly UnitFile[] } {
  const lines = Object.entries(variables)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}='${value.replaceAll("'", `'\\''`)}'\n`);
  if (lines.length === 0) return { command, files: [] };
  return {
    command: ["sh", "-c", LAUNCH, "framework", `${directories.config}/${SECRETS_FILE}`, ...command],
    files: [secretFile(SECRETS_FILE, lines.join(""))],
  };
}

/** A file that only the server's user reads. */
export function secretFile(path: string, content: string): UnitFile {
  return { path, content: Buffer.from(content), mode: 0o600 };
}

/** `secretEnvironment` with its values. */
export function secretVariables({ spec, secret }: Built): Record<string, string> {
  const given = Object.entries(fieldAt(spec, "secretEnvironment"));
  return Object.fromEntries(
    given.flatMap(([name, value]) => (isSecret(value) ? [[name, secret(value)]] : [])),
  );
}

/** `environment`, plain. */
export function plainVariables(spec: JsonObject): Record<string, string> {
  const given = Object.entries(fieldAt(spec, "environment"));
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/** Where a server listens, and what it is called by others. */
export function endpointOf({ server, hostAddress }: Pick<BuildInput, "server" | "hostAddress">): {
  readonly ip: string;
  readonly hostname: string;
  readonly port: number | null;
} {
  const { ip, hostname, port } = server;
  const listens = typeof ip === "string" ? ip : hostAddress;
  return {
    ip: listens,
    hostname: typeof hostname === "string" ? hostname : listens,
    port: typeof port === "number" ? port : null,
  };
}
