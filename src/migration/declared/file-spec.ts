/** The checked values of a `zk-migrate` file → MigrationSpec: what the file cannot say has the defaults of kind Migration. Pure. */
import { specFields } from "../../schema/fields.js";
import { isObject, type JsonObject } from "../../value/json.js";
import {
  type AgentsSide,
  type AlertTargets,
  type DrainOptions,
  type FrameworkRef,
  type GateLimits,
  type MastersSide,
  type MigrationSpec,
  type Mode,
  type PlatformSide,
  type SideName,
  STAGES,
  type ZooKeeperSide,
} from "../model/spec.js";
import { namedFramework } from "./frameworks.js";
import { listAt, objectAt, textAt, textsAt } from "./reading.js";
import { majorityOf } from "./resolve-spec.js";
import { namedServers } from "./servers.js";

/** What the command line says besides the file. */
export interface FileSettings {
  /** Connect strings that take the place of those in the file. */
  readonly sourceZk?: string | undefined;
  readonly targetZk?: string | undefined;
  /** Reference to the key of the archive, which the file has no place for. */
  readonly archiveKey?: string | undefined;
}

/** Stands for a webhook that the file holds in clear. */
const WEBHOOK = "migration-file:alerts.slack_webhook";

/** `migration` holds to its schema, with defaults. */
export function specOfFile(
  migration: JsonObject,
  settings: FileSettings,
): { readonly spec: MigrationSpec; readonly secrets: ReadonlyMap<string, string> } {
  const sync = objectAt(migration, "sync");
  const orchestration = objectAt(migration, "orchestration");
  const paths = textsAt(sync, "paths_to_sync");
  const mesosPath = paths.includes("/mesos") ? "/mesos" : (paths[0] ?? "/mesos");
  const source = sideOf("a", objectAt(migration, "source"), settings.sourceZk);
  const target = targetOf(objectAt(migration, "target"), source, settings.targetZk);
  const { alerts, secrets } = alertsOf(objectAt(migration, "alerts"));
  const spec: MigrationSpec = {
    name: textAt(migration, "name") ?? "",
    source,
    target,
    modes: { masters: modeOf(source.masters, target.masters), agents: modeOf(source.agents, target.agents) },
    mesosPath,
    frameworks: listAt(migration, "frameworks").filter(isObject).map(frameworkOf),
    extraPaths: paths.filter((path) => path !== mesosPath),
    conflictStrategy: (textAt(sync, "conflict_resolution") ??
      "last-write-wins") as MigrationSpec["conflictStrategy"],
    sequenceGap: Number(defaultOf("sequenceGap")),
    approvals: orchestration["require_manual_approval"] === false ? [] : STAGES.filter((stage) => stage > 1),
    limits: { ...limits(), lagMs: Number(sync["lag_threshold_ms"]) },
    observeEverySeconds: Number(orchestration["health_check_interval_sec"]),
    drain: defaultsOf("drain") as unknown as DrainOptions,
    rollbackRetentionHours: Number(orchestration["rollback_retention_hours"]),
    archiveKey: settings.archiveKey ?? null,
    onBrokenGate: String(defaultOf("onBrokenGate")) as MigrationSpec["onBrokenGate"],
    alerts,
  };
  return { spec, secrets };
}

/** The file writes names with underscores. */
function frameworkOf(written: JsonObject): FrameworkRef {
  const { zookeeper_path: zookeeperPath, election_paths: electionPaths, ...rest } = written;
  return namedFramework({
    ...rest,
    ...(zookeeperPath === undefined ? {} : { zookeeperPath }),
    ...(electionPaths === undefined ? {} : { electionPaths }),
  });
}

function limits(): GateLimits {
  return defaultsOf("limits") as unknown as GateLimits;
}

function defaultOf(field: string) {
  return specFields("Migration").properties.get(field)?.fallback;
}

function defaultsOf(field: string): JsonObject {
  const fields = specFields("Migration").properties.get(field)?.properties ?? new Map();
  return Object.fromEntries([...fields].map(([name, { fallback }]) => [name, fallback])) as JsonObject;
}

function sideOf(side: SideName, written: JsonObject, connectString: string | undefined): PlatformSide {
  const masters = textsAt(written, "mesos_masters");
  const quorum = written["mesos_quorum"];
  return {
    zookeeper: zookeeperOf(side, connectString ?? textAt(written, "zookeeper") ?? ""),
    masters: {
      resource: null,
      spec: null,
      servers: namedServers(side, "master", masters),
      quorum: typeof quorum === "number" ? quorum : majorityOf(masters.length),
    },
    agents: {
      resource: null,
      spec: null,
      servers: namedServers(side, "agent", textsAt(written, "mesos_agents")),
    },
  };
}

/** Tiers that are left out, or the same as the source's, are the source's own servers. */
function targetOf(
  written: JsonObject,
  source: PlatformSide,
  connectString: string | undefined,
): PlatformSide {
  const named = sideOf("b", written, connectString);
  const same = (field: string, servers: MastersSide["servers"]): boolean => {
    const addresses = new Set(servers.map(({ address }) => address));
    return listAt(written, field).every((address) => typeof address === "string" && addresses.has(address));
  };
  return {
    zookeeper: named.zookeeper,
    masters: same("mesos_masters", source.masters.servers) ? source.masters : named.masters,
    agents: same("mesos_agents", source.agents.servers) ? source.agents : named.agents,
  };
}

function modeOf<T extends MastersSide | AgentsSide>(source: T, target: T): Mode {
  return source === target ? "repoint" : "replace";
}

function zookeeperOf(side: SideName, connectString: string): ZooKeeperSide {
  const servers = namedServers(side, "zookeeper", connectString.split(","));
  return { resource: null, connectString, servers, auth: [] };
}

function alertsOf(written: JsonObject): { alerts: AlertTargets; secrets: ReadonlyMap<string, string> } {
  const webhook = textAt(written, "slack_webhook") ?? null;
  const clear = webhook?.startsWith("https://") === true ? webhook : null;
  const alerts = {
    slackWebhook: clear === null ? webhook : WEBHOOK,
    webhook: null,
    email: textsAt(written, "email"),
  };
  return { alerts, secrets: new Map(clear === null ? [] : [[WEBHOOK, clear]]) };
}
