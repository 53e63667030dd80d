/** What newer servers write behind the first seal: the digest of the tree (3.6+) and the last zxid in it (3.9+). Both may be absent. */
import { DIGEST_BYTES, LAST_ZXID_BYTES, SEAL_BYTES } from "./format.js";
import type { SnapshotRecords } from "./snapshot-records.js";

export interface SnapshotTrailer {
  /** Null when the file has none (before 3.6, or switched off). */
  readonly digest: { readonly zxid: bigint; readonly version: number; readonly value: bigint } | null;
  /** Of the last transaction that was applied when the file was begun; null before 3.9. */
  readonly lastZxid: bigint | null;
}

const DIGEST_PART = DIGEST_BYTES + SEAL_BYTES;
const ZXID_PART = LAST_ZXID_BYTES + SEAL_BYTES;

/** Reads to the end of the file. Throws SnapshotFileError when there is something else. */
export async function readTrailer(records: SnapshotRecords): Promise<SnapshotTrailer> {
  const rest = await records.rest(DIGEST_PART + ZXID_PART + 1);
  const hasDigest = rest === DIGEST_PART || rest === DIGEST_PART + ZXID_PART;
  const hasZxid = rest === ZXID_PART || rest === DIGEST_PART + ZXID_PART;
  if (rest > 0 && !hasDigest && !hasZxid) {
    throw records.fault(`${rest} or more bytes behind the seal are nothing that servers up to 3.9 write`);
  }
  const digest = hasDigest ? await readDigest(records) : null;
  const lastZxid = hasZxid ? await readLastZxid(records) : null;
  return { digest, lastZxid };
}

async function readDigest(records: SnapshotRecords): Promise<NonNullable<SnapshotTrailer["digest"]>> {
  const zxid = await records.long("the digest");
  const version = await records.int("the digest");
  const value = await records.long("the digest");
  await records.seal();
  return { zxid, version, value };
}

async function readLastZxid(records: SnapshotRecords): Promise<bigint> {
  const zxid = await records.long("the last zxid");
  await records.seal();
  return zxid;
}
