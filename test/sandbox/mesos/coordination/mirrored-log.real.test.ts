/**
 * The replicated log while ZooKeeper is mirrored by hand from ensemble A to ensemble B: the recordings' scenarios 6a to 6d,
 * on two real ZooKeepers.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../../../harness/wait.js";
import { DEADLINE_MS, type InProcessMaster } from "./in-process-master.js";
import { MasterLab } from "./master-lab.js";

const mirrored = suite("mesos' replicated log beside a mirror");
const lab = new MasterLab();

mirrored.before(() => lab.open(2));
mirrored.after.each(() => lab.cleanUp());
mirrored.after(() => lab.close());

/** Makes the counters of a path on B so high that what is mirrored there stays below. */
async function raiseCounters(path: string): Promise<void> {
  const client = lab.clientOf(1);
  await client.createParents(`${path}/log_replicas/x`);
  for (const parent of [path, `${path}/log_replicas`]) {
    for (let count = 0; count < 20; count++) {
      await client.delete(
        (await client.create(`${parent}/raise-`, null, { mode: "persistent-sequential" })).path,
      );
    }
  }
}

/** Copies the members' znodes as persistent ones and gives the copies. */
async function mirror(from: number, path: string, folders: readonly string[]): Promise<string[]> {
  const [source, target] = [lab.clientOf(from), lab.clientOf(1 - from)];
  const copies: string[] = [];
  for (const folder of folders) {
    await target.createParents(`${path}${folder}/x`);
    for (const name of (await source.getChildren(`${path}${folder}`)).children.sort()) {
      if (!/\d$/.test(name)) continue;
      const { data, stat } = await source.getData(`${path}${folder}/${name}`);
      if (stat.ephemeralOwner === 0n) continue; // itself a copy
      await target.create(`${path}${folder}/${name}`, data);
      copies.push(`${path}${folder}/${name}`);
    }
  }
  return copies;
}

const BOTH = ["", "/log_replicas"] as const;
const weight = (value: number) => [{ info: { role: "web", weight: value } }];

async function write(master: InProcessMaster | undefined, value: number): Promise<void> {
  await master?.coordination.registry.apply((state) => ({ ...state, weights: weight(value) }));
}

/** Old masters gone, their copies on B deleted: the next leader is there. */
async function cutOver(old: readonly InProcessMaster[], copies: readonly string[], next: InProcessMaster) {
  for (const master of [...old].reverse()) await master.kill();
  for (const copy of copies) await lab.clientOf(1).delete(copy);
  await next.untilServing();
  return next.coordination.registry.state.weights;
}

mirrored(
  "6a: naive mirroring: the new master leads, takes the log, and the old leader's registrar dies",
  async () => {
    const old = await lab.masters(3, "/naive");
    await write(old[0], 3);
    // Hand-made names do not raise B's counter, so the newcomer's are below A's once those are above its first ones.
    const far = lab.clientOf(1);
    await far.createParents("/naive/log_replicas/x");
    const info = await lab.client.getData(`/naive/json.info_000000000${old[0]?.candidate}`);
    await far.create("/naive/json.info_0000000023", info.data);
    for (const [at, master] of old.entries()) {
      const upid = Buffer.from(`log-replica(1)@127.0.0.1:${master.port}`);
      await far.create(`/naive/log_replicas/000000001${at}`, upid);
    }
    const newcomer = await lab.start({ path: "/naive", ensemble: 1, quorum: 2 });
    await newcomer.untilServing();
    assert.equal(newcomer.coordination.registry.state.weights, weight(3));
    assert.ok(
      newcomer.said("Could not start the writer, but can be retried"),
      "it climbs over the old number",
    );
    assert.is(old[0]?.coordination.elected, true);
    const update = old[0]?.coordination.registry.apply((state) => ({ ...state, weights: weight(7) }));
    const error = String(await update?.catch(String));
    assert.is(error, "Error: Failed to update registry: Failed to perform store within 3secs");
    assert.ok(old[0]?.said(`E registrar.cpp] Registrar aborting: ${error.slice("Error: ".length)}`));
    const again = await old[0]?.coordination.registry.apply((state) => state).catch(String);
    assert.is(again, error, "dead from then on");
    assert.is(old[0]?.end, null, "but the process lives");
    await write(newcomer, 8);
    assert.equal(newcomer.coordination.registry.state.weights, weight(8));
  },
);

mirrored("6b: mirrored one way a write acknowledged by the old leader is lost at the cut-over", async () => {
  const old = await lab.masters(3, "/oneway");
  await write(old[0], 10);
  await raiseCounters("/oneway");
  const copies = await mirror(0, "/oneway", BOTH);
  const fourth = await lab.start({ path: "/oneway", ensemble: 1, quorum: 2 });
  await fourth.untilVoting(4);
  const fifth = await lab.start({ path: "/oneway", ensemble: 1, quorum: 2 });
  await fifth.untilVoting(5);
  assert.is(fourth.leaderPort, old[0]?.port);
  assert.is(old[0]?.metric("registrar/log/ensemble_size"), 3);
  await write(old[0], 11);
  assert.equal(await cutOver(old, copies, fourth), weight(10));
});

mirrored("6c: mirrored both ways it is kept", async () => {
  const old = await lab.masters(3, "/twoway");
  await write(old[0], 10);
  await raiseCounters("/twoway");
  const copies = await mirror(0, "/twoway", BOTH);
  const fourth = await lab.start({ path: "/twoway", ensemble: 1, quorum: 2 });
  await fourth.untilVoting(4);
  const fifth = await lab.start({ path: "/twoway", ensemble: 1, quorum: 2 });
  await fifth.untilVoting(5);
  await mirror(1, "/twoway", ["/log_replicas"]);
  await old[0]?.untilVoting(5);
  await write(old[0], 12);
  const learned = (master: InProcessMaster) => master.said("Replica received learned notice for position 5 ");
  await waitFor("the notice", DEADLINE_MS, () => learned(fourth) && learned(fifth));
  assert.equal(await cutOver(old, copies, fourth), weight(12));
});

mirrored("6d: two empty masters at once beside two voters abort each other by a failed CHECK", async () => {
  const old = await lab.masters(3, "/both");
  await old[2]?.kill(); // two voters are left
  await raiseCounters("/both");
  await lab.client.delete("/both/log_replicas/0000000002").catch(() => {});
  await mirror(0, "/both", BOTH);
  const pair = await Promise.all([0, 1].map(() => lab.start({ path: "/both", ensemble: 1, quorum: 2 })));
  const first = await waitFor("one of them to abort", DEADLINE_MS, () => pair.find((master) => master.end));
  assert.match(first.end?.message ?? "", /^Check failed: highestNackProposal >= proposal \(0 vs\. \d+\) $/);
  assert.is(first.end?.kind, "abort");
  assert.ok(first.said("Aborting explicit promise request because 2 ignores received"));
});

mirrored.run();
