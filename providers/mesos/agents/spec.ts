/** The kind MesosAgents as servers to deploy: defaults, flags, files, and what a live agent refuses. Pure. */
import { isUnknown } from "../../../src/value/expression.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { unknownValue as unknownField } from "../../deployed/failures.js";
import type { BuildInput, DeployedKind, Lookup, ServerBuild } from "../../deployed/kind.js";
import { serversOf } from "../../deployed/unit.js";
import { normaliseAccess } from "../access.js";
import { ELECTION_FILES, electionFlag, normaliseElection, resolveElection } from "../election.js";
import { filled } from "../normalise.js";
import {
  credentialFile,
  credentialsFile,
  endpointOf,
  endpointsOf,
  environmentIn,
  fileFlag,
  flagArguments,
  flagsIn,
  placeFlags,
  programIn,
} from "../server-flags.js";

export const AGENT_PORT = 5051;
const CREDENTIAL = "credential.json";
const HTTP_CREDENTIALS = "http-credentials.json";

function normalise(spec: JsonObject): JsonObject {
  const { agents } = spec;
  return {
    program: ["mesos-agent"],
    flags: {},
    environment: {},
    attributes: {},
    resources: {},
    replaceWhenChanged: false,
    restart: "always",
    ...normaliseElection(spec),
    agents: Array.isArray(agents) ? agents.map(normaliseAgent).sort(byId) : (agents ?? []),
    access: filled(spec["access"], normaliseAccess),
    rolling: filled(spec["rolling"], (rolling) => ({ waitSeconds: 120, batch: 1, ...rolling })),
    deletion: filled(spec["deletion"], (deletion) => ({ keepData: false, ...deletion })),
  };
}

function normaliseAgent(agent: Json): Json {
  if (!isObject(agent) || isUnknown(agent)) return agent;
  return { port: AGENT_PORT, attributes: {}, resources: {}, running: true, ...agent };
}

function byId(a: Json, b: Json): number {
  const id = (agent: Json): string => (isObject(agent) ? String(agent["id"] ?? "") : "");
  return id(a) < id(b) ? -1 : 1;
}

/** The masters' URL or the ensemble's connect string. */
function resolve(address: string, spec: JsonObject, resource: Lookup): Record<string, string> {
  const { masters } = spec;
  if (typeof masters !== "string") return resolveElection(address, spec, resource);
  const zk = resource(masters)?.outputs["zk"];
  if (typeof zk === "string") return { masters: zk };
  throw unknownField(address, `${masters}.zk`);
}

function build(input: BuildInput): ServerBuild {
  const { spec, server, hostAddress, directories, secret, resolved } = input;
  const place = endpointOf(server, hostAddress, AGENT_PORT);
  const zk = resolved["masters"];
  const master = zk === undefined ? electionFlag(input) : { value: zk, files: [] };
  const files = [
    ...master.files,
    ...credentialFile(CREDENTIAL, spec["credential"], secret),
    ...credentialsFile(HTTP_CREDENTIALS, spec["httpCredentials"], secret),
  ];
  const flags = {
    // Each agent of a host needs one of its own; whoever gives the flag decides.
    runtime_dir: `${directories.data}/runtime`,
    ...flagsIn(spec),
    ...placeFlags(server, place),
    master: master.value,
    work_dir: `${directories.data}/work`,
    attributes: listed(attributesOf(spec, server)),
    resources: listed(resourcesOf(spec, server)),
    credential: fileFlag(files, CREDENTIAL, directories.config),
    http_credentials: fileFlag(files, HTTP_CREDENTIALS, directories.config),
  };
  return {
    command: [...programIn(spec), ...flagArguments(flags)],
    environment: environmentIn(spec),
    files,
    listens: [{ ip: place.address, port: place.port, purpose: "HTTP" }],
  };
}

/** `rack:r1;slots:4`; undefined when there is nothing. */
function listed(values: JsonObject): string | undefined {
  const parts = Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${typeof value === "string" ? value : JSON.stringify(value)}`);
  return parts.length === 0 ? undefined : parts.join(";");
}

export function attributesOf(spec: JsonObject, server: JsonObject): JsonObject {
  return { ...objectIn(spec, "attributes"), ...objectIn(server, "attributes") };
}

export function resourcesOf(spec: JsonObject, server: JsonObject): JsonObject {
  return { ...objectIn(spec, "resources"), ...objectIn(server, "resources") };
}

function objectIn(value: JsonObject, name: string): JsonObject {
  const found = value[name];
  return isObject(found) ? found : {};
}

export const AGENTS: DeployedKind = {
  kind: "MesosAgents",
  prefix: "mesos-agent",
  noun: "agent",
  list: "agents",
  sections: [
    "masters",
    "zookeeper",
    "attributes",
    "resources",
    "program",
    "image",
    "flags",
    "environment",
    "credential",
    "httpCredentials",
    "restart",
    "container",
  ],
  fileFields: { ...ELECTION_FILES, [CREDENTIAL]: "credential", [HTTP_CREDENTIALS]: "httpCredentials" },
  // SIGTERM ends the process alone: tasks stay, and it finds them again.
  stopGraceMs: 10_000,
  normalise,
  resolve,
  build,
};

/** A spec and one of its agents, as it was made or as it is to be. */
export interface Described {
  readonly spec: JsonObject;
  readonly server: JsonObject;
}

/**
 * What makes a live agent refuse to start on its checkpoint: "its resources and attributes change"; null when it starts.
 * `--reconfiguration_policy`: facts, section 6.
 */
export function refusedChange(before: Described, after: Described): string | null {
  const policy = flagsIn(after.spec)["reconfiguration_policy"] ?? "equal";
  if (policy === "any") return null;
  const place = ({ server }: Described): Json => [
    server["hostname"] ?? server["ip"] ?? null,
    server["port"] ?? AGENT_PORT,
  ];
  const domain = ({ spec }: Described): Json => flagsIn(spec)["domain"] ?? null;
  const differs = (what: (one: Described) => Json): boolean =>
    canonicalJson(what(before)) !== canonicalJson(what(after));
  const changed = [
    ...(differs(place) ? ["host name or port"] : []),
    ...(differs(domain) ? ["domain"] : []),
    ...(isRefused(policy, resourcesOf(before.spec, before.server), resourcesOf(after.spec, after.server))
      ? ["resources"]
      : []),
    ...(isRefused(policy, attributesOf(before.spec, before.server), attributesOf(after.spec, after.server))
      ? ["attributes"]
      : []),
  ];
  return changed.length === 0 ? null : changed.join(", ");
}

/** `additive` lets values be added and amounts grow. */
function isRefused(policy: Json, before: JsonObject, after: JsonObject): boolean {
  if (policy !== "additive") return canonicalJson(before) !== canonicalJson(after);
  return Object.entries(before).some(([name, value]) => {
    const now = after[name];
    if (now === undefined) return true;
    if (typeof value === "number" && typeof now === "number") return now < value;
    return canonicalJson(now) !== canonicalJson(value);
  });
}

/** agents and size. */
export function outputs(spec: JsonObject, resource: Lookup): JsonObject {
  const agents = serversOf(AGENTS, spec);
  return { agents: endpointsOf(agents, resource, AGENT_PORT), size: agents.length };
}
