/** Surveys of healthy platforms, for tests. */
import type { MigrationSpec, SideName } from "../../src/migration/model/spec.js";
import type { AgentFacts, Part, Survey, ZooKeeperFacts } from "../../src/migration/plan/survey.js";

export type { Survey };

export function known<T>(value: T): Part<T> {
  return { kind: "known", value };
}

function zookeeperFacts(spec: MigrationSpec, side: SideName): ZooKeeperFacts {
  const { servers, resource } = side === "a" ? spec.source.zookeeper : spec.target.zookeeper;
  const there = side === "b" && resource !== null ? [] : servers;
  return {
    servers: there.map(({ name }) => ({ name, version: "3.8.4" })),
    quorum: there.length > 0,
    rightsMissing: [],
    elections: [],
    occupied: [],
  };
}

export function agentFacts(name: string, more: Partial<AgentFacts> = {}): AgentFacts {
  return {
    name,
    version: "1.11.0",
    hostname: name,
    registered: true,
    active: true,
    maintenance: "none",
    attributes: {},
    total: { cpus: 4, mem: 4096, disk: 10_240 },
    used: { cpus: 1, mem: 512 },
    reserved: {},
    ...more,
  };
}

/** Everything known and in order; `leader` is the index of A's leading master. */
export function masterFacts(spec: MigrationSpec, leader: number): Survey {
  const { masters, agents } = spec.source;
  return {
    atMs: 1_700_000_000_000,
    zookeeper: { a: known(zookeeperFacts(spec, "a")), b: known(zookeeperFacts(spec, "b")) },
    masters: {
      a: known(
        masters.servers.map(({ name }, at) => ({
          name,
          up: true,
          leading: at === leader,
          recovered: true,
          version: "1.11.0",
          quorum: masters.quorum,
        })),
      ),
      b: known([]),
    },
    agents: { a: known(agents.servers.map(({ name }) => agentFacts(name))), b: known([]) },
    frameworks: known(
      spec.frameworks.map(({ name }) => ({
        name,
        id: `${name}-0000`,
        connected: true,
        checkpoint: true,
        failoverTimeoutSeconds: 604_800,
        tasks: Object.fromEntries(agents.servers.map((agent) => [agent.name, 2])),
      })),
    ),
    apps: known([]),
    counters: known([
      { path: "/mesos", a: 12, b: 0 },
      { path: "/mesos/log_replicas", a: 9, b: 0 },
    ]),
    clockSkewMs: known(3),
    unreachable: known([]),
    diskShort: known([]),
    unsupervised: known([]),
  };
}
