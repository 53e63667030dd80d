/** What an error of the target means for the work it was about. Pure but for waiting. */
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";

/** Null when somebody changed the target during the repair itself: the next attempt sees what it is now. */
export async function raced<T>(repair: Promise<T>): Promise<T | null> {
  try {
    return await repair;
  } catch (error) {
    if (isZooKeeperError(error, "BAD_VERSION", "NO_NODE", "NODE_EXISTS") || isPassing(error)) return null;
    throw error;
  }
}

/** The target said no to an operation, as against being out of reach. */
export function isRefusal(error: unknown): boolean {
  return isZooKeeperError(error) && !isPassing(error);
}

/** Failures that end by themselves: the connection, the quorum, an overloaded server. */
export function isPassing(error: unknown): boolean {
  return isZooKeeperError(
    error,
    "CONNECTION_LOSS",
    "SESSION_EXPIRED",
    "SESSION_MOVED",
    "UNREACHABLE",
    "OPERATION_TIMEOUT",
    "REQUEST_TIMEOUT",
    "THROTTLED_OP",
    "CLOSED",
  );
}

/** Milliseconds between two attempts. */
const AGAIN_MS = 200;

/** Tries again as long as the failure is one that ends by itself. Rejects with the signal's reason when it is aborted. */
export async function persistently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
