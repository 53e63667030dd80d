/**
 * The one error of everything that talks to ZooKeeper: what was tried, on which path and server, what is wrong and,
 * where it is known, what to do. Never holds data or credentials.
 */
import type { ZooKeeperErrorCode } from "./types.js";

export interface ZooKeeperErrorDetails {
  /** What was tried: `getData`, `multi`, `connect`, a four-letter word. */
  readonly operation: string;
  /** As the caller gave it, without the chroot; null when the operation has none. */
  readonly path?: string | null;
  /** host:port, or null when none was reached. */
  readonly server?: string | null;
  /** For multi: the index of the operation that failed, from 0. */
  readonly opIndex?: number;
  /** Says more than the code does. */
  readonly reason?: string;
  readonly remedy?: string;
}

export class ZooKeeperError extends Error {
  readonly operation: string;
  readonly path: string | null;
  readonly server: string | null;
  readonly opIndex?: number;
  readonly remedy?: string;

  constructor(
    readonly code: ZooKeeperErrorCode,
    details: ZooKeeperErrorDetails,
  ) {
    super(describe(code, details));
    this.name = "ZooKeeperError";
    this.operation = details.operation;
    this.path = details.path ?? null;
    this.server = details.server ?? null;
    if (details.opIndex !== undefined) this.opIndex = details.opIndex;
    const remedy = details.remedy ?? REMEDIES[code];
    if (remedy !== undefined) this.remedy = remedy;
  }
}

/** Whether `error` is a ZooKeeperError with one of the codes. */
export function isZooKeeperError(
  error: unknown,
  ...codes: readonly ZooKeeperErrorCode[]
): error is ZooKeeperError {
  return error instanceof ZooKeeperError && (codes.length === 0 || codes.includes(error.code));
}

function describe(code: ZooKeeperErrorCode, details: ZooKeeperErrorDetails): string {
  const where = details.path === undefined || details.path === null ? "" : ` ${details.path}`;
  const which = details.opIndex === undefined ? "" : ` (operation ${details.opIndex})`;
  const server = details.server === undefined || details.server === null ? "" : ` on ${details.server}`;
  const why = details.reason ?? MEANINGS[code];
  const remedy = details.remedy ?? REMEDIES[code];
  return `${details.operation}${where}${which}${server}: ${code}: ${why}${remedy === undefined ? "" : `. ${remedy}`}`;
}

/** What a code means, in words. */
const MEANINGS: Readonly<Record<ZooKeeperErrorCode, string>> = {
  CONNECTION_LOSS: "the connection was lost before the answer came; a write may or may not have happened",
  MARSHALLING_ERROR: "the server could not decode the request",
  UNIMPLEMENTED: "the server does not know this operation",
  OPERATION_TIMEOUT: "no answer in time",
  BAD_ARGUMENTS: "the server refused the arguments",
  NO_NODE: "the znode does not exist",
  NO_AUTH: "not permitted for this session's identities",
  BAD_VERSION: "the version is not the expected one: someone else changed it",
  NO_CHILDREN_FOR_EPHEMERALS: "an ephemeral znode cannot have children",
  NODE_EXISTS: "the znode exists already",
  NOT_EMPTY: "the znode has children",
  SESSION_EXPIRED: "the session has expired; its ephemeral znodes and watches are gone",
  INVALID_CALLBACK: "invalid callback",
  INVALID_ACL: "the server does not accept this ACL",
  AUTH_FAILED: "the server refused the credentials",
  SESSION_MOVED: "the session has moved to another server meanwhile",
  NOT_READONLY: "the server is read-only: it has lost its quorum",
  EPHEMERAL_ON_LOCAL_SESSION: "a local session cannot create ephemeral znodes",
  NO_WATCHER: "there is no such watch",
  REQUEST_TIMEOUT: "the server did not finish the request in time",
  RECONFIG_DISABLED: "reconfig is switched off on the server",
  SESSION_CLOSED_REQUIRE_SASL_AUTH: "the server asks for SASL authentication",
  QUOTA_EXCEEDED: "the quota of the subtree is exceeded",
  THROTTLED_OP: "the server is overloaded and turned the request away",
  RUNTIME_INCONSISTENCY: "not run, because another operation of the same multi failed",
  DATA_INCONSISTENCY: "the server found its data inconsistent",
  SYSTEM_ERROR: "the server had an error of its own",
  API_ERROR: "the server reports wrong use of its interface",
  NEW_CONFIG_NO_QUORUM: "no quorum of the new configuration is connected and up to date",
  RECONFIG_IN_PROGRESS: "another reconfiguration is under way",
  CLOSED: "the client was closed",
  UNREACHABLE: "no server could be reached",
  UNKNOWN: "the server answered with an unknown error code",
};

const REMEDIES: Readonly<Partial<Record<ZooKeeperErrorCode, string>>> = {
  NO_AUTH: "Authenticate with an identity that the znode's ACL names, or as superuser",
  INVALID_ACL: "Check that the scheme is enabled on the servers and the id has the scheme's form",
  UNIMPLEMENTED: "It needs a newer server, or for TTL znodes `extendedTypesEnabled=true`",
  RECONFIG_DISABLED: "Set reconfigEnabled=true on the servers",
  NEW_CONFIG_NO_QUORUM: "Start the joining servers and let them follow first",
  NOT_READONLY: "Bring a majority of the servers back",
  THROTTLED_OP: "Send less at a time and try again",
  SESSION_CLOSED_REQUIRE_SASL_AUTH: "Log in by SASL: the servers run with sessionRequireClientSASLAuth=true",
  SESSION_EXPIRED: "Connect anew and look at the znodes again",
};
