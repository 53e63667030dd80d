/** ZooKeeper's failures in the words of its C client, which Mesos' own texts end with; and which of them are worth a retry. */
import type { ZooKeeperErrorCode } from "../../../zookeeper/types.js";
import { isZooKeeperError } from "../../../zookeeper/zookeeper-error.js";

const WORDS: Readonly<Partial<Record<ZooKeeperErrorCode, string>>> = {
  NO_NODE: "no node",
  NO_AUTH: "not authenticated",
  NODE_EXISTS: "node exists",
  BAD_VERSION: "version conflict",
  NOT_EMPTY: "not empty",
  NO_CHILDREN_FOR_EPHEMERALS: "no children for ephemerals",
  INVALID_ACL: "invalid acl",
  AUTH_FAILED: "authentication failed",
  BAD_ARGUMENTS: "bad arguments",
  SESSION_EXPIRED: "session expired",
  CONNECTION_LOSS: "connection loss",
};

const RETRYABLE: readonly ZooKeeperErrorCode[] = [
  "CONNECTION_LOSS",
  "OPERATION_TIMEOUT",
  "REQUEST_TIMEOUT",
  "SESSION_EXPIRED",
  "SESSION_MOVED",
  "THROTTLED_OP",
  "UNREACHABLE",
  "CLOSED",
];

export function zookeeperWords(error: unknown): string {
  if (!isZooKeeperError(error)) return error instanceof Error ? error.message : String(error);
  return WORDS[error.code] ?? error.code.toLowerCase().replaceAll("_", " ");
}

/** Whether the same may succeed on this or the next session. */
export function isRetryable(error: unknown): boolean {
  return isZooKeeperError(error, ...RETRYABLE);
}
