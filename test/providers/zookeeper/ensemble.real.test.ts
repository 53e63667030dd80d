/** One ensemble of real servers through its whole life: made, repaired, changed, grown, shrunk, and taken away. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startWriter } from "../../../src/quickstart/writer.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { connect } from "../../../src/zookeeper/connect.js";
import { waitFor } from "../../harness/wait.js";
import {
  create,
  destroy,
  differing,
  ENSEMBLE,
  ensembleSpec,
  makeWorld,
  present,
  QUICK,
  read,
  serverSpecs,
  succeeded,
  update,
  type World,
} from "./world.js";

const ensemble = suite<{ world: World; spec: JsonObject }>("ensemble on real servers");

const world = makeWorld({ env: { ZK_SUPER: "very-secret" } });
let spec: JsonObject = {};

const SUPER = {
  password: {
    $secret: "env:ZK_SUPER",
    fingerprint: world.context.secrets.fingerprint(Buffer.from("very-secret")),
  },
};

ensemble.after(async () => {
  await destroy(world, spec);
  await world.close();
});

function statusOf(attributes: JsonObject): readonly JsonObject[] {
  const status = attributes["status"];
  return Array.isArray(status) ? status.filter((entry: Json): entry is JsonObject => isObject(entry)) : [];
}

function pidsOf(attributes: JsonObject): Map<number, number> {
  return new Map(statusOf(attributes).map((server) => [Number(server["id"]), Number(server["pid"])]));
}

function connectString(): string {
  const view = world
    .handler("ZooKeeperEnsemble")
    .outputs(world.handler("ZooKeeperEnsemble").normalise(spec), world.context.resource);
  return String(view["connectString"]);
}

ensemble("is made, and then nothing differs", async () => {
  spec = await ensembleSpec(3, { superuser: SUPER, settings: { ...QUICK, reconfigEnabled: true } });
  assert.is((await read(world, spec)).status, "absent");
  succeeded(await create(world, spec));
  assert.equal(await differing(world, spec), []);
  const { attributes } = await present(world, spec);
  assert.is(attributes["quorum"], true);
  assert.equal(
    statusOf(attributes)
      .map((server) => server["role"])
      .sort(),
    ["follower", "follower", "leader"],
  );
});

ensemble("a killed server is a difference, and applying starts it and only it", async () => {
  const before = pidsOf((await present(world, spec)).attributes);
  process.kill(before.get(2) ?? 0, "SIGKILL");
  await waitFor("the death is seen", 10_000, async () =>
    (await differing(world, spec)).includes("servers[id=2].running"),
  );
  succeeded(await update(world, spec));
  assert.equal(await differing(world, spec), []);
  const after = pidsOf((await present(world, spec)).attributes);
  assert.is(after.get(1), before.get(1));
  assert.is(after.get(3), before.get(3));
  assert.is.not(after.get(2), before.get(2));
});

ensemble("a changed setting rolls, the leader last, under a client that loses no write", async () => {
  const before = await present(world, spec);
  const leader = Number(before.attributes["leader"]);
  spec = { ...spec, settings: { ...QUICK, reconfigEnabled: true, maxClientCnxns: 77 } };
  assert.equal(await differing(world, spec), ["settings.maxClientCnxns"]);
  const writer = await startWriter(connectString(), "/ferry-writer");
  world.messages.length = 0;
  succeeded(await update(world, spec));
  const report = await writer.stop();
  assert.is(report.failed, 0);
  assert.ok(report.written > 0);
  const restarted = world.messages.flatMap((message) => /restart server (\d)/.exec(message)?.[1] ?? []);
  assert.is(restarted.length, 3);
  assert.is(Number(restarted.at(-1)), leader);
  assert.equal(await differing(world, spec), []);
});

ensemble("an edit of zoo.cfg by hand is a difference, and is put right", async () => {
  const file = join(world.folder, "work", "units", "zookeeper-zk-1", "conf", "zoo.cfg");
  writeFileSync(file, readFileSync(file, "utf8").replace("maxClientCnxns=77", "maxClientCnxns=5"));
  assert.equal(await differing(world, spec), ["settings.maxClientCnxns"]);
  const before = pidsOf((await present(world, spec)).attributes);
  succeeded(await update(world, spec));
  assert.equal(await differing(world, spec), []);
  const after = pidsOf((await present(world, spec)).attributes);
  assert.is.not(after.get(1), before.get(1));
  assert.is(after.get(2), before.get(2));
});

ensemble("a setting that no server can start with leaves the ensemble whole", async () => {
  const broken = {
    ...spec,
    rolling: { waitSeconds: 6 },
    settings: {
      ...(spec["settings"] as JsonObject),
      extra: { "metricsProvider.className": "no.such.Class" },
    },
  };
  const result = await update(world, broken);
  assert.is(result.status, "failed");
  const [problem] = result.diagnostics;
  assert.is(problem?.code, "server-not-back");
  assert.match(problem?.detail ?? "", "former configuration");
  assert.match(problem?.detail ?? "", "the ensemble is whole");
  assert.equal(await differing(world, spec), []);
  assert.is((await present(world, spec)).attributes["quorum"], true);
});

ensemble("it grows to five by reconfig, keeping its data, and shrinks again", async () => {
  const client = await connect({ connectString: connectString() });
  await client.create("/kept", Buffer.from("through everything"));
  const three = spec["servers"] as readonly JsonObject[];
  spec = { ...spec, servers: [...three, ...(await serverSpecs(4, 5))] };
  succeeded(await update(world, spec));
  assert.equal(await differing(world, spec), []);
  const grown = (await client.getData("/zookeeper/config")).data?.toString() ?? "";
  assert.is(grown.match(/^server\./gm)?.length, 5);
  spec = { ...spec, servers: three };
  succeeded(await update(world, spec));
  assert.equal(await differing(world, spec), []);
  const shrunk = (await client.getData("/zookeeper/config")).data?.toString() ?? "";
  assert.is(shrunk.match(/^server\./gm)?.length, 3);
  assert.is((await client.getData("/kept")).data?.toString(), "through everything");
  await client.close();
});

ensemble("another state's servers are not touched", async () => {
  const other = { ...world.context, lineage: "lineage-2" };
  const handler = world.handler("ZooKeeperEnsemble");
  const result = await handler.read(
    { address: ENSEMBLE, desired: handler.normalise(spec), recorded: null, identity: null },
    other,
  );
  assert.is(result.status, "unreadable");
  assert.is(result.diagnostics[0]?.code, "belongs-to-another-state");
});

ensemble("is taken away without leaving a process or a file", async () => {
  const pids = [...pidsOf((await present(world, spec)).attributes).values()];
  succeeded(await destroy(world, spec));
  assert.is((await read(world, spec)).status, "absent");
  for (const pid of pids) assert.throws(() => process.kill(pid, 0));
});

ensemble.run();
