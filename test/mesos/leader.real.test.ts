/** The leading master found in a real ZooKeeper and through standbys, after a fail-over too; credentials and certificates. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MesosClient } from "../../src/mesos/client.js";
import { isMesosError } from "../../src/mesos/mesos-error.js";
import type { JsonObject } from "../../src/value/json.js";
import { waitFor } from "../harness/wait.js";
import { startEnsemble } from "../harness/zookeeper.js";
import { makeCertificates } from "../harness/zookeeper-certificates.js";
import { World } from "../providers/mesos/world.js";
import { api, Lab } from "../sandbox/mesos/lab.js";
import { json, SmallMaster } from "./small-master.js";

const DEADLINE_MS = 60_000;
const signal = new AbortController().signal;
const leaders = suite("the leading master of a Mesos");

leaders("is found in ZooKeeper and through standbys, and again after a fail-over", async () => {
  const ensemble = await startEnsemble({ size: 1 });
  const lab = await Lab.make();
  const clients: MesosClient[] = [];
  try {
    const flags = [`--zk=zk://ops:opspw@${ensemble.connectString}/prod/mesos`, "--quorum=1"];
    const leader = await lab.master(11, flags);
    const leads = (last: number) => async () => (await api(lab.ip(last), { type: "GET_HEALTH" })) !== null;
    await waitFor("the first leads", DEADLINE_MS, leads(11));
    await lab.master(12, flags);
    const place = { connectString: ensemble.connectString, path: "/prod/mesos" };
    const auth = [{ scheme: "digest", credential: Buffer.from("ops:opspw") }];
    const found = new MesosClient({ masters: { zookeeper: { ...place, auth } }, scheme: "http" });
    const standby = { addresses: [`${lab.ip(12)}:5050`] };
    const sent = new MesosClient({ masters: standby, scheme: "http" });
    clients.push(found, sent);
    assert.is((await found.master(signal)).hostname, lab.ip(11));
    await waitFor("the standby knows the leader", DEADLINE_MS, async () => {
      assert.is((await sent.master(signal)).hostname, lab.ip(11));
      return true;
    });
    assert.is(sent.leaderSeen, `${lab.ip(11)}:5050`);
    await leader.stop();
    await found.updateWeight("web", 3, signal);
    assert.is((await sent.weights(signal)).get("web"), 3);
    assert.equal([found.leaderSeen, sent.leaderSeen], [`${lab.ip(12)}:5050`, `${lab.ip(12)}:5050`]);
    const nowhere = { zookeeper: { ...place, path: "/other" } };
    const lost = new MesosClient({ masters: nowhere, scheme: "http", retryMs: 0 });
    clients.push(lost);
    await refused(lost.weights(signal), "no-leader", /no master stands for election under \/other/);
  } finally {
    for (const client of clients) await client.close();
    await lab.close();
    await ensemble.close();
  }
});

async function refused(answer: Promise<unknown>, kind: string, words: RegExp): Promise<void> {
  const error: unknown = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(isMesosError(error), String(error));
  assert.is(error.kind, kind);
  assert.match(error.message, words);
}

leaders("takes credentials, and names the master that refuses them", async () => {
  const lab = await Lab.make();
  const credentials = new Map([["ops", "opspw"]]);
  await lab.master(11, ["--authenticate_http_readwrite"], { credentials });
  const auth = (secret: string): JsonObject => ({
    principal: "ops",
    secret: { $secret: secret, fingerprint: null },
  });
  const masters = [`${lab.ip(11)}:5050`];
  const right = new World({ masters, auth: auth("env:SECRET") }, undefined, { SECRET: "opspw\n" });
  const wrong = new World({ masters, auth: auth("env:SECRET") }, undefined, { SECRET: "oops" });
  try {
    const role = { mesos: "Mesos/m", role: "web", weight: 2 };
    assert.is((await right.create("MesosRole", role)).status, "done");
    const [refusal] = (await wrong.read("MesosRole", role)).diagnostics;
    assert.is(refusal?.code, "mesos-unauthorised");
    assert.ok(refusal?.summary.includes(`${lab.ip(11)}:5050`), refusal?.summary);
    assert.not(JSON.stringify(refusal).includes("oops"));
  } finally {
    await right.close();
    await wrong.close();
    await lab.close();
  }
});

leaders("is trusted by its certificate only", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ferry-mesos-tls-"));
  const certificates = await makeCertificates(folder);
  const server = await readFile(certificates.serverKeyStore);
  const info = { id: "m", port: 5050, hostname: "m1", version: "1.11.0" };
  const master = await new SmallMaster(() => json({ get_master: { master_info: info } }), server).start();
  const masters = { addresses: [master.address] };
  const { ca } = certificates.client;
  assert.ok(ca);
  await writeFile(join(folder, "ca.pem"), ca);
  const trusting = new World({
    masters: [master.address],
    tls: { ca: { $secret: `file:${join(folder, "ca.pem")}`, fingerprint: null } },
  });
  const strange = new MesosClient({ masters, scheme: "https", tls: { ca: certificates.strangerCa } });
  try {
    const spec = trusting.context.resource("Mesos/m")?.spec ?? {};
    assert.is((await trusting.create("Mesos", spec)).status, "done");
    await refused(strange.version(signal), "unreachable", /certificate/);
  } finally {
    await trusting.close();
    await strange.close();
    master.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

leaders.run();
