/** The local backend: what it stores, keeps and refuses. Crashes and contention are in the files beside this one. */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Diagnostic, DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import type { Lock, LockOwner, StateBackend } from "../../state/backend.js";
import { parseKey, type StateKeys } from "../../state/encryption.js";
import { createLocalBackend } from "../../state/local/backend.js";
import { diskFiles, type StateFiles } from "../../state/local/files.js";
import type { State } from "../../state/model.js";
import { createLockOwner } from "../../state/owner.js";
import { waitFor } from "../harness/wait.js";
import { inFolder } from "./processes.js";
import { goneOwner, KEY_HEX, record, successor } from "./sample.js";

const local = suite("local state backend");

async function failureOf(work: Promise<unknown>): Promise<Diagnostic> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError && error.diagnostics[0] !== undefined) return error.diagnostics[0];
    throw error;
  }
  throw new Error("it was not refused");
}

function lockFor(backend: StateBackend, timeoutMs = 0): Promise<Lock> {
  return backend.lock({ owner: createLockOwner("test"), timeoutMs });
}

async function writeTimes(backend: StateBackend, count: number): Promise<State> {
  const lock = await lockFor(backend);
  let state = await backend.read();
  for (let done = 0; done < count; done += 1) {
    state = successor(state);
    await backend.write(state, lock);
  }
  await lock.release();
  if (state === null) throw new Error("nothing was written");
  return state;
}

function keys(hex: string): StateKeys["current"] {
  return { bytes: parseKey(hex) ?? Buffer.alloc(0), reference: "env:KEY" };
}

function withFiles(changes: Partial<StateFiles>): StateFiles {
  return { ...diskFiles, ...changes };
}

local("reading creates nothing", async () => {
  await inFolder(async (folder) => {
    const directory = join(folder, ".ferry");
    const backend = createLocalBackend({ directory });
    assert.is(await backend.read(), null);
    assert.equal(await backend.history(), []);
    assert.is(await backend.lockHolder(), null);
    assert.not(existsSync(directory));
  });
});

local("writes are read back by anybody, private to the user, and not for committing", async () => {
  await inFolder(async (folder) => {
    const written = await writeTimes(createLocalBackend({ directory: folder }), 3);
    assert.equal(await createLocalBackend({ directory: folder }).read(), written);
    assert.is(statSync(join(folder, "state.json")).mode & 0o777, 0o600);
    assert.match(readFileSync(join(folder, ".gitignore"), "utf8"), /^\*$/m);
    assert.equal(readdirSync(folder).sort(), [".gitignore", "history", "state.json"]);
  });
});

local("keeps what operations left longer than the steps within them", async () => {
  await inFolder(async (folder) => {
    const limits = { operations: 3, steps: 2 };
    for (let run = 0; run < 5; run += 1)
      await writeTimes(createLocalBackend({ directory: folder, limits }), 4);
    const backend = createLocalBackend({ directory: folder, limits });
    const serials = (await backend.history()).map((entry) => entry.serial);
    assert.equal(serials, [19, 18, 16, 12, 8]);
    const old = await backend.readHistory(8);
    assert.is(old.serial, 8);
    assert.is(Object.keys(old.resources).length, 8);
    assert.is((await backend.readHistory(20)).serial, 20);
    assert.is((await failureOf(backend.readHistory(7))).code, "state-no-such-history");
  });
});

local("refuses a write that does not follow what is stored", async () => {
  await inFolder(async (folder) => {
    const backend = createLocalBackend({ directory: folder });
    const state = await writeTimes(backend, 2);
    const lock = await lockFor(backend);
    const refused = [
      state,
      { ...state, serial: 4 },
      { ...state, serial: 3, lineage: "11111111-2222-4333-8444-555555555555" },
    ];
    for (const next of refused) {
      assert.is((await failureOf(backend.write(next, lock))).code, "state-conflict");
    }
    assert.equal(await backend.read(), state);
    await lock.release();
  });
});

local("notices a state that somebody put there while it holds the lock", async () => {
  await inFolder(async (folder) => {
    const backend = createLocalBackend({ directory: folder });
    const second = await writeTimes(backend, 2);
    const lock = await lockFor(backend);
    const third = successor(second);
    await backend.write(third, lock);
    writeFileSync(join(folder, "state.json"), readFileSync(join(folder, "history", "2.json")));
    assert.is((await failureOf(backend.write(successor(third), lock))).code, "state-conflict");
    writeFileSync(join(folder, "state.json"), "{}");
    assert.is((await failureOf(backend.write(successor(third), lock))).code, "state-damaged");
    await lock.release();
  });
});

local("does not write without the lock", async () => {
  await inFolder(async (folder) => {
    const backend = createLocalBackend({ directory: folder });
    const state = await writeTimes(backend, 1);
    const lock = await lockFor(backend);
    await lock.release();
    assert.is((await failureOf(backend.write(successor(state), lock))).code, "state-lock-lost");
    assert.equal(await backend.read(), state);
  });
});

local("a lock that is removed by hand is noticed and not written under", async () => {
  await inFolder(async (folder) => {
    const backend = createLocalBackend({ directory: folder });
    const state = await writeTimes(backend, 1);
    const lock = await lockFor(backend);
    const other = createLocalBackend({ directory: folder });
    assert.is((await failureOf(other.unlock("wrong"))).code, "state-lock-other");
    await other.unlock(lock.owner.id);
    assert.is((await failureOf(other.unlock(lock.owner.id))).code, "state-not-locked");
    assert.is((await failureOf(backend.write(successor(state), lock))).code, "state-lock-lost");
    await waitFor("the lost lock is noticed", 5000, () => lock.lost.aborted);
    await lock.release();
  });
});

local("names the holder at once, or waits until the deadline, the release or the abort", async () => {
  await inFolder(async (folder) => {
    const first = createLocalBackend({ directory: folder });
    const second = createLocalBackend({ directory: folder });
    const held = await lockFor(first);
    const refusal = await failureOf(lockFor(second));
    assert.is(refusal.code, "state-locked");
    assert.match(refusal.summary, new RegExp(`test by .*process ${process.pid}`));
    assert.match(refusal.remedy ?? "", new RegExp(`unlock ${held.owner.id}`));
    assert.is((await failureOf(lockFor(second, 60))).code, "state-locked");

    const abort = new AbortController();
    const seen: LockOwner[] = [];
    const owner = createLockOwner("test");
    const waiting = second.lock({
      owner,
      timeoutMs: 60_000,
      signal: abort.signal,
      onWait: (by) => seen.push(by),
    });
    await waitFor("waiting is told", 5000, () => seen.length === 1);
    abort.abort();
    assert.is((await failureOf(waiting)).code, "interrupted");

    const patient = second.lock({ owner: createLockOwner("test"), timeoutMs: 60_000 });
    await held.release();
    await (await patient).release();
    assert.is(await first.lockHolder(), null);
  });
});

local("takes over the lock of a process that is gone, and says so", async () => {
  await inFolder(async (folder) => {
    const gone = goneOwner();
    writeFileSync(join(folder, "lock"), JSON.stringify(gone));
    writeFileSync(join(folder, `state.json.${gone.id}.tmp`), "half a st");
    const backend = createLocalBackend({ directory: folder });
    assert.is((await backend.lockHolder())?.stale, true);
    const notices: string[] = [];
    const lock = await backend.lock({
      owner: createLockOwner("test"),
      timeoutMs: 0,
      onTakeOver: (previous, reason) => notices.push(`${previous.id} ${reason}`),
    });
    assert.is(notices.length, 1);
    assert.match(notices[0] ?? "", /is gone/);
    assert.equal(readdirSync(folder), ["lock"]);
    await lock.release();
  });
});

local("never judges a lock of another host", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "lock"), JSON.stringify({ ...goneOwner(), host: "elsewhere" }));
    const backend = createLocalBackend({ directory: folder });
    const refusal = await failureOf(lockFor(backend));
    assert.is(refusal.code, "state-locked");
    assert.match(refusal.detail ?? "", /runs on elsewhere/);
    assert.is((await backend.lockHolder())?.stale, false);
  });
});

local("a missing state beside its history is an error, not a new beginning", async () => {
  await inFolder(async (folder) => {
    const backend = createLocalBackend({ directory: folder });
    await writeTimes(backend, 3);
    rmSync(join(folder, "state.json"));
    const refusal = await failureOf(backend.read());
    assert.is(refusal.code, "state-missing");
    assert.match(refusal.remedy ?? "", /history\/2.step.json|history\/2/);
    assert.is((await backend.history()).length, 2);
  });
});

local("a damaged state is not overwritten, and its history can still be read", async () => {
  await inFolder(async (folder) => {
    const backend = createLocalBackend({ directory: folder });
    const state = await writeTimes(backend, 3);
    const file = join(folder, "state.json");
    const torn = readFileSync(file).subarray(0, 700);
    writeFileSync(file, torn);
    const other = createLocalBackend({ directory: folder });
    const lock = await lockFor(other);
    assert.is((await failureOf(other.write(successor(state), lock))).code, "state-damaged");
    assert.equal(readFileSync(file), torn);
    assert.is((await other.readHistory(2)).serial, 2);
    await lock.release();
  });
});

local("encryption is switched on, changed and off with the next write, in the history too", async () => {
  await inFolder(async (folder) => {
    const [first, second] = [keys(KEY_HEX), keys("ab".repeat(32))];
    const open = (used: StateKeys) => createLocalBackend({ directory: folder, keys: used });
    const texts = () =>
      ["state.json", ...readdirSync(join(folder, "history")).map((name) => join("history", name))].map(
        (name) => readFileSync(join(folder, name), "utf8"),
      );
    await writeTimes(open({}), 3);
    assert.is((await failureOf(open({ current: first }).read())).code, "state-not-encrypted");
    await writeTimes(open({ current: first, previous: "none" }), 1);
    assert.ok(texts().every((text) => text.includes('"encrypted"') && !text.includes("ZNode")));
    assert.is((await failureOf(open({}).read())).code, "state-key-missing");
    assert.is((await failureOf(open({ current: second }).read())).code, "state-key-wrong");
    await writeTimes(open({ current: second, previous: first }), 1);
    assert.is((await open({ current: second }).readHistory(1)).serial, 1);
    await writeTimes(open({ previous: second }), 1);
    assert.ok(texts().every((text) => text.includes("ZNode")));
    assert.is((await open({}).read())?.serial, 6);
  });
});

local("a full disk leaves the old state and no litter, and says what to do", async () => {
  await inFolder(async (folder) => {
    const state = await writeTimes(createLocalBackend({ directory: folder }), 2);
    const files = withFiles({
      async writeNew(path, content) {
        if (!path.includes("state.json")) return diskFiles.writeNew(path, content);
        await diskFiles.writeNew(path, content.subarray(0, 100));
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      },
    });
    const backend = createLocalBackend({ directory: folder, files });
    const lock = await lockFor(backend);
    const refusal = await failureOf(backend.write(successor(state), lock));
    assert.is(refusal.code, "state-disk-full");
    assert.match(refusal.detail ?? "", /unchanged/);
    await lock.release();
    assert.equal(await backend.read(), state);
    assert.equal(readdirSync(folder).sort(), [".gitignore", "history", "state.json"]);
  });
});

local("a folder that must not be written is named", async () => {
  await inFolder(async (folder) => {
    const readOnly = () => Promise.reject(Object.assign(new Error("EROFS: read-only"), { code: "EROFS" }));
    const backend = createLocalBackend({ directory: folder, files: withFiles({ writeNew: readOnly }) });
    const refusal = await failureOf(lockFor(backend));
    assert.is(refusal.code, "state-not-permitted");
    assert.match(refusal.detail ?? "", new RegExp(folder));
    if (process.getuid?.() === 0) return; // root is not kept out by permissions
    chmodSync(folder, 0o500);
    assert.is(
      (await failureOf(lockFor(createLocalBackend({ directory: folder })))).code,
      "state-not-permitted",
    );
    chmodSync(folder, 0o700);
  });
});

local("works on disks without hard links", async () => {
  await inFolder(async (folder) => {
    const link = () => Promise.reject(Object.assign(new Error("EPERM"), { code: "EPERM" }));
    const backend = createLocalBackend({ directory: folder, files: withFiles({ link }) });
    await writeTimes(backend, 3);
    assert.equal(
      (await backend.history()).map((entry) => entry.serial),
      [2, 1],
    );
    const held = await lockFor(backend);
    assert.is((await failureOf(lockFor(backend))).code, "state-locked");
    await held.release();
  });
});

local("closing gives back the locks", async () => {
  await inFolder(async (folder) => {
    const backend = createLocalBackend({ directory: folder });
    await lockFor(backend);
    await backend.close();
    assert.is(await backend.lockHolder(), null);
    assert.ok(record("ZNode/a"));
  });
});

local.run();
