/**
 * The lock file's invariant under every interleaving we can make: contenders that are delayed at any step, die at any
 * step, release or are evicted; at no moment do two living ones hold it.
 */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { LockOwner } from "../../state/backend.js";
import { diskFiles } from "../../state/local/files.js";
import { LockFile } from "../../state/local/lock.js";
import { createLockOwner, type Liveness, livenessOf } from "../../state/owner.js";
import { inFolder } from "./processes.js";
import { goneOwner } from "./sample.js";
import { stoppingFiles } from "./stopping-files.js";

const locks = suite("local lock file");

locks("an owner is alive while its process runs, gone when it does not, unknown elsewhere", () => {
  const own = createLockOwner("apply");
  assert.is(livenessOf(own).kind, "alive");
  assert.is(livenessOf(goneOwner()).kind, "gone");
  assert.is(livenessOf({ ...own, pid: 4_190_000 }).kind, "gone");
  assert.is(livenessOf({ ...own, host: "elsewhere" }).kind, "unknown");
  const parts = own.processStart.split("/");
  const inContainer = [parts[0], parts[1], "1", parts[3]].join("/");
  assert.is(livenessOf({ ...own, pid: 4_190_000, processStart: inContainer }).kind, "unknown");
  const rebooted = [parts[0], "another-boot", parts[2], parts[3]].join("/");
  assert.is(livenessOf({ ...own, processStart: rebooted }).kind, "gone");
  const twin = [parts[0], parts[1], parts[2], "another-machine"].join("/");
  assert.is(livenessOf({ ...own, processStart: twin }).kind, "unknown");
});

interface World {
  readonly folder: string;
  /** Operations; unlike ids they stay the same in all marks of one contender. */
  readonly dead: Set<string>;
  readonly holding: Set<string>;
  violated: string | null;
}

let contenders = 0;

function newContender(): LockOwner {
  contenders += 1;
  return createLockOwner(`contender ${contenders}`);
}

function judgeIn(world: World): (owner: LockOwner) => Liveness {
  return (owner) => (world.dead.has(owner.operation) ? { kind: "gone", reason: "test" } : { kind: "alive" });
}

/** One contender: tries until it has the lock, holds it for some turns, releases it; dies before step `dieAt`. */
function contend(world: World, dieAt: number, turns: () => number): Promise<void> {
  const owner = newContender();
  return new Promise((ended, failed) => {
    const files = stoppingFiles(async (step) => {
      for (let left = turns(); left > 0; left -= 1) await nextTurn();
      if (step !== dieAt) return;
      world.holding.delete(owner.id);
      world.dead.add(owner.operation);
      ended();
      // A dead process does nothing more, not even what `finally` says.
      await new Promise(() => undefined);
    });
    const file = new LockFile(world.folder, files, judgeIn(world));
    const live = async () => {
      while ((await file.take(owner)).kind === "held") await nextTurn();
      world.holding.add(owner.id);
      if (world.holding.size > 1) world.violated = [...world.holding].join(" and ");
      await files.stat(world.folder);
      world.holding.delete(owner.id);
      await file.remove(owner.id, owner);
    };
    live().then(ended, failed);
  });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

locks("never has two living holders, whoever dies where", async () => {
  const plan = fc.record({
    deaths: fc.array(fc.option(fc.integer({ min: 1, max: 25 }), { freq: 2 }), { minLength: 2, maxLength: 6 }),
    delays: fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 40 }),
    staleAtStart: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ deaths, delays, staleAtStart }) => {
      await inFolder(async (folder) => {
        const world: World = { folder, dead: new Set(), holding: new Set(), violated: null };
        if (staleAtStart) {
          const gone = newContender();
          world.dead.add(gone.operation);
          writeFileSync(join(folder, "lock"), JSON.stringify(gone));
        }
        let turn = 0;
        const turns = () => delays[turn++ % delays.length] ?? 0;
        await Promise.all(deaths.map((dieAt) => contend(world, dieAt ?? 0, turns)));
        assert.is(world.violated, null);
        // Whatever the dead left behind, the next one gets the lock and the folder clean again.
        await contend(world, 0, turns);
        const last = createLockOwner("last");
        const file = new LockFile(folder, diskFiles, judgeIn(world));
        assert.is((await file.take(last)).kind, "taken");
        await file.cleanUp(last);
        await file.remove(last.id, last);
        assert.equal(readdirSync(folder), []);
      });
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

locks("a lock file that is no owner is held by nobody known and can be removed by name", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "lock"), '{"id":"half');
    const file = new LockFile(folder, diskFiles, livenessOf);
    assert.is((await file.take(createLockOwner("apply"))).kind, "held");
    assert.is(await file.remove("unreadable", createLockOwner("unlock")), true);
    assert.not(existsSync(join(folder, "lock")));
  });
});

locks.run();
