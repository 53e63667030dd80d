/** What a deployed Marathon is started with, in which order its servers are changed, and what another place in ZooKeeper is. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BuildInput } from "../../../providers/deployed/kind.js";
import type { ServerStep } from "../../../providers/deployed/steps.js";
import { leaderLast, together } from "../../../providers/frameworks/order.js";
import { moveBetween } from "../../../providers/frameworks/places.js";
import { marathonInstanceHandler } from "../../../providers/marathon/deployed/handler.js";
import { MARATHON_SERVERS } from "../../../providers/marathon/deployed/kind.js";
import { readFlags } from "../../../src/sandbox/marathon/flags.js";
import type { Json, JsonObject } from "../../../src/value/json.js";

const instance = suite("MarathonInstance, pure");

const SECRETS: Readonly<Record<string, string>> = {
  "env:ZK": "marathon:it's secret",
  "env:MESOS_ZK": "mesos:hush",
  "env:PASSWORD": "let-me-in",
  "env:MESOS": "principal-secret",
};

function secret(reference: string): JsonObject {
  return { $secret: reference, fingerprint: "f" };
}

function built(spec: JsonObject, resolved: Readonly<Record<string, string>> = {}) {
  const full = MARATHON_SERVERS.normalise(spec);
  const [server] = full["servers"] as readonly JsonObject[];
  const input: BuildInput = {
    address: "MarathonInstance/m",
    spec: full,
    server: server as JsonObject,
    id: "1",
    hostAddress: "10.0.0.1",
    directories: { config: "/conf", data: "/data", logs: "/logs" },
    resolved,
    secret: (value: Json | undefined) =>
      value === undefined ? "" : (SECRETS[String((value as JsonObject)["$secret"])] ?? ""),
  };
  return MARATHON_SERVERS.build(input);
}

const PLAIN: JsonObject = {
  zookeeper: { ensemble: "ZooKeeperEnsemble/zk" },
  masters: "MesosMasters/a",
  servers: [{ id: 1, host: "Host/h", port: 8081 }],
  flags: { maintenance_mode: false, checkpoint: true, max_apps: 5 },
};
const RESOLVED = { masters: "zk://zk1:2181/mesos", "zookeeper.ensemble": "zk1:2181,zk2:2181" };

instance("flags come from the spec, its places and its server, and Marathon takes them", () => {
  const { command, files, listens } = built(PLAIN, RESOLVED);
  assert.equal(command, [
    "marathon",
    "--checkpoint",
    "--hostname",
    "10.0.0.1",
    "--http_address",
    "10.0.0.1",
    "--http_port",
    "8081",
    "--disable_maintenance_mode",
    "--master",
    "zk://zk1:2181/mesos",
    "--max_apps",
    "5",
    "--zk",
    "zk://zk1:2181,zk2:2181/marathon",
  ]);
  assert.equal(files, []);
  assert.equal(listens, [{ ip: "10.0.0.1", port: 8081, purpose: "HTTP" }]);
  assert.is(readFlags(command.slice(1), {}).kind, "flags");
});

instance("secrets are in files of mode 0600 only, and nothing is said twice", () => {
  const spec: JsonObject = {
    ...PLAIN,
    zookeeper: { connectString: "zk1:2181", auth: secret("env:ZK") },
    masterAuth: secret("env:MESOS_ZK"),
    credentials: { username: "ferry", password: secret("env:PASSWORD") },
    mesosCredential: { principal: "p", secret: secret("env:MESOS") },
  };
  const { command, environment, files } = built(spec, { masters: "zk://zk1:2181/mesos" });
  const shown = JSON.stringify([command, environment]);
  for (const content of Object.values(SECRETS)) assert.not.match(shown, content);
  assert.not.ok(command.includes("--zk") || command.includes("--master"));
  assert.ok(files.every(({ mode }) => mode === 0o600));
  const text = (path: string) => files.find((file) => file.path === path)?.content.toString("utf8");
  assert.is(text("mesos-secret"), "principal-secret");
  assert.is(
    text("secrets.sh"),
    [
      "MARATHON_MASTER='zk://mesos:hush@zk1:2181/mesos'\n",
      "MARATHON_ZK='zk://marathon:it'\\''s secret@zk1:2181/marathon'\n",
      "MESOSPHERE_HTTP_CREDENTIALS='ferry:let-me-in'\n",
    ].join(""),
  );
});

instance("the places of other resources are taken over, and awaited while they are not known", () => {
  const outputs = { zk: "zk://zk1:2181/mesos", connectString: "zk1:2181" };
  const resolve = (known: boolean) =>
    MARATHON_SERVERS.resolve("MarathonInstance/m", PLAIN, () =>
      known ? { kind: "Any", spec: {}, outputs } : undefined,
    );
  assert.equal(resolve(true), { masters: "zk://zk1:2181/mesos", "zookeeper.ensemble": "zk1:2181" });
  assert.throws(() => resolve(false), /masters is not known yet/);
});

const id = fc.integer({ min: 1, max: 5 }).map(String);
const steps = fc.array(
  fc.oneof(
    id.map((one): ServerStep => ({ kind: "change", ids: [one] })),
    id.map((one): ServerStep => ({ kind: "start", ids: [one], isNew: true })),
    id.map((one): ServerStep => ({ kind: "stop", id: one })),
    id.map((one): ServerStep => ({ kind: "remove", id: one, host: "Host/h" })),
  ),
);

instance("whoever leads goes down after everything else, and no step is lost", () => {
  const ids = (step: ServerStep): readonly string[] => ("ids" in step ? step.ids : [step.id]);
  fc.assert(
    fc.property(steps, id, (given, leader) => {
      const arranged = leaderLast(given, leader);
      assert.equal(
        [...arranged].map((one) => JSON.stringify(one)).sort(),
        given.map((one) => JSON.stringify(one)).sort(),
      );
      const own = arranged.filter((step) => ids(step).includes(leader));
      const first = arranged.findIndex((step) => ids(step).includes(leader) && step.kind !== "start");
      if (first >= 0)
        assert.ok(arranged.slice(arranged.length - own.length).every((step) => ids(step).includes(leader)));
    }),
  );
});

instance("to another place all go down in one step, before any is started", () => {
  fc.assert(
    fc.property(steps, (given) => {
      const kinds = together(given).map(({ kind }) => kind);
      assert.ok(kinds.filter((kind) => kind === "change").length <= 1);
      const lastDown = Math.max(
        ...["change", "stop", "remove"].map((kind) => kinds.lastIndexOf(kind as "stop")),
      );
      const firstStart = kinds.indexOf("start");
      if (firstStart >= 0) assert.ok(firstStart > lastDown);
    }),
  );
});

instance("an ensemble that has lost or won members is the same place, any other is another", () => {
  const place = (servers: string, path = "/m") => ({ servers, path, credential: null });
  assert.is(moveBetween(place("a:1,b:1"), place("b:1,a:1")), "same");
  assert.is(moveBetween(place("a:1,b:1"), place("b:1,c:1")), "members");
  assert.is(moveBetween(place("a:1"), place("c:1")), "other");
  assert.is(moveBetween(place("a:1"), place("a:1", "/n")), "other");
});

instance("its URLs are known before it is deployed", () => {
  const openRuntime = () => Promise.reject(new Error("not here"));
  const tools = { clients: { of: openRuntime } as never, connect: openRuntime };
  const handler = marathonInstanceHandler(tools, openRuntime);
  const servers = [
    { id: 1, host: "Host/h" },
    { id: 2, host: "Host/h", ip: "10.0.0.2", port: 8081 },
  ];
  const outputs = (address: Json | undefined) =>
    handler.outputs(handler.normalise({ ...PLAIN, servers }), () => ({
      kind: "Host",
      spec: {},
      outputs: address === undefined ? {} : { address },
    }));
  assert.equal(outputs("h.example.com"), {
    url: "http://h.example.com:8080",
    urls: ["http://h.example.com:8080", "http://10.0.0.2:8081"],
    size: 2,
  });
  assert.match(JSON.stringify(outputs(undefined)["urls"]), /\$unknown/);
});

instance.run();
