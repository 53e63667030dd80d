/** What masters and agents are started with on either runtime, and what a live agent would refuse. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { DeployedKind } from "../../../providers/deployed/kind.js";
import { unitSpec } from "../../../providers/deployed/unit.js";
import { AGENTS, refusedChange } from "../../../providers/mesos/agents/spec.js";
import { MASTERS } from "../../../providers/mesos/masters/spec.js";
import type { ResourceView } from "../../../providers/provider.js";
import type { UnitSpec } from "../../../providers/runtime.js";
import { isSecret, isUnknown, unknownValue } from "../../../src/value/expression.js";
import type { JsonObject } from "../../../src/value/json.js";

const SECRETS: Readonly<Record<string, string>> = { "env:ZK": "mesos:hush", "env:AGENT": "quiet" };

const RESOURCES: Readonly<Record<string, ResourceView>> = {
  "ZooKeeperEnsemble/z": {
    kind: "ZooKeeperEnsemble",
    spec: {},
    outputs: { connectString: "z1:2181,z2:2181" },
  },
  "MesosMasters/m": { kind: "MesosMasters", spec: {}, outputs: { zk: "zk://z1:2181,z2:2181/mesos" } },
};

/** The unit of the first server of a spec, on a Docker host whose directories are /config, /data and /logs. */
function unitOf(kind: DeployedKind, given: JsonObject): UnitSpec {
  const spec = kind.normalise(given);
  const [server = {}] = spec[kind.list] as readonly JsonObject[];
  const address = `${kind.kind}/m`;
  const resolved = kind.resolve(address, spec, (name) => RESOURCES[name]);
  const build = kind.build({
    ...{ address, spec, server, resolved },
    id: String(server["id"]),
    hostAddress: "10.0.0.7",
    directories: { config: "/config", data: "/data", logs: "/logs" },
    secret: (value) => (isSecret(value) ? (SECRETS[value.$secret] ?? "") : ""),
  });
  return unitSpec({
    kind,
    address,
    lineage: "l",
    spec,
    server,
    resolved,
    build,
    image: String(spec["image"]),
  });
}

function secret(reference: string): JsonObject {
  return { $secret: reference, fingerprint: "f" };
}

const units = suite("units of masters and agents");

const MASTER_SPEC: JsonObject = {
  zookeeper: { ensemble: "ZooKeeperEnsemble/z", auth: secret("env:ZK") },
  quorum: 2,
  servers: [{ id: 1, host: "Host/h", hostname: "m1" }],
  image: "mesos:1.11",
  flags: { cluster: "lab", authenticate_agents: true, max_agent_ping_timeouts: 3 },
  environment: { GLOG_v: "1" },
  credentials: [{ principal: "agent", secret: secret("env:AGENT") }],
  acls: { permissive: false },
  container: { network: "host", memory: "512m", cpus: 1.5, user: "mesos" },
};

units(
  "a master in a container: its flags, files that hold secrets, limits, and a restart whenever it ends",
  () => {
    const unit = unitOf(MASTERS, MASTER_SPEC);
    assert.is(unit.name, "mesos-master-m-1");
    assert.is(unit.image, "mesos:1.11");
    assert.equal(unit.command, [
      "mesos-master",
      "--acls=file:///config/acls.json",
      "--authenticate_agents=true",
      "--cluster=lab",
      "--credentials=file:///config/credentials.json",
      "--hostname=m1",
      "--ip=10.0.0.7",
      "--max_agent_ping_timeouts=3",
      "--port=5050",
      "--quorum=2",
      "--work_dir=/data/work",
      "--zk=file:///config/zk-url",
    ]);
    assert.equal(unit.environment, { GLOG_v: "1" });
    assert.equal(unit.limits, { memoryBytes: 512 * 2 ** 20, cpus: 1.5 });
    assert.equal([unit.restart, unit.user, unit.docker], ["always", "mesos", { network: "host" }]);
    assert.equal(unit.ports, [{ port: 5050, purpose: "HTTP" }]);
    const file = (path: string) => unit.files.find((each) => each.path === path);
    assert.is(file("zk-url")?.content.toString(), "zk://mesos:hush@z1:2181,z2:2181/mesos");
    assert.equal(JSON.parse(String(file("credentials.json")?.content)), {
      credentials: [{ principal: "agent", secret: "quiet" }],
    });
    assert.ok(unit.files.every(({ mode }) => mode === 0o600));
    // Neither the command line nor the record beside the files tells a secret.
    for (const text of [unit.command.join(" "), String(file("ferry.json")?.content)]) {
      assert.not.match(text, /hush|quiet/);
    }
  },
);

units("an agent: the masters' URL, its own attributes and resources over those of all", () => {
  const unit = unitOf(AGENTS, {
    masters: "MesosMasters/m",
    agents: [
      {
        id: "a1",
        host: "Host/h",
        ip: "10.0.0.8",
        attributes: { rack: "r2", slots: 4 },
        resources: { cpus: 8 },
      },
    ],
    attributes: { rack: "r1", zone: "z1" },
    resources: { cpus: 4, "cpus(web)": 2, ports: "[31000-32000]" },
    image: "mesos:1.11",
    flags: { runtime_dir: "/run/mesos" },
  });
  assert.is(unit.name, "mesos-agent-m-a1");
  assert.equal(unit.command, [
    "mesos-agent",
    "--attributes=rack:r2;slots:4;zone:z1",
    "--hostname=10.0.0.8",
    "--ip=10.0.0.8",
    "--master=zk://z1:2181,z2:2181/mesos",
    "--port=5051",
    "--resources=cpus:8;cpus(web):2;ports:[31000-32000]",
    "--runtime_dir=/run/mesos",
    "--work_dir=/data/work",
  ]);
});

units("defaults can be filled in again, and leave what is not known yet", () => {
  const masters: JsonObject = {
    ...MASTER_SPEC,
    zookeeper: unknownValue("x"),
    servers: unknownValue("y"),
    access: unknownValue("z"),
  };
  const agents: JsonObject = {
    masters: "MesosMasters/m",
    agents: [{ id: "a1", host: "Host/h" }],
    rolling: unknownValue("r"),
  };
  for (const [kind, spec] of [
    [MASTERS, masters],
    [AGENTS, agents],
  ] as const) {
    const once = kind.normalise(spec);
    assert.equal(kind.normalise(once), once);
    for (const [name, value] of Object.entries(spec)) if (isUnknown(value)) assert.equal(once[name], value);
  }
});

units("what a live agent refuses depends on its policy", () => {
  const one = (more: JsonObject, server: JsonObject = {}) => ({
    spec: { flags: {}, attributes: { rack: "r1" }, resources: { cpus: 4 }, ...more },
    server: { id: "a1", ip: "10.0.0.8", port: 5051, ...server },
  });
  const before = one({});
  assert.is(refusedChange(before, one({})), null);
  assert.is(refusedChange(before, one({ resources: { cpus: 8 } })), "resources");
  assert.is(refusedChange(before, one({ attributes: {} })), "attributes");
  assert.is(refusedChange(before, one({}, { port: 5052, ip: "10.0.0.9" })), "host name or port");
  assert.is(refusedChange(before, one({}, { resources: { cpus: 4 } })), null, "said twice is the same");
  const additive = { flags: { reconfiguration_policy: "additive" } };
  assert.is(refusedChange(before, one({ ...additive, resources: { cpus: 8, mem: 1 } })), null);
  assert.is(refusedChange(before, one({ ...additive, resources: { cpus: 2 } })), "resources");
  assert.is(refusedChange(before, one({ ...additive, attributes: { rack: "r2" } })), "attributes");
  assert.is(refusedChange(before, one({ flags: { reconfiguration_policy: "any" }, resources: {} })), null);
});

units.run();
