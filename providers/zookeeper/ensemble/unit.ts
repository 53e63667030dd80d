/**
 * One server as a unit of a host's runtime: its name, its marks, its command. Pure. Names and marks are what finds the
 * server again after any crash, so they depend on the address alone.
 */
import type { JsonObject } from "../../../src/value/json.js";
import { ADDRESS_LABEL, unitName as deployedUnitName, limitsOf, SERVER_LABEL } from "../../deployed/unit.js";
import type { UnitSpec } from "../../runtime.js";
import { loggingConfiguration } from "../distribution-logging.js";
import { JVM_SETTINGS, type ServerPlan, serverFiles } from "./files.js";
import { sharedSections } from "./spec.js";

/** Milliseconds a server has to end by itself; it writes no snapshot on the way, so that is plenty. */
const STOP_GRACE_MS = 10_000;

/**
 * Writes myid into the data directory, which only the server's side can reach, then becomes the server.
 *
 * A 3.4 follower that joined an empty ensemble has logs and never wrote a snapshot; from 3.5 on a server refuses to start
 * from that (ZOOKEEPER-3056). Where the log is there from the very first transaction (epoch 1, counter 1) nothing can be
 * missing, and the server is told so. Any other log without a snapshot is damage, and still refused.
 */
const LAUNCH = [
  'printf "%s\\n" "$1" > "$2/myid" || exit 1',
  'history="$2/version-2"; java="$3"; shift 3; whole=no',
  'if [ -e "$history/log.100000001" ]; then whole=yes; fi',
  'for found in "$history"/snapshot.*; do if [ -e "$found" ]; then whole=no; fi; done',
  'if [ "$whole" = yes ]; then set -- -Dzookeeper.snapshot.trust.empty=true "$@"; fi',
  'exec "$java" "$@"',
].join("; ");

/** Unique on a host for every ensemble of every module. */
export function unitName(address: string, id: number): string {
  return deployedUnitName("zookeeper", address, String(id));
}

export interface UnitPlan extends ServerPlan {
  readonly address: string;
  readonly lineage: string;
  /** Class path as the server sees it. */
  readonly classpath: readonly string[];
  readonly java: string;
  /** The normalised spec as data, for the record beside the files. */
  readonly rawSpec: JsonObject;
}

function jvmSettings({ spec }: UnitPlan): string[] {
  return Object.entries(spec.settings)
    .filter(([name]) => JVM_SETTINGS.has(name))
    .map(([name, value]) => `-D${name}=${String(value)}`);
}

function command(plan: UnitPlan): string[] {
  const { spec, server, directories } = plan;
  return [
    ...["sh", "-c", LAUNCH, "zookeeper", String(server.id), directories.data],
    plan.java,
    `-Xms${spec.jvm.heap}`,
    `-Xmx${spec.jvm.heap}`,
    // Some log4j bridges lack what ZooKeeper's JMX registration of loggers looks for, and it would not start.
    "-Dzookeeper.jmx.log4j.disable=true",
    ...jvmSettings(plan),
    ...loggingConfiguration(plan.logging, "INFO").jvmOptions(directories.config),
    ...spec.jvm.options,
    "-cp",
    plan.classpath.join(":"),
    "org.apache.zookeeper.server.quorum.QuorumPeerMain",
    `${directories.config}/zoo.cfg`,
  ];
}

function ports({ server }: UnitPlan): UnitSpec["ports"] {
  const all: readonly (readonly [string, number | undefined])[] = [
    ["client", server.clientPort],
    ["quorum", server.quorumPort],
    ["election", server.electionPort],
    ["admin", server.adminPort],
    ["metrics", server.metricsPort],
    ["secure client", server.secureClientPort],
    ["observer master", server.observerMasterPort],
  ];
  return all.flatMap(([purpose, port]) => (port === undefined ? [] : [{ purpose, port }]));
}

/** Everything the runtime needs to make the server. */
export function unitSpec(plan: UnitPlan): UnitSpec {
  const { spec, server, address, lineage } = plan;
  const { memory: _m, cpus: _c, cpuShares: _s, cpuset: _t, user, ...docker } = spec.container;
  const record = { lineage, server: server as unknown as JsonObject, sections: sharedSections(plan.rawSpec) };
  return {
    name: unitName(address, server.id),
    labels: { [ADDRESS_LABEL]: address, [SERVER_LABEL]: String(server.id) },
    files: serverFiles(plan, record),
    ...(spec.distribution.image === undefined ? {} : { image: spec.distribution.image }),
    command: command(plan),
    environment: {},
    ports: ports(plan),
    limits: limitsOf(spec.container),
    restart: spec.restart,
    stopGraceMs: STOP_GRACE_MS,
    ...(typeof user === "string" ? { user } : {}),
    docker,
  };
}
