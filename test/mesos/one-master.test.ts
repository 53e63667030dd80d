/** One master asked about itself: a leader, a standby, one without a leader, one that is not there. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MesosClient } from "../../src/mesos/client.js";
import { isMesosError } from "../../src/mesos/mesos-error.js";
import { readRecording } from "../sandbox/mesos/recording.js";
import { type Reply, SmallMaster } from "./small-master.js";

const signal = new AbortController().signal;
const opened: { stop(): void }[] = [];

/** Answers with the recordings of a folder, but for what `other` says. */
async function recordedMaster(folder: string, other: Readonly<Record<string, Reply>> = {}): Promise<string> {
  const answer = (call: Readonly<Record<string, unknown>>): Reply => {
    const path = String(call["type"]).replace(/^GET \/|\?.*/g, "");
    const { status, headers, body } = readRecording(`${folder}/GET_${path.replaceAll("/", "_")}.http`).answer;
    const location = headers["location"];
    return other[path] ?? { status, body, headers: location === undefined ? {} : { location } };
  };
  const master = await new SmallMaster(answer).start();
  opened.push(master);
  return master.address;
}

/** The address that it is made with is never asked. */
function client(): MesosClient {
  const made = new MesosClient({ masters: { addresses: ["127.0.0.1:1"] }, scheme: "http" });
  opened.push({ stop: () => void made.close() });
  return made;
}

const masters = suite("one master of Mesos");

masters.after.each(() => {
  for (const each of opened.splice(0)) each.stop();
});

masters("a leader and a standby tell of themselves", async () => {
  const mesos = client();
  const [leader, standby] = [await recordedMaster("master-leader"), await recordedMaster("master-follower")];
  const first = await mesos.stateOf(leader, signal);
  assert.equal(
    [first.elected, first.sendsTo, first.logRecovered, first.ensembleSize, first.version],
    [true, "127.0.0.11:5050", true, 3, "1.12.0"],
  );
  assert.equal([first.agents.active, first.frameworks.connected, first.tasks.running], [2, 2, 3]);
  const second = await mesos.stateOf(standby, signal);
  assert.equal(
    [second.elected, second.sendsTo, second.logRecovered, second.agents.active],
    [false, "127.0.0.11:5050", true, 0],
  );
  assert.is((await mesos.metrics(leader, signal)).get("master/elected"), 1);
  assert.is((await mesos.registry(leader, signal))?.agents.length, 2);
  assert.is(await mesos.registry(standby, signal), null);
  assert.equal(await mesos.health(standby, signal), { kind: "up" });
});

masters("a master without a log and without a leader", async () => {
  const master = await recordedMaster("master-follower", {
    "metrics/snapshot": { body: `{"master/elected":0,"master/uptime_secs":5.5}` },
    redirect: { status: 503, body: "No leader elected" },
    health: { status: 500 },
  });
  const state = await client().stateOf(master, signal);
  assert.equal(
    [state.sendsTo, state.logRecovered, state.ensembleSize, state.uptimeSeconds],
    [null, null, null, 5.5],
  );
  assert.equal(await client().health(master, signal), { kind: "unwell", reason: "status 500" });
});

masters("what is no master, and what is not there", async () => {
  const other = await recordedMaster("master-follower", { "metrics/snapshot": { body: "<html>" } });
  const error: unknown = await client()
    .metrics(other, signal)
    .catch((reason: unknown) => reason);
  assert.ok(isMesosError(error, "unexpected-answer"), String(error));
  assert.match(error.message, /is this a master of Mesos/);
  const dead = await new SmallMaster(() => null).start();
  dead.stop();
  assert.is((await client().health(dead.address, signal)).kind, "unreachable");
  const refused: unknown = await client()
    .stateOf(dead.address, signal)
    .catch((reason: unknown) => reason);
  assert.ok(isMesosError(refused, "unreachable"), String(refused));
  assert.is(refused.master, dead.address);
});

masters.run();
