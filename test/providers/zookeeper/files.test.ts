/** The files and the command of a server, as people will find them on a host: golden, for old and new versions. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  parseProperties,
  properties,
  recordedProperty,
  type ServerPlan,
} from "../../../providers/zookeeper/ensemble/files.js";
import {
  dynamicConfiguration,
  isSameLine,
  memberLine,
  parseMembership,
} from "../../../providers/zookeeper/ensemble/membership.js";
import { ensembleOf, normaliseEnsemble, quorumSize } from "../../../providers/zookeeper/ensemble/spec.js";
import { unitName, unitSpec } from "../../../providers/zookeeper/ensemble/unit.js";
import type { JsonObject } from "../../../src/value/json.js";
import { expectGolden } from "../../harness/golden.js";

const files = suite("files of a server");

const secret = (reference: string): JsonObject => ({ $secret: reference, fingerprint: "f" });
const SECRETS = new Map([
  ["env:SUPER", Buffer.from("sesame\n")],
  ["env:STORE", Buffer.from("back\\slash")],
  ["file:key.p12", Buffer.from("KEY")],
  ["file:trust.pem", Buffer.from("TRUST")],
]);

const FULL: JsonObject = {
  servers: [
    { id: 3, host: "Host/c", role: "observer" },
    {
      id: 1,
      host: "Host/a",
      adminPort: 8080,
      metricsPort: 7000,
      secureClientPort: 2281,
      observerMasterPort: 2191,
    },
    { id: 2, host: "Host/b", clientPort: 2182 },
  ],
  settings: {
    tickTime: 3000,
    reconfigEnabled: true,
    "jute.maxbuffer": 4_194_304,
    extra: { "snapshot.trust.empty": "true" },
  },
  jvm: { heap: "512m", options: ["-XX:+UseG1GC"] },
  superuser: { password: secret("env:SUPER") },
  metrics: { provider: "prometheus" },
  tls: {
    client: {
      keyStore: secret("file:key.p12"),
      keyStorePassword: secret("env:STORE"),
      trustStore: secret("file:trust.pem"),
      clientAuth: "want",
    },
    quorum: {
      keyStore: secret("file:key.p12"),
      keyStorePassword: secret("env:STORE"),
      trustStore: secret("file:trust.pem"),
    },
  },
};

function planOf(raw: JsonObject, id: number, version: string) {
  const rawSpec = normaliseEnsemble(raw);
  const spec = ensembleOf(rawSpec);
  const server = spec.servers.find((candidate) => candidate.id === id);
  if (server === undefined) throw new Error(`no server ${id}`);
  const plain = spec.tls.client?.only !== true;
  const members = spec.servers.map((each) => ({ server: each, address: `10.0.0.${each.id}`, plain }));
  return {
    ...{
      address: "ZooKeeperEnsemble/zk",
      lineage: "lineage",
      rawSpec,
      spec,
      server,
      members,
      version,
      secrets: SECRETS,
    },
    ...{ logging: "logback" as const, classpath: ["/zk/lib/*"], java: "java" },
    directories: { config: "/zk/conf", data: "/zk/data", logs: "/zk/logs" },
  };
}

function printed(raw: JsonObject, id: number, version: string): string {
  const unit = unitSpec(planOf(raw, id, version));
  const parts = unit.files.map(
    (file) => `--- ${file.path} (${file.mode.toString(8)})\n${file.content.toString("utf8").trimEnd()}`,
  );
  return `${unit.command.join(" ")}\n${parts.join("\n")}\n`;
}

files("everything declared, 3.8", () => {
  expectGolden("test/providers/zookeeper/golden/full-3.8.txt", printed(FULL, 1, "3.8.4"));
});

files("an observer with nothing special, 3.8", () => {
  expectGolden(
    "test/providers/zookeeper/golden/observer-3.8.txt",
    printed({ servers: FULL["servers"] ?? [] }, 3, "3.8.4"),
  );
});

files("3.4 knows no dynamic configuration, admin server or metrics provider", () => {
  const text = printed({ servers: FULL["servers"] ?? [], metrics: { provider: "prometheus" } }, 1, "3.4.14");
  expectGolden("test/providers/zookeeper/golden/plain-3.4.txt", text);
});

files("encrypted only: no plain client port anywhere", () => {
  const tls = { client: { ...((FULL["tls"] as JsonObject)["client"] as JsonObject), only: true } };
  const { files: found } = unitSpec(planOf({ ...FULL, tls }, 1, "3.8.4"));
  for (const file of found.filter(({ path }) => path.startsWith("zoo.cfg")))
    assert.not.match(file.content.toString(), "2181");
});

files("no secret is on the command line or in a file others may read", () => {
  const unit = unitSpec(planOf(FULL, 1, "3.8.4"));
  assert.not.match(unit.command.join(" "), /sesame|slash/);
  for (const file of unit.files.filter(({ mode }) => mode !== 0o600))
    assert.not.match(file.content.toString(), /sesame|slash|KEY|TRUST/);
  const record = unit.files.find(({ path }) => path === "ferry.json")?.content.toString() ?? "";
  assert.not.match(record, /sesame|slash/);
});

files("zoo.cfg reads back as it was written, backslashes included", () => {
  const plan: ServerPlan = planOf(FULL, 1, "3.8.4");
  const unit = unitSpec(planOf(FULL, 1, "3.8.4"));
  const text = unit.files.find(({ path }) => path === "zoo.cfg")?.content.toString() ?? "";
  const { dynamicConfigFile: _file, ...found } = parseProperties(text);
  assert.equal(found, properties(plan));
  assert.is(recordedProperty("tickTime", "2000"), "2000");
  assert.match(recordedProperty("ssl.keyStore.password", "x"), /^sha256:/);
});

files("Java's own way of writing properties back is understood", () => {
  const found = parseProperties(
    "#Mon Nov 23\ndataDir=/x\ndynamicConfigFile=/x/zoo.cfg.dynamic.100000000\n4lw.commands.whitelist=srvr, ruok\nserver.1=a\\:2888\\:3888\n",
  );
  assert.is(found["server.1"], "a:2888:3888");
  assert.is(found["4lw.commands.whitelist"], "srvr, ruok");
});

files("membership lines: what servers add to ours is no difference", () => {
  const { server } = planOf(FULL, 2, "3.8.4");
  const line = memberLine({ server, address: "10.0.0.2", plain: true }, true);
  assert.is(line, "10.0.0.2:2888:3888:participant;0.0.0.0:2182");
  assert.ok(isSameLine("10.0.0.2:2888:3888;2182", line));
  assert.not(isSameLine("10.0.0.2:2888:3889:participant;0.0.0.0:2182", line));
  const text = `${dynamicConfiguration(planOf(FULL, 1, "3.8.4").members)}version=100000003`;
  const parsed = parseMembership(text);
  assert.equal([...parsed.lines.keys()], [1, 2, 3]);
  assert.is(parsed.version, "100000003");
});

files("names of units are unique, whatever the module", () => {
  const addresses = [
    "ZooKeeperEnsemble/zk",
    'module.a["x"].ZooKeeperEnsemble/zk',
    'module.a["y"].ZooKeeperEnsemble/zk',
    "ZooKeeperEnsemble/Zk",
  ];
  const names = addresses.map((address) => unitName(address, 1));
  assert.is(new Set(names).size, addresses.length);
  assert.ok(names.every((name) => /^[a-z0-9][a-z0-9-]*$/.test(name)));
});

files("normalising twice is normalising once, and unknown values survive", () => {
  assert.equal(normaliseEnsemble(normaliseEnsemble(FULL)), normaliseEnsemble(FULL));
  const unknown = { servers: { $unknown: "x" }, settings: { tickTime: { $unknown: "y" } } };
  assert.equal(normaliseEnsemble(unknown)["servers"], { $unknown: "x" });
});

files("a quorum is more than half of the voters", () => {
  void fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 3 }), (voters, observers) => {
      const role = (at: number) => (at < voters ? "participant" : "observer");
      const servers = Array.from({ length: voters + observers }, (_, at) => ({
        id: at + 1,
        host: "Host/h",
        role: role(at),
      }));
      const size = quorumSize(ensembleOf({ servers }).servers);
      assert.ok(size * 2 > voters && (size - 1) * 2 <= voters);
    }),
  );
});

files.run();
