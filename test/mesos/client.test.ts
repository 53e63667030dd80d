/** The client against small masters: who is asked, whom it follows, what is tried again, and what never is. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REAL_CLOCK } from "../../src/http/connection.js";
import { MesosClient } from "../../src/mesos/client.js";
import type { Masters, MesosConnection } from "../../src/mesos/connection.js";
import type { Detected } from "../../src/mesos/detect.js";
import { isMesosError, type MesosError } from "../../src/mesos/mesos-error.js";
import { json, type Reply, redirectTo, SmallMaster } from "./small-master.js";

const signal = new AbortController().signal;
const NO_WEIGHTS = json({ type: "GET_WEIGHTS", get_weights: {} });
const masters: SmallMaster[] = [];
const clients: MesosClient[] = [];

async function master(answer: Reply | null | (() => Reply | null)): Promise<SmallMaster> {
  const started = await new SmallMaster(typeof answer === "function" ? answer : () => answer).start();
  masters.push(started);
  return started;
}

/** Its port is free again. */
async function deadAddress(): Promise<string> {
  const gone = await new SmallMaster(() => null).start();
  gone.stop();
  return gone.address;
}

function clientOf(
  where: Masters,
  more: Partial<MesosConnection> = {},
  detections: readonly Detected[] = [],
): MesosClient {
  let now = 0;
  const clock = {
    now: () => now,
    delay: async (ms: number) => {
      now += ms;
      await REAL_CLOCK.delay(1, signal);
    },
  };
  const left = [...detections];
  const detect = async (): Promise<Detected> => left.shift() ?? { kind: "nobody", reason: "no more" };
  const client = new MesosClient({ masters: where, scheme: "http", ...more }, clock, detect);
  clients.push(client);
  return client;
}

async function failure(promise: Promise<unknown>): Promise<MesosError> {
  try {
    await promise;
  } catch (error) {
    if (isMesosError(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

const client = suite("client of Mesos");

client.after.each(async () => {
  for (const each of clients.splice(0)) await each.close();
  for (const each of masters.splice(0)) each.stop();
});

client(
  "a redirect without a scheme is followed, with the body and the credentials, and remembered",
  async () => {
    const leader = await master(NO_WEIGHTS);
    const standby = await master(redirectTo(leader.address));
    const credentials = { username: "ops", password: "opspw" };
    const mesos = clientOf({ addresses: [standby.address] }, { credentials });
    await mesos.weights(signal);
    await mesos.weights(signal);
    assert.equal([standby.received.length, leader.received.length], [1, 2]);
    assert.is(mesos.leaderSeen, leader.address);
    const [first] = leader.received;
    assert.equal(first?.call, { type: "GET_WEIGHTS" });
    assert.is(first?.path, "/master/api/v1");
    assert.is(first?.contentType, "application/json");
    assert.is(first?.authorization, `Basic ${Buffer.from("ops:opspw").toString("base64")}`);
  },
);

client("while nobody leads, or the leader recovers, it waits", async () => {
  const answers: Reply[] = [
    { status: 503, body: "No leader elected" },
    { status: 503, body: "Master has not finished recovery" },
    {},
  ];
  const only = await master(() => answers.shift() ?? {});
  await clientOf({ addresses: [only.address] }).updateWeight("web", 2, signal);
  assert.is(only.received.length, 3);
  only.answer = () => ({ status: 503, body: "No leader elected" });
  const error = await failure(clientOf({ addresses: [only.address] }, { retryMs: 2000 }).weights(signal));
  assert.is(error.kind, "no-leader");
  assert.is(error.message, `GET_WEIGHTS at ${only.address}: No leader elected`);
});

client("a standby that names a dead leader is asked again until it names another", async () => {
  const [leader, dead] = [await master(NO_WEIGHTS), await deadAddress()];
  const names = [dead, dead, leader.address];
  const standby = await master(() => redirectTo(names.shift() ?? leader.address));
  await clientOf({ addresses: [standby.address] }).weights(signal);
  assert.is(standby.received.length, 3);
});

client("a master that is gone is passed over; all gone are named", async () => {
  const [one, other] = [await deadAddress(), await deadAddress()];
  const leader = await master(NO_WEIGHTS);
  await clientOf({ addresses: [one, leader.address] }).weights(signal);
  const error = await failure(clientOf({ addresses: [one, other] }).weights(signal));
  assert.is(error.kind, "unreachable");
  assert.ok(error.message.includes(one) && error.message.includes(other), error.message);
  assert.not(error.mayHaveHappened);
});

client("a write whose answer is lost is sent again only where twice is the same as once", async () => {
  const [broken, next] = [await master(null), await master({})];
  const where = { addresses: [broken.address, next.address] };
  const agent = { id: "a-S0", masterVersion: "1.11.0" };
  const error = await failure(clientOf(where).reserve(agent, [], signal));
  assert.equal([error.kind, error.mayHaveHappened], ["connection-lost", true]);
  assert.equal([broken.received.length, next.received.length], [1, 0]);
  await clientOf(where).updateWeight("web", 2, signal);
  assert.equal([broken.received.length, next.received.length], [2, 1]);
});

client("a read whose answer is lost is asked of the next", async () => {
  const [broken, next] = [await master(null), await master(NO_WEIGHTS)];
  await clientOf({ addresses: [broken.address, next.address] }).weights(signal);
  assert.equal([broken.received.length, next.received.length], [1, 1]);
});

client("a redirect to another scheme is not followed", async () => {
  const leader = await master(NO_WEIGHTS);
  const odd = await master({ status: 307, headers: { location: `https://${leader.address}/api/v1` } });
  const error = await failure(clientOf({ addresses: [odd.address] }).weights(signal));
  assert.is(error.kind, "unexpected-answer");
  assert.is(leader.received.length, 0);
});

client("with ZooKeeper the leader is detected, and again when it is gone", async () => {
  const [first, second] = [await master(NO_WEIGHTS), await master(NO_WEIGHTS)];
  const found: Detected[] = [first.address, first.address, second.address].map((address) => ({
    kind: "leader",
    address,
  }));
  const mesos = clientOf({ zookeeper: { connectString: "z:2181", path: "/mesos" } }, {}, found);
  await mesos.weights(signal);
  first.stop();
  await mesos.weights(signal);
  assert.is(mesos.leaderSeen, second.address);
  const nobody = clientOf({ zookeeper: { connectString: "z:2181", path: "/mesos" } }, { retryMs: 0 });
  assert.is((await failure(nobody.weights(signal))).kind, "no-leader");
});

client("what is refused is told in Mesos' words, and by kind", async () => {
  const kinds: readonly [Reply, string][] = [
    [{ status: 400, body: "Failed to validate master::Call: Expecting 'type' to be present" }, "unsupported"],
    [{ status: 400, body: "Invalid role 'we b'" }, "invalid"],
    [{ status: 401, body: "401 Unauthorized." }, "unauthorised"],
    [{ status: 403, body: "403 Forbidden." }, "forbidden"],
    [{ status: 409, body: "cpus:3 does not contain disk:999999" }, "conflict"],
    [{ status: 501, body: "501 Not Implemented." }, "unsupported"],
    [{ status: 500, body: "<html><b>oops</b></html>" }, "server-error"],
    [{ status: 200, body: "hello" }, "unexpected-answer"],
    [
      { status: 200, body: `{"get_weights":{"weight_infos":[{"role":"a","weight":"2"}]}}` },
      "unexpected-answer",
    ],
  ];
  for (const [reply, kind] of kinds) {
    const only = await master(reply);
    const error = await failure(clientOf({ addresses: [only.address] }).weights(signal));
    assert.is(error.kind, kind, reply.body);
    assert.is(error.master, only.address);
  }
});

client("calls have the form that Mesos takes", async () => {
  const only = await master({});
  const mesos = clientOf({ addresses: [only.address] });
  await mesos.drainAgent("a-S0", { maxGraceSeconds: 90.5, markGone: true }, signal);
  await mesos.updateQuota("web", { guarantees: { cpus: 2 }, limits: {} }, false, signal);
  assert.equal(
    only.received.map(({ call }) => call),
    [
      {
        type: "DRAIN_AGENT",
        drain_agent: {
          agent_id: { value: "a-S0" },
          max_grace_period: { seconds: 90, nanos: 500_000_000 },
          mark_gone: true,
        },
      },
      {
        type: "UPDATE_QUOTA",
        update_quota: { force: false, quota_configs: [{ role: "web", guarantees: { cpus: { value: 2 } } }] },
      },
    ],
  );
});

client.run();
