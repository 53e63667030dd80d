/** Group commit: no edit is reported before it is stored, none is lost, and edits that come together share a write. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Lock, StateBackend } from "../../state/backend.js";
import { emptyState, putResource, removeResource } from "../../state/edit.js";
import { createLocalBackend } from "../../state/local/backend.js";
import { createLockOwner } from "../../state/owner.js";
import { createStateWriter } from "../../state/writer.js";
import { inFolder } from "./processes.js";
import { LINEAGE, record } from "./sample.js";

const writer = suite("state writer");

async function withLock<T>(work: (backend: StateBackend, lock: Lock) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const backend = createLocalBackend({ directory: folder });
    const lock = await backend.lock({ owner: createLockOwner("test"), timeoutMs: 0 });
    try {
      return await work(backend, lock);
    } finally {
      await lock.release();
    }
  });
}

writer("an edit that is reported is stored", async () => {
  await withLock(async (backend, lock) => {
    const states = createStateWriter(backend, lock, emptyState(LINEAGE, "0.1.0"));
    const workers = Array.from({ length: 10 }, async (_, worker) => {
      for (let count = 0; count < 5; count += 1) {
        const address = `ZNode/w${worker}-${count}`;
        await states.update((state) => putResource(state, record(address)));
        assert.ok((await backend.read())?.resources[address], `${address} is stored`);
      }
    });
    await Promise.all(workers);
    const stored = await backend.read();
    assert.is(Object.keys(stored?.resources ?? {}).length, 50);
    assert.equal(stored, states.current);
    assert.ok((stored?.serial ?? 99) < 50, "edits shared writes");
  });
});

writer("a refused edit is the business of its author only", async () => {
  await withLock(async (backend, lock) => {
    const states = createStateWriter(backend, lock, emptyState(LINEAGE, "0.1.0"));
    const [first, second, third] = await Promise.allSettled([
      states.update((state) => putResource(state, record("ZNode/a"))),
      states.update((state) => removeResource(state, "ZNode/none")),
      states.update((state) => putResource(state, record("ZNode/b"))),
    ]);
    assert.equal([first?.status, second?.status, third?.status], ["fulfilled", "rejected", "fulfilled"]);
    assert.equal(Object.keys((await backend.read())?.resources ?? {}), ["ZNode/a", "ZNode/b"]);
  });
});

writer("after a failed write it takes nothing more", async () => {
  await withLock(async (backend, lock) => {
    const states = createStateWriter(backend, lock, emptyState(LINEAGE, "0.1.0"));
    await states.update((state) => putResource(state, record("ZNode/a")));
    await backend.unlock(lock.owner.id);
    const results = await Promise.allSettled([
      states.update((state) => putResource(state, record("ZNode/b"))),
      states.update((state) => putResource(state, record("ZNode/c"))),
    ]);
    assert.ok(results.every((result) => result.status === "rejected"));
    await states.settled();
    const late = await Promise.allSettled([states.update((state) => state)]);
    assert.is(late[0]?.status, "rejected");
    assert.is(states.current.serial, 1);
    assert.is((await backend.read())?.serial, 1);
  });
});

writer.run();
