/**
 * Two Marathons and a batch framework deployed as processes, beside a real ZooKeeper and simulated masters and agents: made,
 * changed one by one with the leader last while tasks run on, found stopped, and kept from losing their state.
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { connect } from "../../../src/zookeeper/connect.js";
import { waitFor } from "../../harness/wait.js";
import { ask, ProcessLab } from "../../sandbox/marathon/process-lab.js";
import { DeployedWorld, simulated, succeeded } from "./deployed-world.js";

const DEADLINE_MS = 60_000;
const MARATHON = "MarathonInstance/main";
const BATCH = "MesosFramework/batch";
const PASSWORD = "let-me-in";
const APP = { id: "/web", cmd: "sleep 100000", cpus: 0.1, mem: 32, instances: 2 };

const marathons = suite("Marathons and frameworks that are deployed");

let lab: ProcessLab;
const ENV = { MARATHON_PASSWORD: "changed-later", ZK_AUTH: "marathon:zk-secret" };
const world = new DeployedWorld(ENV);
let spec: JsonObject = {};
let batch: JsonObject = {};

function secret(reference: string, content: string): JsonObject {
  return { $secret: reference, fingerprint: world.context.secrets.fingerprint(Buffer.from(content)) };
}

marathons.before(async () => {
  lab = await ProcessLab.start();
  lab.master(11);
  lab.agent(21);
  spec = {
    zookeeper: {
      connectString: lab.ensemble.connectString,
      path: "/marathon",
      auth: secret("env:ZK_AUTH", "marathon:zk-secret"),
    },
    master: lab.masters,
    servers: [
      { id: 1, host: "Host/h", ip: lab.ip(31) },
      { id: 2, host: "Host/h", ip: lab.ip(32) },
    ],
    program: simulated("marathon"),
    flags: { zk_session_timeout: 2000, min_revive_offers_interval: 200, maintenance_mode: true },
    credentials: { username: "ferry", password: secret("env:MARATHON_PASSWORD", PASSWORD) },
    rolling: { waitSeconds: 40 },
  };
  batch = {
    master: lab.masters,
    zookeeper: { connectString: lab.ensemble.connectString, path: "/batch" },
    servers: [
      { id: 1, host: "Host/h", ip: lab.ip(41), port: 4400 },
      { id: 2, host: "Host/h", ip: lab.ip(42), port: 4400 },
    ],
    program: simulated("batch"),
    arguments: [
      "--master={masterFile}",
      "--zk={zk}",
      "--http_address={ip}",
      "--http_port={port}",
      "--zk_session_timeout=2secs",
    ].map((text) => text.replace("{masterFile}", "file://{masterFile}")),
    health: { path: "/ping" },
    rolling: { waitSeconds: 40 },
  };
});

marathons.after(async () => {
  await world.destroyAll();
  await lab.close();
});

function statusOf(attributes: JsonObject): readonly JsonObject[] {
  const { status } = attributes;
  return Array.isArray(status) ? (status as readonly Json[]).filter(isObject) : [];
}

async function api(path: string, method: "GET" | "POST" = "GET", body?: object): Promise<JsonObject> {
  const answer = await fetch(`http://${lab.ip(31)}:8080${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`ferry:${PASSWORD}`).toString("base64")}`,
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as JsonObject;
}

/** Ids of the app's tasks, once all run. */
function tasks(): Promise<string[]> {
  return waitFor("the tasks run", DEADLINE_MS, async () => {
    const { app } = (await api(`/v2/apps${APP.id}`)) as { app?: JsonObject };
    if (app?.["tasksRunning"] !== APP.instances) return null;
    return (app["tasks"] as readonly JsonObject[]).map(({ id }) => String(id)).sort();
  });
}

marathons("are made, and then nothing differs; a rotated password rolls, the leader last too", async () => {
  const rotated = spec["credentials"] as JsonObject;
  spec = { ...spec, credentials: { ...rotated, password: secret("env:MARATHON_PASSWORD", "changed-later") } };
  assert.is((await world.read(MARATHON, spec)).status, "absent");
  const created = succeeded(await world.create(MARATHON, spec));
  assert.match(String(created.attributes["frameworkId"]), /-0000$/);
  assert.equal(await world.differing(MARATHON, spec), []);
  const { attributes } = await world.present(MARATHON, spec);
  const roles = statusOf(attributes).map(({ role }) => role);
  assert.equal([...roles].sort(), ["leader", "standby"]);
  world.rotate({ ...ENV, MARATHON_PASSWORD: PASSWORD });
  spec = { ...spec, credentials: rotated };
  assert.equal(await world.differing(MARATHON, spec), ["credentials.password"]);
  world.messages.length = 0;
  succeeded(await world.update(MARATHON, spec));
  const leader = 1 + roles.indexOf("leader");
  assert.match(
    world.messages.filter((message) => message.startsWith("restart")).at(-1) ?? "",
    `server ${leader},`,
  );
  assert.equal(await world.differing(MARATHON, spec), []);
  succeeded(await world.create(BATCH, batch));
  assert.equal(await world.differing(BATCH, batch), []);
  assert.is((await ask(`http://${lab.ip(42)}:4400/ping`)).status, 200);
});

marathons("secrets stand in a file that only the user reads, and in no command line", async () => {
  const unit = world.unit("marathon-main-1");
  assert.not.match(readFileSync(join(unit, "unit.json"), "utf8"), /zk-secret|let-me-in/);
  assert.not.match(readFileSync(join(unit, "conf/ferry.json"), "utf8"), /zk-secret|let-me-in/);
  assert.is(statSync(join(unit, "conf/secrets.sh")).mode & 0o777, 0o600);
  const { attributes } = await world.present(MARATHON, spec);
  for (const { pid } of statusOf(attributes)) {
    assert.not.match(readFileSync(`/proc/${String(pid)}/cmdline`, "utf8"), /zk-secret|let-me-in/);
  }
  assert.is((await ask(`http://${lab.ip(31)}:8080/v2/info`)).status, 401);
});

marathons("a changed flag rolls, the leader last, and no task is lost", async () => {
  await api("/v2/apps", "POST", APP);
  const before = await tasks();
  const { attributes } = await world.present(MARATHON, spec);
  const leader = String(statusOf(attributes).find(({ role }) => role === "leader")?.["id"]);
  spec = { ...spec, flags: { ...(spec["flags"] as JsonObject), max_apps: 500, maintenance_mode: false } };
  assert.equal(await world.differing(MARATHON, spec), ["flags.maintenance_mode", "flags.max_apps"]);
  world.messages.length = 0;
  succeeded(await world.update(MARATHON, spec));
  const restarted = world.messages.flatMap((message) => /^restart server (\d)/.exec(message)?.[1] ?? []);
  assert.is(restarted.length, 2);
  assert.is(restarted.at(-1), leader);
  assert.equal(await world.differing(MARATHON, spec), []);
  assert.equal(await tasks(), before);
  const after = await world.present(MARATHON, spec);
  assert.is(after.attributes["frameworkId"], attributes["frameworkId"]);
  const other = statusOf(after.attributes).find(({ role }) => role === "leader");
  assert.is.not(String(other?.["id"]), leader);
});

marathons("a server stopped by hand is drift; applying starts it and touches no other", async () => {
  const before = statusOf((await world.present(MARATHON, spec)).attributes);
  const { handler, context } = {
    handler: world.handler(MARATHON.split("/")[0] ?? ""),
    context: world.context,
  };
  const target = { address: MARATHON, spec: handler.normalise(spec), server: "1" };
  const stopped = await handler.operate?.({ ...target, action: "stop" }, context, () => undefined);
  assert.is(stopped?.running, false);
  assert.is(stopped?.there, true);
  assert.equal(await world.differing(MARATHON, spec), ["servers[id=1].running"]);
  succeeded(await world.update(MARATHON, spec));
  assert.equal(await world.differing(MARATHON, spec), []);
  const after = statusOf((await world.present(MARATHON, spec)).attributes);
  assert.is.not(after[0]?.["pid"], before[0]?.["pid"]);
  assert.is(after[1]?.["pid"], before[1]?.["pid"]);
});

marathons("a killed server is not started while ZooKeeper still has its last session", async () => {
  const policy = { ...spec, restart: "no" };
  succeeded(await world.update(MARATHON, policy));
  assert.equal(await world.differing(MARATHON, policy), []);
  const [first] = statusOf((await world.present(MARATHON, policy)).attributes);
  process.kill(Number(first?.["pid"]), "SIGKILL");
  await waitFor("the death is seen", 10_000, async () =>
    (await world.differing(MARATHON, policy)).includes("servers[id=1].running"),
  );
  world.messages.length = 0;
  succeeded(await world.update(MARATHON, policy));
  assert.ok(world.messages.some((message) => /forgotten the last session of server 1/.test(message)));
  spec = policy;
  assert.equal(await world.differing(MARATHON, spec), []);
});

marathons("a place without the state is refused, and nothing is planned", async () => {
  const elsewhere = { ...spec, zookeeper: { ...(spec["zookeeper"] as JsonObject), path: "/other" } };
  const result = await world.read(MARATHON, elsewhere);
  assert.is(result.status, "unreadable");
  assert.is(result.diagnostics[0]?.code, "marathon-state-missing");
  assert.match(result.diagnostics[0]?.remedy ?? "", /Migration/);
  const batchElsewhere = { ...batch, zookeeper: { ...(batch["zookeeper"] as JsonObject), path: "/other" } };
  const refused = await world.read(BATCH, batchElsewhere);
  assert.is(refused.status, "unreadable");
  assert.is(refused.diagnostics[0]?.code, "framework-state-missing");
});

marathons("where the state was copied to, all go together, with the same framework and tasks", async () => {
  const before = await tasks();
  await copyState("/marathon/state", "/moved/state");
  const moved = { ...spec, zookeeper: { ...(spec["zookeeper"] as JsonObject), path: "/moved" } };
  assert.equal(await world.differing(MARATHON, moved), ["zookeeper.path"]);
  const { attributes } = await world.present(MARATHON, spec);
  world.messages.length = 0;
  succeeded(await world.update(MARATHON, moved));
  assert.ok(world.messages.some((message) => /^restart server 1, 2,/.test(message)));
  spec = moved;
  assert.equal(await world.differing(MARATHON, spec), []);
  assert.is((await world.present(MARATHON, spec)).attributes["frameworkId"], attributes["frameworkId"]);
  assert.equal(await tasks(), before);
});

marathons("another framework under the same name is refused", async () => {
  const { identity } = await world.present(MARATHON, spec);
  world.claim(MARATHON, { ...(identity as JsonObject), frameworkId: "another-0001" });
  const result = await world.read(MARATHON, spec);
  world.claim(MARATHON, identity);
  assert.is(result.status, "unreadable");
  assert.is(result.diagnostics[0]?.code, "marathon-other-framework");
});

marathons("a framework rolls one by one, and what does not start is put back", async () => {
  const before = statusOf((await world.present(BATCH, batch)).attributes);
  const given = batch["arguments"] as readonly string[];
  const changed = { ...batch, arguments: [...given, "--failure_retry=5mins"] };
  world.messages.length = 0;
  succeeded(await world.update(BATCH, changed));
  assert.equal(
    world.messages.filter((message) => message.startsWith("restart")).map((text) => text.slice(0, 16)),
    ["restart server 1", "restart server 2"],
  );
  batch = changed;
  assert.equal(await world.differing(BATCH, batch), []);
  const after = statusOf((await world.present(BATCH, batch)).attributes);
  assert.ok(after.every(({ pid }, at) => pid !== before[at]?.["pid"]));
  const broken = { ...batch, arguments: [...given, "--no_such_flag=1"], rolling: { waitSeconds: 3 } };
  const failed = await world.update(BATCH, broken);
  assert.is(failed.status, "failed");
  assert.is(failed.diagnostics[0]?.code, "server-not-back");
  assert.match(failed.diagnostics[0]?.detail ?? "", /former configuration again, and is back/);
  const last = statusOf((await world.present(BATCH, batch)).attributes);
  assert.is(last[1]?.["pid"], after[1]?.["pid"]);
});

async function copyState(from: string, to: string): Promise<void> {
  const auth = [{ scheme: "digest", credential: Buffer.from("marathon:zk-secret") }];
  const client = await connect({ connectString: lab.ensemble.connectString, auth });
  const copy = async (source: string, target: string): Promise<void> => {
    const { data } = await client.getData(source);
    const { acl } = await client.getAcl(source);
    await client.createParents(target);
    await client.create(target, data, { acl });
    const { children } = await client.getChildren(source);
    for (const child of children) await copy(`${source}/${child}`, `${target}/${child}`);
  };
  try {
    await copy(from, to);
  } finally {
    await client.close();
  }
}

marathons.run();
