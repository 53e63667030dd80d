/** Specifications and surveys of small platforms, for tests: everything healthy unless a test says otherwise. */
import type {
  AgentsSide,
  FrameworkRef,
  MastersSide,
  MigrationSpec,
  ServerRef,
  SideName,
  ZooKeeperSide,
} from "../../src/migration/model/spec.js";
import { masterFacts, type Survey } from "./surveys.js";

export interface Shape {
  readonly mastersA: number;
  readonly mastersB: number;
  readonly agentsA: number;
  readonly agentsB: number;
  readonly modes: MigrationSpec["modes"];
  readonly frameworks: readonly FrameworkRef[];
  /** Whether ferry deploys the servers; otherwise they are only named. */
  readonly deployed: boolean;
  /** Which master of A leads, from 0. */
  readonly leader: number;
}

export const USUAL: Shape = {
  mastersA: 3,
  mastersB: 3,
  agentsA: 4,
  agentsB: 4,
  modes: { masters: "replace", agents: "replace" },
  frameworks: [],
  deployed: true,
  leader: 0,
};

function servers(
  kind: string,
  name: string,
  count: number,
  net: string,
  port: number,
  deployed: boolean,
): ServerRef[] {
  return Array.from({ length: count }, (_, at): ServerRef => {
    const id = String(at + 1);
    const address = `${net}.${10 + at}:${port}`;
    return deployed
      ? { name: `${kind}/${name}#${id}`, address, deployed: { resource: `${kind}/${name}`, server: id } }
      : { name: `${name}-${kind} ${address}`, address, deployed: null };
  });
}

function zookeeper(side: SideName, deployed: boolean): ZooKeeperSide {
  const list = servers(
    deployed ? "ZooKeeperEnsemble" : "zookeeper",
    deployed ? `zk-${side}` : side,
    3,
    side === "a" ? "10.0.1" : "10.1.1",
    2181,
    deployed,
  );
  return {
    resource: deployed ? `ZooKeeperEnsemble/zk-${side}` : null,
    connectString: list.map(({ address }) => address).join(","),
    servers: list,
    auth: [],
  };
}

function masters(side: SideName, count: number, deployed: boolean): MastersSide {
  const list = servers(
    deployed ? "MesosMasters" : "master",
    side,
    count,
    side === "a" ? "10.0.2" : "10.1.2",
    5050,
    deployed,
  );
  return {
    resource: deployed ? `MesosMasters/${side}` : null,
    spec: deployed ? { quorum: Math.floor(count / 2) + 1 } : null,
    servers: list,
    quorum: Math.floor(count / 2) + 1,
  };
}

function agents(side: SideName, count: number, deployed: boolean): AgentsSide {
  const list = servers(
    deployed ? "MesosAgents" : "agent",
    side,
    count,
    side === "a" ? "10.0.3" : "10.1.3",
    5051,
    deployed,
  );
  const declared = list.map((_, at) => ({
    id: String(at + 1),
    resources: { cpus: 4, mem: 4096, disk: 10_240 },
  }));
  return {
    resource: deployed ? `MesosAgents/${side}` : null,
    spec: deployed ? { agents: declared } : null,
    servers: list,
  };
}

export function marathon(name = "MarathonInstance/main"): FrameworkRef {
  return {
    name,
    kind: "marathon",
    resource: name,
    spec: {},
    servers: [{ name: `${name}#1`, address: "10.0.4.10:8080", deployed: { resource: name, server: "1" } }],
    urls: ["http://10.0.4.10:8080"],
    zookeeperPath: "/marathon",
    electionPaths: ["/marathon/leader-curator"],
  };
}

export function batch(name = "MesosFramework/chronos"): FrameworkRef {
  return {
    ...marathon(name),
    kind: "batch",
    urls: [],
    zookeeperPath: "/chronos",
    electionPaths: ["/chronos/candidate"],
  };
}

/** Stateless, only named. */
export function other(name = "spark"): FrameworkRef {
  return {
    name,
    kind: "other",
    resource: null,
    spec: null,
    servers: [],
    urls: [],
    zookeeperPath: null,
    electionPaths: [],
  };
}

export function specFor(shape: Partial<Shape> = {}): MigrationSpec {
  const { mastersA, mastersB, agentsA, agentsB, modes, frameworks, deployed } = { ...USUAL, ...shape };
  const source = {
    zookeeper: zookeeper("a", deployed),
    masters: masters("a", mastersA, deployed),
    agents: agents("a", agentsA, deployed),
  };
  return {
    name: "move",
    source,
    target: {
      zookeeper: zookeeper("b", deployed),
      masters: modes.masters === "replace" ? masters("b", mastersB, deployed) : source.masters,
      agents: modes.agents === "replace" ? agents("b", agentsB, deployed) : source.agents,
    },
    modes,
    mesosPath: "/mesos",
    frameworks,
    extraPaths: [],
    conflictStrategy: "last-write-wins",
    sequenceGap: 1_000_000,
    approvals: [2, 3, 4, 5, 6],
    limits: {
      lagMs: 100,
      holdSeconds: 30,
      stageTimeoutSeconds: 14_400,
      observationSeconds: 30,
      headroom: 0.1,
      clockSkewMs: 500,
      agentsMissing: 0.05,
    },
    observeEverySeconds: 5,
    drain: {
      concurrency: 3,
      overCapacity: 0.2,
      pauseAfterFailures: 1,
      maxGraceSeconds: 300,
      runsEndSeconds: 3600,
      acceptDowntimeOf: [],
    },
    rollbackRetentionHours: 72,
    archiveKey: "env:FERRY_ARCHIVE_KEY",
    onBrokenGate: "pause",
    alerts: { slackWebhook: null, webhook: null, email: [] },
  };
}

/** What a look at that platform would find. */
export function surveyFor(spec: MigrationSpec, leader = 0): Survey {
  return masterFacts(spec, leader);
}
