/** A target that stands still while the source goes on: what waits goes to disk, and arrives step by step. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { SyncEngine } from "../../src/sync/engine/engine.js";
import { waitFor } from "../harness/wait.js";
import { expectExact, scene } from "./scene.js";
import { startSync } from "./sync-world.js";

const slow = suite("slow target");

/** Writes while the target is stopped until `enough`, then lets it go on and compares. */
function standstill(
  name: string,
  limits: { readonly spoolMemoryBytes: number; readonly spoolDiskBytes: number },
  enough: (engine: SyncEngine) => boolean,
): Promise<void> {
  return scene(name, async (on) => {
    const { engine } = startSync({ ...on.spec, limits: { ...on.spec.limits, ...limits } });
    const now = () => engine.status().directions[0];
    try {
      await waitFor("the engine is live", 30_000, () => now()?.state === "live");
      const { burst, finish } = await on.load(21);
      await burst();
      const [server] = on.b.servers;
      await server?.kill("SIGSTOP");
      try {
        for (let round = 0; round < 20 && !enough(engine); round++) await burst();
        assert.ok(enough(engine), JSON.stringify(now()));
      } finally {
        await server?.kill("SIGCONT");
      }
      await finish();
      await waitFor("nothing waits any more", 30_000, () => now()?.backlog === 0);
      assert.is(now()?.spooledBytes, 0);
      await expectExact(on);
    } finally {
      await engine.stop();
    }
  });
}

slow("what waits goes to disk, and the feed goes on", () =>
  standstill(
    "spooled",
    { spoolMemoryBytes: 20_000, spoolDiskBytes: 1_000_000_000 },
    (engine) => (engine.status().directions[0]?.spooledBytes ?? 0) > 1_000_000,
  ),
);

slow("a full spool: the feed is left, and taken up where it was", () =>
  standstill(
    "spool-full",
    { spoolMemoryBytes: 20_000, spoolDiskBytes: 0 },
    (engine) => engine.status().directions[0]?.feed?.server === null,
  ),
);

slow.run();
