/**
 * Run as a process by the crash and contention tests: takes the lock, adds resources, releases, one line to stdout for each.
 * Arguments: folder, kill-at step (0: never), number of writes, milliseconds to wait for the lock, encryption key or "".
 */

import { parseKey } from "../../state/encryption.js";
import { createLocalBackend } from "../../state/local/backend.js";
import { createLockOwner } from "../../state/owner.js";
import { successor } from "./sample.js";
import { stoppingFiles } from "./stopping-files.js";

const [folder = "", killAt = "0", writes = "1", timeoutMs = "0", keyText = ""] = process.argv.slice(2);
const bytes = parseKey(keyText);
const files = stoppingFiles(async (step) => {
  if (step !== Number(killAt)) return;
  process.kill(process.pid, "SIGKILL");
  // The signal ends the process at its next turn; nothing of ours may run before that.
  await new Promise(() => setInterval(() => undefined, 1000));
});

const backend = createLocalBackend({
  directory: folder,
  files,
  keys: bytes === null ? {} : { current: { bytes, reference: "argument" } },
});
try {
  const lock = await backend.lock({ owner: createLockOwner("test"), timeoutMs: Number(timeoutMs) });
  for (let count = 0; count < Number(writes); count += 1) {
    const present = await backend.read();
    const next = successor(present, `ZNode/p${process.pid}-${count}`);
    await backend.write(next, lock);
    console.log(`wrote ${next.serial}`);
  }
  await lock.release();
  console.log("released");
} catch (error) {
  console.log(`failed ${(error as Error).message}`);
  process.exitCode = 1;
}
