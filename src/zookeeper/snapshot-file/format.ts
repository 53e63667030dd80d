/**
 * The layout of a server's snapshot file, `version-2/snapshot.<zxid hex>`, as 3.4 to 3.9 write and read it (FileSnap,
 * FileHeader, SnapStream, DataTree.serialize): names and numbers only, no input or output.
 *
 *   int "ZKSN", int 2, long dbid
 *   int n, then n sessions {long id, int timeout}
 *   int n, then n ACLs {long aclId, vector of {int perms, string scheme, string id}}
 *   nodes {string path, buffer data, long aclId, stat of 60 bytes}; parents first, the root's path is empty
 *   string "/" ends the nodes
 *   seal {long Adler-32 of every byte before it, string "/"}
 *   3.6+, may be absent: long zxid, int digest version, long digest; seal
 *   3.9+, may be absent: long zxid of the last transaction in it; seal
 */
import type { Acl } from "../types.js";

/** "ZKSN" */
export const MAGIC = 0x5a4b534e;
export const VERSION = 2;
/** Servers write it and never look at it. */
export const DATABASE_ID = -1n;
/** magic, version, dbid */
export const HEADER_BYTES = 16;
export const SESSION_BYTES = 12;
/** aclId and StatPersisted behind path and data. */
export const NODE_TAIL_BYTES = 68;
/** The seal's checksum and its "/". */
export const SEAL_BYTES = 13;
/** zxid, version and digest, without their seal. */
export const DIGEST_BYTES = 20;
/** The zxid of 3.9's last part, without its seal. */
export const LAST_ZXID_BYTES = 8;
/** DigestCalculator.DIGEST_VERSION */
export const DIGEST_VERSION = 2;
/** Ends the nodes, and every seal. */
export const END_PATH = "/";

/** Never in the table: it is what all servers take for world:anyone with all rights. */
export const OPEN_ACL_ID = -1n;
export const OPEN_ACL: readonly Acl[] = [{ perms: 31, scheme: "world", id: "anyone" }];

/** The file's name; a server takes the file's zxid from it and from nowhere else. */
export function snapshotFileName(zxid: bigint): string {
  return `snapshot.${BigInt.asUintN(64, zxid).toString(16)}`;
}

/** The zxid of a snapshot's name, also one with an ending for compression (3.6+); null when it is no such name. */
export function zxidOfFileName(name: string): bigint | null {
  const digits = /^snapshot\.([0-9a-f]{1,16})(?:\.[a-z]+)?$/i.exec(name)?.[1];
  return digits === undefined ? null : BigInt.asIntN(64, BigInt(`0x${digits}`));
}
