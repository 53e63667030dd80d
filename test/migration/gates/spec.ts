/** A migration of three masters and four agents, as the gates take it. */
import type {
  MigrationSpec,
  Mode,
  PlatformSide,
  ServerRef,
  SideName,
} from "../../../src/migration/model/spec.js";

function servers(side: SideName, kind: string, count: number): ServerRef[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${side}-${kind} ${index + 1}`,
    address: `10.0.0.${index + 1}:5050`,
    deployed: null,
  }));
}

function platform(side: SideName): PlatformSide {
  return {
    zookeeper: { resource: null, connectString: "", servers: servers(side, "zookeeper", 3), auth: [] },
    masters: { resource: null, spec: null, servers: servers(side, "master", 3), quorum: 2 },
    agents: { resource: null, spec: null, servers: servers(side, "agent", 4) },
  };
}

export function migration(masters: Mode, agents: Mode): MigrationSpec {
  return {
    name: "move",
    source: platform("a"),
    target: platform("b"),
    modes: { masters, agents },
    mesosPath: "/mesos",
    frameworks: [],
    extraPaths: [],
    conflictStrategy: "last-write-wins",
    sequenceGap: 10_000,
    approvals: [],
    limits: {
      lagMs: 100,
      holdSeconds: 30,
      stageTimeoutSeconds: 3_600,
      observationSeconds: 30,
      headroom: 0.2,
      clockSkewMs: 500,
      agentsMissing: 0.1,
    },
    observeEverySeconds: 5,
    drain: {
      concurrency: 2,
      overCapacity: 0.2,
      pauseAfterFailures: 3,
      maxGraceSeconds: 60,
      runsEndSeconds: 600,
      acceptDowntimeOf: [],
    },
    rollbackRetentionHours: 72,
    archiveKey: null,
    onBrokenGate: "pause",
  };
}
