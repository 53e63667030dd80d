/** Where masters elect, as the servers of this provider are told: `--zk` of masters, `--master` of agents. Pure. */
import { isSecret, isUnknown, unknownValue } from "../../src/value/expression.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";
import { unknownValue as unknownField } from "../deployed/failures.js";
import type { BuildInput, Lookup } from "../deployed/kind.js";
import type { UnitFile } from "../runtime.js";

const ENSEMBLE = "zookeeper.ensemble";
const URL_FILE = "zk-url";

/** Defaults of `zookeeper`. */
export function normaliseElection(spec: JsonObject): JsonObject {
  const { zookeeper } = spec;
  if (!isObject(zookeeper) || isUnknown(zookeeper)) return spec;
  return { ...spec, zookeeper: { path: "/mesos", ...zookeeper } };
}

/** DeployedKind.resolve: the ensemble's connect string. */
export function resolveElection(address: string, spec: JsonObject, resource: Lookup): Record<string, string> {
  const zookeeper = isObject(spec["zookeeper"]) ? spec["zookeeper"] : {};
  const { ensemble } = zookeeper;
  if (typeof ensemble !== "string") return {};
  const found = resource(ensemble)?.outputs["connectString"];
  if (typeof found === "string" && found !== "") return { [ENSEMBLE]: found };
  throw unknownField(address, `${ensemble}.connectString`);
}

/** `zk://h:2181/mesos`, without credentials; unknown while the ensemble's addresses are. */
export function electionUrl(spec: JsonObject, resource: Lookup): Json {
  const zookeeper = isObject(spec["zookeeper"]) ? spec["zookeeper"] : {};
  const { ensemble, connectString, path } = zookeeper;
  const servers =
    typeof ensemble === "string"
      ? (resource(ensemble)?.outputs["connectString"] ?? unknownValue(`${ensemble}.connectString`))
      : connectString;
  if (typeof servers === "string" && typeof path === "string") return `zk://${servers}${path}`;
  return isUnknown(servers) ? servers : unknownValue("zookeeper");
}

export interface ElectionFlag {
  /** The flag's value: the URL, or file:// of it when it holds credentials. */
  readonly value: string;
  readonly files: readonly UnitFile[];
}

/** What a server is told. Credentials go into a file, because command lines are everybody's to read. */
export function electionFlag({ spec, resolved, secret, directories }: BuildInput): ElectionFlag {
  const zookeeper = isObject(spec["zookeeper"]) ? spec["zookeeper"] : {};
  const { connectString = "", path = "/mesos", auth } = zookeeper;
  const servers = resolved[ENSEMBLE] ?? String(connectString);
  if (!isSecret(auth)) return { value: `zk://${servers}${String(path)}`, files: [] };
  const content = Buffer.from(`zk://${secret(auth)}@${servers}${String(path)}`);
  return {
    value: `file://${directories.config}/${URL_FILE}`,
    files: [{ path: URL_FILE, content, mode: 0o600 }],
  };
}

/** Configuration files of an election and the fields that decide them. */
export const ELECTION_FILES: Readonly<Record<string, string>> = { [URL_FILE]: "zookeeper" };
