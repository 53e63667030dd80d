/** The local backend on a real small disk: it fills up, it is read-only. Needs the right to mount a tmpfs, else it is skipped. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { putResource } from "../../state/edit.js";
import { createLocalBackend } from "../../state/local/backend.js";
import { createLockOwner } from "../../state/owner.js";
import { ballast, record, successor } from "./sample.js";

const disk = suite("local state on a small disk");
const DISK_BYTES = 256 * 1024;
const folder = mkdtempSync(join(tmpdir(), "ferry-disk-"));
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", folder]).status === 0;
const check = mounted ? disk : disk.skip;

disk.after(() => {
  if (mounted) spawnSync("umount", [folder]);
  rmSync(folder, { recursive: true, force: true });
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code ?? "";
    throw error;
  }
  return "accepted";
}

check("a disk that fills up leaves the old state, and the next write goes when there is room", async () => {
  const directory = join(folder, "full");
  const backend = createLocalBackend({ directory });
  const lock = await backend.lock({ owner: createLockOwner("test"), timeoutMs: 0 });
  const state = successor(null);
  await backend.write(state, lock);
  const filler = join(folder, "filler");
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail - 6) * bsize));
  const grown = putResource(state, record("ZNode/large", { attributes: { ballast: ballast(60_000) } }));
  assert.is(await codeOf(backend.write(grown, lock)), "state-disk-full");
  assert.equal(await backend.read(), state);
  assert.equal(readdirSync(directory).sort(), [".gitignore", "lock", "state.json"]);
  rmSync(filler);
  await backend.write(grown, lock);
  assert.equal(await createLocalBackend({ directory }).read(), grown);
  await lock.release();
});

check("a disk that is mounted read-only can be read, and refuses the lock in words", async () => {
  const directory = join(folder, "full");
  assert.is(spawnSync("mount", ["-o", "remount,ro", folder]).status, 0);
  const backend = createLocalBackend({ directory });
  assert.is((await backend.read())?.serial, 2);
  const lock = backend.lock({ owner: createLockOwner("test"), timeoutMs: 0 });
  assert.is(await codeOf(lock), "state-not-permitted");
});

disk.run();
