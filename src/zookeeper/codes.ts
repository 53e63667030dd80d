/** Numbers of the protocol: operation codes and error codes (ZooDefs.OpCode, KeeperException.Code of 3.9). */
import type { ZooKeeperErrorCode } from "./types.js";

export const OPCODES = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getAcl: 6,
  setAcl: 7,
  sync: 9,
  ping: 11,
  getChildren2: 12,
  check: 13,
  multi: 14,
  create2: 15,
  reconfig: 16,
  removeWatches: 18,
  createContainer: 19,
  createTtl: 21,
  auth: 100,
  setWatches: 101,
  sasl: 102,
  getEphemerals: 103,
  setWatches2: 105,
  addWatch: 106,
  whoAmI: 107,
  closeSession: -11,
  error: -1,
} as const;

/** Request numbers that are no request's. */
export const XIDS = { event: -1, ping: -2, auth: -4, setWatches: -8 } as const;

const BY_NUMBER: ReadonlyMap<number, ZooKeeperErrorCode> = new Map([
  [-1, "SYSTEM_ERROR"],
  [-2, "RUNTIME_INCONSISTENCY"],
  [-3, "DATA_INCONSISTENCY"],
  [-4, "CONNECTION_LOSS"],
  [-5, "MARSHALLING_ERROR"],
  [-6, "UNIMPLEMENTED"],
  [-7, "OPERATION_TIMEOUT"],
  [-8, "BAD_ARGUMENTS"],
  [-12, "SESSION_EXPIRED"], // UNKNOWNSESSION: no session of that id, which is what an expired one is
  [-13, "NEW_CONFIG_NO_QUORUM"],
  [-14, "RECONFIG_IN_PROGRESS"],
  [-100, "API_ERROR"],
  [-101, "NO_NODE"],
  [-102, "NO_AUTH"],
  [-103, "BAD_VERSION"],
  [-108, "NO_CHILDREN_FOR_EPHEMERALS"],
  [-110, "NODE_EXISTS"],
  [-111, "NOT_EMPTY"],
  [-112, "SESSION_EXPIRED"],
  [-113, "INVALID_CALLBACK"],
  [-114, "INVALID_ACL"],
  [-115, "AUTH_FAILED"],
  [-118, "SESSION_MOVED"],
  [-119, "NOT_READONLY"],
  [-120, "EPHEMERAL_ON_LOCAL_SESSION"],
  [-121, "NO_WATCHER"],
  [-122, "REQUEST_TIMEOUT"],
  [-123, "RECONFIG_DISABLED"],
  [-124, "SESSION_CLOSED_REQUIRE_SASL_AUTH"],
  [-125, "QUOTA_EXCEEDED"],
  [-127, "THROTTLED_OP"],
]);

export function errorCode(number: number): ZooKeeperErrorCode {
  return BY_NUMBER.get(number) ?? "UNKNOWN";
}
