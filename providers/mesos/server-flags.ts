/** Flags and files that masters and agents are started with. Pure; secrets come in resolved and go into files only. */
import { isIPv4 } from "node:net";
import { isUnknown, unknownValue } from "../../src/value/expression.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { BuildInput, Lookup } from "../deployed/kind.js";
import type { UnitFile } from "../runtime.js";

/** `--name=value`, sorted by name; what is undefined is left out. */
export function flagArguments(flags: Readonly<Record<string, Json | undefined>>): string[] {
  return Object.entries(flags)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `--${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
}

export interface Endpoint {
  /** Where it listens and is reached: its ip, or its host's address. */
  readonly address: string;
  readonly port: number;
}

/** `defaultPort`: 5050 or 5051. */
export function endpointOf(server: JsonObject, hostAddress: string, defaultPort: number): Endpoint {
  const { ip, port } = server;
  return {
    address: typeof ip === "string" ? ip : hostAddress,
    port: typeof port === "number" ? port : defaultPort,
  };
}

/** `ip:port` of each, for others to refer to; unknown while the address of a host is. */
export function endpointsOf(servers: readonly JsonObject[], resource: Lookup, defaultPort: number): Json {
  const endpoints = servers.map((server): Json => {
    const host = String(server["host"]);
    const address = server["ip"] ?? resource(host)?.outputs["address"];
    if (typeof address !== "string") return isUnknown(address) ? address : unknownValue(`${host}.address`);
    return `${address}:${String(server["port"] ?? defaultPort)}`;
  });
  return endpoints.find(isUnknown) ?? endpoints;
}

/** Flags that say where it is. An address that is a name is left to Mesos to resolve. */
export function placeFlags(server: JsonObject, { address, port }: Endpoint): Record<string, Json> {
  const { hostname } = server;
  return {
    ...(isIPv4(address) ? { ip: address } : {}),
    port,
    hostname: typeof hostname === "string" ? hostname : address,
  };
}

export function flagsIn(spec: JsonObject): JsonObject {
  return isObject(spec["flags"]) ? spec["flags"] : {};
}

export function environmentIn(spec: JsonObject): Record<string, string> {
  const environment = isObject(spec["environment"]) ? spec["environment"] : {};
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
}

export function programIn(spec: JsonObject): string[] {
  const { program } = spec;
  return Array.isArray(program) ? program.map((word: Json) => String(word)) : [];
}

/** A list of principals as Mesos reads it from a file. */
export function credentialsFile(
  path: string,
  list: Json | undefined,
  secret: BuildInput["secret"],
): UnitFile[] {
  if (!Array.isArray(list)) return [];
  const credentials = (list as readonly Json[]).filter(isObject).map((entry) => credential(entry, secret));
  return [jsonFile(path, { credentials })];
}

/** One principal, for an agent. */
export function credentialFile(
  path: string,
  entry: Json | undefined,
  secret: BuildInput["secret"],
): UnitFile[] {
  return isObject(entry) ? [jsonFile(path, credential(entry, secret))] : [];
}

function credential(entry: JsonObject, secret: BuildInput["secret"]): JsonObject {
  return { principal: entry["principal"] ?? "", secret: secret(entry["secret"]) };
}

export function jsonFile(path: string, value: Json): UnitFile {
  return { path, content: Buffer.from(`${JSON.stringify(value, null, 2)}\n`), mode: 0o600 };
}

/** `file:///…` of a configuration file, when it is among `files`. */
export function fileFlag(files: readonly UnitFile[], path: string, directory: string): string | undefined {
  return files.some((file) => file.path === path) ? `file://${directory}/${path}` : undefined;
}
