/** The kind MesosMasters as servers to deploy: defaults, flags, files, what others may refer to. Pure. */
import { isUnknown } from "../../../src/value/expression.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import type { BuildInput, DeployedKind, Lookup, ServerBuild } from "../../deployed/kind.js";
import { serversOf } from "../../deployed/unit.js";
import { normaliseAccess } from "../access.js";
import {
  ELECTION_FILES,
  electionFlag,
  electionUrl,
  normaliseElection,
  resolveElection,
} from "../election.js";
import { filled } from "../normalise.js";
import {
  credentialsFile,
  endpointOf,
  endpointsOf,
  environmentIn,
  fileFlag,
  flagArguments,
  flagsIn,
  jsonFile,
  placeFlags,
  programIn,
} from "../server-flags.js";

export const MASTER_PORT = 5050;
const CREDENTIALS = "credentials.json";
const ACLS = "acls.json";

function normalise(spec: JsonObject): JsonObject {
  const { servers } = spec;
  return {
    program: ["mesos-master"],
    flags: {},
    environment: {},
    restart: "always",
    ...normaliseElection(spec),
    servers: Array.isArray(servers) ? servers.map(normaliseServer).sort(byId) : (servers ?? []),
    access: filled(spec["access"], normaliseAccess),
    rolling: filled(spec["rolling"], (rolling) => ({ waitSeconds: 120, ...rolling })),
    deletion: filled(spec["deletion"], (deletion) => ({ keepData: false, ...deletion })),
  };
}

function normaliseServer(server: Json): Json {
  return isObject(server) && !isUnknown(server) ? { port: MASTER_PORT, running: true, ...server } : server;
}

function byId(a: Json, b: Json): number {
  const id = (server: Json): number => (isObject(server) ? Number(server["id"] ?? 0) : 0);
  return id(a) - id(b);
}

function build(input: BuildInput): ServerBuild {
  const { spec, server, hostAddress, directories, secret } = input;
  const { acls } = spec;
  const place = endpointOf(server, hostAddress, MASTER_PORT);
  const election = electionFlag(input);
  const files = [
    ...election.files,
    ...credentialsFile(CREDENTIALS, spec["credentials"], secret),
    ...(isObject(acls) ? [jsonFile(ACLS, acls)] : []),
  ];
  const flags = {
    ...flagsIn(spec),
    ...placeFlags(server, place),
    zk: election.value,
    quorum: spec["quorum"],
    work_dir: `${directories.data}/work`,
    credentials: fileFlag(files, CREDENTIALS, directories.config),
    acls: fileFlag(files, ACLS, directories.config),
  };
  return {
    command: [...programIn(spec), ...flagArguments(flags)],
    environment: environmentIn(spec),
    files,
    listens: [{ ip: place.address, port: place.port, purpose: "HTTP" }],
  };
}

export const MASTERS: DeployedKind = {
  kind: "MesosMasters",
  prefix: "mesos-master",
  noun: "master",
  list: "servers",
  sections: [
    "zookeeper",
    "quorum",
    "program",
    "image",
    "flags",
    "environment",
    "credentials",
    "acls",
    "restart",
    "container",
  ],
  fileFields: { ...ELECTION_FILES, [CREDENTIALS]: "credentials", [ACLS]: "acls" },
  // SIGTERM ends a master at once; its sessions in ZooKeeper are left to time out either way.
  stopGraceMs: 10_000,
  normalise,
  resolve: resolveElection,
  build,
};

export function quorumOf(spec: JsonObject): number {
  const { quorum } = spec;
  return typeof quorum === "number" ? quorum : 0;
}

/** Members of the log that a quorum is meant for: more than that, and two quorums may have nobody in common. */
export function mostMembers(quorum: number): number {
  return 2 * quorum - 1;
}

/** Whether new replicas may begin an empty log by themselves. */
export function initialisesItself(spec: JsonObject): boolean {
  const value = flagsIn(spec)["log_auto_initialize"];
  return value === undefined || value === true || value === "true" || value === "1";
}

/** zk, masters and size. */
export function outputs(spec: JsonObject, resource: Lookup): JsonObject {
  const servers = serversOf(MASTERS, spec);
  return {
    zk: electionUrl(spec, resource),
    masters: endpointsOf(servers, resource, MASTER_PORT),
    size: servers.length,
  };
}
