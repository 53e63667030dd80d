/** The mark of whoever carries out a migration, in a lock file or node. */
import type { LockOwner } from "../../../state/backend.js";
import { createLockOwner } from "../../../state/owner.js";

/** @param who `ann@ops1, process 4242`: the process is in the mark anyway */
export function engineOwner(who: string): LockOwner {
  return { ...createLockOwner("migrate"), who: who.replace(/, process \d+$/, "") };
}
