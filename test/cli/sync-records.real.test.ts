/** What is on record of a synchronisation, through the real bin: conflicts, comparison, report, declaration in a plan. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ConflictRecord } from "../../src/sync/control/records.js";
import { waitFor } from "../harness/wait.js";
import { DEADLINE_MS, type SyncEnsembles, said, startSyncEnsembles } from "./sync-ensembles.js";

const cli = suite("records of a synchronisation from the command line");
let world: SyncEnsembles;

cli.before(async () => {
  world = await startSyncEnsembles();
  // Not watched, so that a difference stays until somebody looks.
  const paths = "  paths: [{ source: /orders, target: /eu/orders }]\n  watchTarget: false\n";
  world.write("sync.yaml", world.document("shop", paths));
  await world.clientA.create("/orders", null);
  await world.clientA.create("/orders/o1", Buffer.from("1"));
  await world.clientA.create("/orders/eph", Buffer.from("here"), { mode: "ephemeral" });
});

cli.after(() => world.close());

cli("applying declares it, and then there is nothing to do", async () => {
  const applied = await world.ferry("apply", "sync.yaml", "--auto-approve");
  assert.is(applied.code, 0, applied.stderr);
  assert.match(applied.stdout + applied.stderr, /Sync\/shop: created/);
  const planned = await world.ferry("plan", "sync.yaml", "--detailed-exitcode");
  assert.is(planned.code, 0, planned.stdout);
  assert.is((await world.ferry("drift")).code, 0);
});

cli("a difference that somebody makes is found, by both readers", async () => {
  const engine = world.engine("sync.yaml");
  await said(engine, "a-to-b is live");
  const equal = await world.run("verify", "sync.yaml");
  assert.is(equal.code, 0, equal.stdout + equal.stderr);
  await world.clientB.setData("/eu/orders/o1", Buffer.from("by hand"));
  for (const reader of ["own", "independent"]) {
    const answer = await world.run("verify", "sync.yaml", "--reader", reader);
    assert.is(answer.code, 2, answer.stderr);
    assert.match(answer.stdout, /by hand/);
  }
});

cli("the next change of it is a conflict: listed, shown, and not to be decided again", async () => {
  await world.clientA.setData("/orders/o1", Buffer.from("again"));
  await world.arrives("/eu/orders/o1", "again");
  const list = await waitFor("the conflict is on record", DEADLINE_MS, async () => {
    const answer = await world.run("conflicts", "list", "sync.yaml", "--json");
    const found = JSON.parse(answer.stdout) as { result: { conflicts: readonly ConflictRecord[] } };
    return found.result.conflicts.length > 0 && found.result.conflicts;
  });
  const id = list[0]?.id ?? "";
  const shown = await world.run("conflicts", "show", "sync.yaml", id);
  assert.match(shown.stdout, /\/eu\/orders\/o1/);
  assert.match(shown.stdout, /side a won, by source-wins/);
  const refused = await world.run("conflicts", "resolve", "sync.yaml", id, "--winner", "target");
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /sync-conflict-resolved/);
  assert.match(
    (await world.run("conflicts", "show", "sync.yaml", "nothing")).stderr,
    /sync-unknown-conflict/,
  );
});

cli("one that is held is decided once", async () => {
  const held: ConflictRecord = {
    format: 1,
    id: "000000001-0000",
    direction: "a-to-b",
    path: "/eu/orders/o1",
    atMs: 0,
    kind: "changed-on-both",
    strategy: "manual",
    resolution: null,
    a: null,
    b: null,
  };
  const path = `/ferry/sync/shop/conflicts/${held.id}`;
  await world.clientB.create(path, Buffer.from(JSON.stringify(held)));
  assert.match((await world.run("conflicts", "list", "sync.yaml", "--held")).stdout, /^1 conflict, 1 held/);
  const resolved = await world.run("conflicts", "resolve", "sync.yaml", held.id, "--winner", "target");
  assert.is(resolved.code, 0, resolved.stderr);
  const { data } = await world.clientB.getData(path);
  const record = JSON.parse(data?.toString() ?? "") as ConflictRecord;
  assert.is(record.resolution?.winner, "b");
  assert.is((await world.run("conflicts", "resolve", "sync.yaml", held.id, "--winner", "a")).code, 1);
});

cli("the report tells what is exact and what is on record", async () => {
  const answer = await world.run("report", "sync.yaml");
  assert.is(answer.code, 0, answer.stderr);
  assert.match(answer.stdout, /Impossible for a client\n {2}czxid, mzxid, pzxid/);
  assert.match(answer.stdout, /\/eu\/orders\/eph: session 0x/);
  assert.match(answer.stdout, /checkpoint {2}0x/);
});

cli("it is not destroyed under an engine", async () => {
  const answer = await world.ferry("destroy", "sync.yaml", "--auto-approve");
  assert.is(answer.code, 1);
  assert.match(answer.stdout + answer.stderr, /sync-engine-active/);
});

cli.run();
