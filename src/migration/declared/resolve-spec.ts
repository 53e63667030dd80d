/**
 * From what a user declared to what every part of a migration takes: servers named, connect strings and paths looked up, secrets left as
 * references. It connects to nothing and reads no secret.
 */
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import type {
  AgentsSide,
  AlertTargets,
  DrainOptions,
  GateLimits,
  MastersSide,
  MigrationSpec,
  Mode,
  PlatformSide,
  SideName,
  StageNumber,
  ZooKeeperSide,
} from "../model/spec.js";
import { frameworksOf } from "./frameworks.js";
import {
  credentialIn,
  factsOf,
  listAt,
  objectAt,
  type Resolving,
  refuseUnknown,
  secretAt,
  textAt,
  textsAt,
  unresolved,
} from "./reading.js";
import { deployedServers, namedServers } from "./servers.js";

const DEFAULT_PATH = "/mesos";

/** The fields that go over as they are. */
interface Declared {
  readonly modes: { readonly masters: Mode; readonly agents: Mode };
  readonly conflicts: MigrationSpec["conflictStrategy"];
  readonly sequenceGap: number;
  readonly approvals: readonly StageNumber[];
  readonly onBrokenGate: MigrationSpec["onBrokenGate"];
  readonly observeEverySeconds: number;
  readonly limits: GateLimits;
  readonly drain: DrainOptions;
  readonly archive: { readonly retentionHours: number };
}

/**
 * The whole specification. `spec` holds to the schema of kind Migration, with defaults.
 * Throws DiagnosticError: `unknown-value`, `migration-unresolved`.
 */
export function resolveMigration(name: string, spec: JsonObject, resolving: Resolving): MigrationSpec {
  refuseUnknown(spec, resolving);
  const declared = spec as unknown as Declared;
  const { modes } = declared;
  const mesosPath = mesosPathOf(spec, resolving);
  const source = sourceOf(objectAt(spec, "source"), resolving);
  return {
    name,
    source,
    target: targetOf(objectAt(spec, "target"), { modes, source }, resolving),
    modes,
    mesosPath,
    frameworks: frameworksOf(listAt(spec, "frameworks"), resolving),
    extraPaths: textsAt(spec, "paths"),
    conflictStrategy: declared.conflicts,
    sequenceGap: declared.sequenceGap,
    approvals: [...declared.approvals].sort((a, b) => a - b),
    limits: declared.limits,
    observeEverySeconds: declared.observeEverySeconds,
    drain: declared.drain,
    rollbackRetentionHours: declared.archive.retentionHours,
    archiveKey: secretAt(objectAt(spec, "archive"), "key"),
    onBrokenGate: declared.onBrokenGate,
    alerts: alertsOf(objectAt(spec, "alerts")),
  };
}

function alertsOf(alerts: JsonObject): AlertTargets {
  return {
    slackWebhook: secretAt(alerts, "slackWebhook"),
    webhook: secretAt(alerts, "webhook"),
    email: textsAt(alerts, "email"),
  };
}

function mesosPathOf(spec: JsonObject, resolving: Resolving): string {
  const written = textAt(spec, "mesosPath");
  if (written !== undefined) return written;
  const masters = textAt(objectAt(spec, "source"), "masters");
  if (masters === undefined) return DEFAULT_PATH;
  return textAt(objectAt(factsOf(masters, resolving).spec, "zookeeper"), "path") ?? DEFAULT_PATH;
}

function sourceOf(side: JsonObject, resolving: Resolving): PlatformSide {
  return {
    zookeeper: zookeeperOf("a", side["zookeeper"], resolving),
    masters: mastersOf("a", side["masters"], resolving),
    agents: agentsOf("a", side["agents"], resolving),
  };
}

/** A tier that is repointed is the source's own. */
function targetOf(
  side: JsonObject,
  { modes, source }: { readonly modes: MigrationSpec["modes"]; readonly source: PlatformSide },
  resolving: Resolving,
): PlatformSide {
  return {
    zookeeper: zookeeperOf("b", side["zookeeper"], resolving),
    masters: modes.masters === "replace" ? mastersOf("b", side["masters"], resolving) : source.masters,
    agents: modes.agents === "replace" ? agentsOf("b", side["agents"], resolving) : source.agents,
  };
}

function zookeeperOf(side: SideName, written: Json | undefined, resolving: Resolving): ZooKeeperSide {
  const access: JsonObject = isObject(written) ? written : {};
  const auth = listAt(access, "auth")
    .filter(isObject)
    .map((entry) => ({
      scheme: textAt(entry, "scheme") ?? "",
      credential: secretAt(entry, "credential") ?? "",
    }));
  const resource = typeof written === "string" ? written : (textAt(access, "ensemble") ?? null);
  if (resource === null) {
    const connectString = textAt(access, "connectString") ?? "";
    const servers = namedServers(side, "zookeeper", connectString.split(","));
    return { resource, connectString, servers, auth };
  }
  const servers = deployedServers(resource, resolving);
  const connectString =
    textAt(factsOf(resource, resolving).outputs, "connectString") ??
    servers.map(({ address }) => address).join(",");
  return { resource, connectString, servers, auth };
}

/** The smallest quorum that is a majority of so many masters. */
export function majorityOf(members: number): number {
  return Math.floor(members / 2) + 1;
}

function mastersOf(side: SideName, written: Json | undefined, resolving: Resolving): MastersSide {
  if (typeof written === "string") {
    const { spec } = factsOf(written, resolving);
    const servers = deployedServers(written, resolving);
    const quorum = spec["quorum"];
    return {
      resource: written,
      spec,
      servers,
      quorum: typeof quorum === "number" ? quorum : majorityOf(servers.length),
    };
  }
  if (!isObject(written)) throw unresolved(`the masters of side ${side} are not named`, resolving);
  const addresses = textsAt(written, "addresses");
  const quorum = written["quorum"];
  return {
    resource: null,
    spec: null,
    servers: namedServers(side, "master", addresses),
    quorum: typeof quorum === "number" ? quorum : majorityOf(addresses.length),
    ...credentialIn(written),
  };
}

function agentsOf(side: SideName, written: Json | undefined, resolving: Resolving): AgentsSide {
  if (typeof written === "string") {
    const { spec } = factsOf(written, resolving);
    return { resource: written, spec, servers: deployedServers(written, resolving) };
  }
  if (!isObject(written)) throw unresolved(`the agents of side ${side} are not named`, resolving);
  return {
    resource: null,
    spec: null,
    servers: namedServers(side, "agent", textsAt(written, "addresses")),
    ...credentialIn(written),
  };
}
