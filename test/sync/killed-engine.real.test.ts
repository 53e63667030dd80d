/** The engine is killed with SIGKILL again and again under load: nothing is skipped, doubled or reordered. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../src/zookeeper/connect.js";
import { waitFor } from "../harness/wait.js";
import { Workload } from "../harness/workload.js";
import { startEnsemble } from "../harness/zookeeper.js";
import { EngineProcess } from "./engine-process.js";
import { expectExact, scene } from "./scene.js";
import { compareSides, sideOf, specOf } from "./sync-world.js";

const killed = suite("engine killed under load");
/** 50 are the bar; the suite takes fewer, so that it stays quick. */
const KILLS = Number(process.env["FERRY_TEST_KILLS"] ?? 8);

killed("goes on from where it was, each time", () =>
  scene("killed", async (play) => {
    const { models, start, load } = play;
    let engine = start();
    await waitFor("the first copy is done", 30_000, () => engine.log.includes("compared"));
    const { burst, finish } = await load(11);
    for (let kill = 0; kill < KILLS; kill++) {
      const before = models.b.transactions.length;
      const writing = burst();
      await waitFor(
        "work is under way",
        30_000,
        () => models.b.transactions.length > before + 20 + 30 * (kill % 5),
      );
      await engine.kill("SIGKILL");
      engine = start();
      await writing;
    }
    await finish();
    assert.ok((await expectExact(play)) > KILLS);
  }),
);

killed("another engine takes over, and one that was paused changes nothing when it wakes", () =>
  scene("paused", async (play) => {
    const { models, start, load } = play;
    const engines = [start()];
    await waitFor("the first copy is done", 30_000, () => engines[0]?.log.includes("compared"));
    engines.push(start());
    const { burst, finish } = await load(12);
    for (let turn = 0; turn < 2; turn++) {
      const active = engines[turn % 2];
      const other = engines[(turn + 1) % 2];
      const before = models.b.transactions.length;
      const writing = burst();
      await waitFor("work is under way", 30_000, () => models.b.transactions.length > before + 50);
      const said = other?.log.length ?? 0;
      active?.signal("SIGSTOP");
      await waitFor("the other one is active", 30_000, () =>
        other?.log.slice(said).includes("active, epoch"),
      );
      active?.signal("SIGCONT");
      await waitFor("the first one steps down", 30_000, () =>
        active?.log.includes("another engine has taken over"),
      );
      await writing;
    }
    await finish();
    await expectExact(play);
  }),
);

killed("in both directions too, with writers on both sides", async () => {
  const [a, b] = await Promise.all([startEnsemble({ size: 1 }), startEnsemble({ size: 1 })]);
  const clients = await Promise.all([a, b].map(({ connectString }) => connect({ connectString })));
  const spec = specOf(sideOf("a", a), sideOf("b", b), {
    name: "both",
    bidirectional: true,
    conflicts: { strategy: "last-write-wins", alertPerMinute: 1_000_000 },
  });
  await clients[0]?.create("/w", null);
  let engine = new EngineProcess(spec);
  try {
    await waitFor("both copies are done", 30_000, () => engine.log.split("compared").length > 2);
    // Each side writes below a folder of its own, and both below a third one.
    const workloads = clients.flatMap((client, side) =>
      [`/w/${side}`, "/w/both"].map(
        (root) =>
          new Workload({ client, root, seed: 40 + side, extended: false, ephemerals: root !== "/w/both" }),
      ),
    );
    for (const workload of workloads) await workload.prepare();
    for (let kill = 0; kill < Math.min(KILLS, 5); kill++) {
      await Promise.all(workloads.map((workload) => workload.run(60, 4)));
      const writing = Promise.all(workloads.map((workload) => workload.run(60, 4)));
      await engine.kill("SIGKILL");
      await writing;
      engine = new EngineProcess(spec);
    }
    await Promise.all(workloads.map((workload) => workload.run(50, 4)));
    let differences: readonly string[] = [];
    await waitFor("both sides are equal", 60_000, async () => {
      const fields = ["data", "acl", "version"];
      differences = (await compareSides(a, b, "/w", "/w", undefined, fields)).differences;
      return differences.length === 0;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${differences.join("\n")}\n${engine.log}`);
    });
  } finally {
    await engine.kill();
    await Promise.all(clients.map((client) => client.close()));
    await Promise.all([a.close(), b.close()]);
  }
});

killed.run();
