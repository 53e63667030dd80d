/** What can be refused before anything is sent. */
import { pathFault } from "./path.js";
import { isSequential, isTtl } from "./records.js";
import { SINCE } from "./server-version.js";
import type { CreateMode } from "./types.js";
import { ZooKeeperError, type ZooKeeperErrorDetails } from "./zookeeper-error.js";

/** What is wrong with these arguments of create, or null. */
export function createFault(path: string, mode: CreateMode, ttlMs: number | undefined): string | null {
  // A sequential znode's name may be the number alone: `/queue/`.
  const fault = pathFault(isSequential(mode) ? `${path}0` : path);
  if (fault !== null) return fault;
  if (isTtl(mode) && !(ttlMs !== undefined && ttlMs > 0 && Number.isInteger(ttlMs))) {
    return "a TTL znode needs ttlMs, a positive whole number of milliseconds";
  }
  return null;
}

/** The error for it. */
export function badArguments(
  operation: string,
  path: string | null,
  reason: string,
  opIndex?: number,
): ZooKeeperError {
  const details: ZooKeeperErrorDetails = { operation, path, reason };
  return new ZooKeeperError("BAD_ARGUMENTS", opIndex === undefined ? details : { ...details, opIndex });
}

/** First release with this kind of znode; null when all have it. */
export function createNeeds(mode: CreateMode): string | null {
  if (mode === "container") return SINCE.container;
  return isTtl(mode) ? SINCE.ttl : null;
}
