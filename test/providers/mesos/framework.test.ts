/** What a deployed framework is started with: placeholders filled, credentials in files and secret variables only. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BuildInput } from "../../../providers/deployed/kind.js";
import { FRAMEWORK_SERVERS } from "../../../providers/mesos/framework/kind.js";
import type { Json, JsonObject } from "../../../src/value/json.js";

const framework = suite("MesosFramework, pure");

function built(spec: JsonObject) {
  const full = FRAMEWORK_SERVERS.normalise({
    master: "zk://zk1:2181/mesos",
    zookeeper: { connectString: "zk1:2181", path: "/batch" },
    servers: [{ id: 7, host: "Host/h", ip: "10.0.0.7", hostname: "b7", port: 4400 }],
    program: ["batch"],
    ...spec,
  });
  const [server] = full["servers"] as readonly JsonObject[];
  const input: BuildInput = {
    address: "MesosFramework/b",
    spec: full,
    server: server as JsonObject,
    id: "7",
    hostAddress: "10.0.0.1",
    directories: { config: "/conf", data: "/data", logs: "/logs" },
    resolved: {},
    secret: (value: Json | undefined) => (value === undefined ? "" : "user:pass"),
  };
  return FRAMEWORK_SERVERS.build(input);
}

framework("placeholders are filled, other braces stay", () => {
  const { command, environment, files } = built({
    arguments: [
      "{master} {zk} {zkServers} {zkPath}",
      "{id} {ip} {hostname} {port} {data}",
      '{"a":{"b":1}}',
      "{other}",
    ],
    environment: { PLACE: "{zk}" },
  });
  assert.equal(command, [
    "batch",
    "zk://zk1:2181/mesos zk://zk1:2181/batch zk1:2181 /batch",
    "7 10.0.0.7 b7 4400 /data",
    '{"a":{"b":1}}',
    "{other}",
  ]);
  assert.equal(environment, { PLACE: "zk://zk1:2181/batch" });
  assert.equal(files, []);
});

framework("a URL with credentials is in files and secret variables, never in a command line", () => {
  const auth = { $secret: "env:ZK", fingerprint: "f" };
  const guarded = { zookeeper: { connectString: "zk1:2181", path: "/batch", auth } };
  const { command, environment, files } = built({
    ...guarded,
    arguments: ["--zk=file://{zkFile}", "--master={master}"],
    environment: { ZK: "{zk}", PLAIN: "x" },
  });
  assert.not.match(JSON.stringify([command, environment]), /user:pass/);
  assert.equal(environment, { PLAIN: "x" });
  assert.ok(command.includes("--zk=file:///conf/zk-url"));
  const contents = Object.fromEntries(files.map(({ path, content }) => [path, content.toString("utf8")]));
  assert.equal(contents, {
    "secrets.sh": "ZK='zk://user:pass@zk1:2181/batch'\n",
    "zk-url": "zk://user:pass@zk1:2181/batch",
  });
  assert.throws(() => built({ ...guarded, arguments: ["--zk={zk}"] }), /would hold credentials/);
});

framework.run();
