/** A first copy that takes its time: how far it is, and what is left when it is broken off, killed, or the disk is full. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../harness/wait.js";
import { startEnsemble } from "../harness/zookeeper.js";
import { SmallDisk } from "../sync/faults/small-disk.js";
import { type BootstrapWorld, bootstrapWorld, DEADLINE_MS, PASSWORD } from "./bootstrap-world.js";
import { HaltingLink } from "./halting-link.js";

const broken = suite("first copies that break off");
/** The source has three times as much. */
const HALT_AT = 1_000_000;
const NODES = 2_000;
let world: BootstrapWorld;

broken.before(async () => {
  world = await bootstrapWorld();
  await world.client.create("/shop", null);
  const data = Buffer.alloc(1_500, "x");
  await Promise.all(Array.from({ length: NODES }, (_, at) => world.client.create(`/shop/n${at}`, data)));
});

broken.after(() => world?.close());

const PATHS = "  paths: [/shop]\n";

/** Runs `story` with a link to the quorum port that stands still in the middle of the snapshot. */
async function halting(target: string, story: (link: HaltingLink) => Promise<void>): Promise<void> {
  const link = await HaltingLink.start(world.source.server(1).plan.quorumPort, HALT_AT);
  world.declare(target, PATHS, `quorum: { servers: ["${link.address}"] }`);
  try {
    await story(link);
  } finally {
    link.close();
  }
}

const inFolder = (name: string): string[] => readdirSync(join(world.folder, name)).sort();

broken("Ctrl-C in the middle of the snapshot ends it, and leaves an empty folder", () =>
  halting("127.0.0.1:1", async (link) => {
    const running = world.start("bootstrap", "sync.yaml", "--to", "stopped");
    await waitFor("the snapshot stands still", DEADLINE_MS, () => link.stands);
    running.child.kill("SIGINT");
    const answer = await running.ended;
    assert.is(answer.code, 1, answer.stdout);
    assert.match(answer.stderr, /interrupted/);
    assert.equal(inFolder("stopped"), []);
  }),
);

broken("kill -9 there leaves nothing either, and the same again makes the file", async () => {
  await halting("127.0.0.1:1", async (link) => {
    const running = world.start("bootstrap", "sync.yaml", "--to", "killed");
    await waitFor("the snapshot stands still", DEADLINE_MS, () => link.stands);
    running.child.kill("SIGKILL");
    await running.ended;
    assert.equal(inFolder("killed"), []);
  });
  world.declare("127.0.0.1:1", PATHS);
  const again = await world.run("bootstrap", "sync.yaml", "--to", "killed");
  assert.is(again.code, 0, again.stderr);
  assert.match(again.stdout, /holds 2,00\d znodes of .*\n.*\n.*\n {2}SHA-256 {2}[0-9a-f]{64}\n/);
  assert.equal(
    inFolder("killed").map((name) => name.replace(/[0-9a-f]{6,}/, "ZXID")),
    ["ferry-snapshot.ZXID.json", "snapshot.ZXID"],
  );
});

broken("a disk that is full leaves nothing on it, and says so", async () => {
  world.declare("127.0.0.1:1", PATHS);
  // Room for the znodes once: the second file does not fit any more.
  for (const megabytes of [1, 5]) {
    const disk = await SmallDisk.open(megabytes);
    if (typeof disk === "string") return console.log(disk);
    try {
      const answer = await world.run("bootstrap", "sync.yaml", "--to", disk.folder);
      assert.is(answer.code, 1, answer.stdout);
      assert.match(answer.stderr, /sync-bootstrap-file[\s\S]*ENOSPC[\s\S]*help: .*room/);
      assert.equal(readdirSync(disk.folder), []);
    } finally {
      await disk.close();
    }
  }
});

broken("in both directions no file is made, and it is said how to", async () => {
  world.declare("127.0.0.1:1", `${PATHS}  direction: bidirectional\n`);
  const answer = await world.run("bootstrap", "sync.yaml", "--to", "both");
  assert.is(answer.code, 1, answer.stdout);
  assert.match(answer.stderr, /sync-bootstrap-both[\s\S]*help: .*a-to-b/);
  assert.not.ok(existsSync(join(world.folder, "both")));
});

broken("status shows how much of an engine's first copy is done", async () => {
  const target = await startEnsemble({ size: 1, superPassword: PASSWORD });
  try {
    await halting(target.connectString, async (link) => {
      const engine = world.start("run", "sync.yaml");
      const shown = await waitFor("status shows the copy", DEADLINE_MS, async () => {
        const { stdout } = await world.run("status", "sync.yaml");
        return / copying/.test(stdout) && /\[=+ +\] \d+%/.exec(stdout) ? stdout : false;
      });
      assert.match(shown, /\[=+ +\] [1-9]\d?%, [\d,]+ of 2,0\d\d znodes, [\d,]+ a second/);
      link.letGo();
      await waitFor("the copy ends", DEADLINE_MS, () => engine.stderr().includes("is live") || false);
      engine.child.kill("SIGINT");
      assert.is((await engine.ended).code, 0, engine.stderr());
    });
  } finally {
    await target.close();
  }
});

broken.run();
