/** `ferry sync bump` on two real ensembles: who gets which number, and what is refused. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { type SyncEnsembles, startSyncEnsembles } from "./sync-ensembles.js";

const bump = suite("fencing sequence counters from the command line");
let world: SyncEnsembles;

interface Fence {
  readonly path: string;
  readonly lower: string;
  readonly gap: number;
  readonly gapNow: number | null;
  readonly next: { readonly source: number | null; readonly target: number | null };
}

bump.before(async () => {
  world = await startSyncEnsembles();
  const paths = "  paths: [{ source: /locks, target: /eu/locks }]\n";
  world.write("both.yaml", world.document("both", `${paths}  direction: bidirectional\n`));
  world.write("one.yaml", world.document("one", "  paths: [/queue]\n"));
  for (const path of ["/locks", "/queue"]) await world.clientA.create(path, null);
  for (const path of ["/eu", "/eu/locks", "/queue"]) await world.clientB.create(path, null);
});

bump.after(() => world.close());

async function numbered(client: ZooKeeperClient, parent: string): Promise<number> {
  const { path } = await client.create(`${parent}/n-`, null, { mode: "persistent-sequential" });
  return Number(path.slice(-10));
}

async function fences(file: string): Promise<readonly Fence[]> {
  const answer = await world.run("bump", file, "--list", "--json");
  assert.is(answer.code, 0, answer.stdout);
  return (JSON.parse(answer.stdout) as { result: { fences: readonly Fence[] } }).result.fences;
}

bump("sequential znodes of both sides get different numbers, and the source's sort first", async () => {
  assert.match((await world.run("bump", "both.yaml", "--list")).stdout, /^Nothing is fenced/);
  const answer = await world.run("bump", "both.yaml", "/locks", "--gap", "1000");
  assert.is(answer.code, 0, answer.stderr);
  assert.match(answer.stdout, /the source's newcomers sort first; next numbers source 0, target 1,000/);
  assert.match(answer.stdout, /The target's counter was raised by 1,000\./);
  const own = [await numbered(world.clientA, "/locks"), await numbered(world.clientA, "/locks")];
  const other = [await numbered(world.clientB, "/eu/locks"), await numbered(world.clientB, "/eu/locks")];
  assert.equal(
    [own, other],
    [
      [0, 1],
      [1_000, 1_001],
    ],
  );
});

bump("nothing remains of raising it, and asking again changes nothing", async () => {
  assert.equal((await world.clientB.getChildren("/eu/locks")).children.length, 2);
  const again = await world.run("bump", "both.yaml", "/locks", "--gap", "1000");
  assert.match(again.stdout, /No counter had to be raised/);
});

bump("after a swap the target's newcomers sort first", async () => {
  const answer = await world.run("bump", "both.yaml", "/locks", "--swap", "--json");
  assert.is(answer.code, 0, answer.stdout);
  const own = await numbered(world.clientA, "/locks");
  const other = await numbered(world.clientB, "/eu/locks");
  assert.ok(other < own, `${other} and ${own}`);
  assert.ok(own >= 2_000, "above every number the target gave before");
  const [fence] = await fences("both.yaml");
  assert.is(fence?.lower, "target");
  assert.is(fence?.gapNow, 1_000);
});

bump("--remove forgets it, once", async () => {
  assert.is((await world.run("bump", "both.yaml", "--remove", "/locks")).code, 0);
  assert.equal(await fences("both.yaml"), []);
  const again = await world.run("bump", "both.yaml", "/locks", "--remove");
  assert.is(again.code, 1);
  assert.match(again.stderr, /sync-fence-refused[\s\S]*\/locks is not fenced/);
});

bump("in one direction only the target's counter is raised, with a warning", async () => {
  for (const words of [["--lower", "target"], ["--swap"]]) {
    const refused = await world.run("bump", "one.yaml", "/queue", ...words);
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /sync-fence-refused[\s\S]*one direction/);
  }
  const answer = await world.run("bump", "one.yaml", "/queue");
  assert.is(answer.code, 0, answer.stderr);
  assert.match(answer.stderr, /sync-fence-not-kept/);
  assert.is(await numbered(world.clientB, "/queue"), 10_000);
  assert.is(await numbered(world.clientA, "/queue"), 0);
});

bump("what cannot be fenced is said, and nothing is raised", async () => {
  const said = async (...words: string[]): Promise<string> =>
    (await world.run("bump", "both.yaml", ...words)).stderr;
  assert.match(await said("/elsewhere"), /takes no part/);
  assert.match(await said("/locks/none"), /\/locks\/none does not exist on the source/);
  assert.match(await said("/locks", "--gap", "2147483647"), /does not fit any more/);
  assert.match(await said("locks"), /is no path/);
  assert.equal(await fences("both.yaml"), []);
});

bump.run();
