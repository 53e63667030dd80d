/**
 * Reads the transaction logs that servers write: the only witness that no feed and no client of ours stands between. It
 * never writes, and takes what a server that was killed left half written for the end.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Transaction } from "../../../src/zookeeper/learner/transaction.js";
import { decodeTransaction } from "../../../src/zookeeper/learner/transaction-codec.js";
import { Adler32 } from "../../../src/zookeeper/snapshot-file/adler32.js";

/** FileHeader: "ZKLG", version 2, database id (FileTxnLog.java). */
const MAGIC = 0x5a4b4c47;
const VERSION = 2;
const FILE_HEADER = 16;
/** Checksum (long) and length (int) before each record; a "B" behind it. */
const RECORD_HEADER = 12;
const END_OF_RECORD = 0x42;

/** The records of one file. Behind the last one there are zeros, or a record that was never finished. */
export function parseLog(bytes: Buffer): Transaction[] {
  if (bytes.length < FILE_HEADER) return []; // killed before it wrote anything
  if (bytes.readInt32BE(0) !== MAGIC || bytes.readInt32BE(4) !== VERSION) {
    if (bytes.readInt32BE(0) === 0) return [];
    throw new Error("this is no transaction log of version 2");
  }
  const found: Transaction[] = [];
  let at = FILE_HEADER;
  while (at + RECORD_HEADER <= bytes.length) {
    const checksum = bytes.readBigInt64BE(at);
    const length = bytes.readInt32BE(at + 8);
    const end = at + RECORD_HEADER + length;
    if (length <= 0 || bytes[end] !== END_OF_RECORD) break;
    const record = bytes.subarray(at + RECORD_HEADER, end);
    if (BigInt(new Adler32().update(record).value) !== checksum) break;
    found.push(decodeTransaction(record));
    at = end + 1;
  }
  return found;
}

/** What a server logged after `since`, by zxid. */
async function logged(dataDir: string, since: bigint): Promise<Map<bigint, Transaction>> {
  const folder = join(dataDir, "version-2");
  const names = (await readdir(folder)).filter((name) => /^log\.[0-9a-f]+$/.test(name));
  const files = names
    .map((name) => ({ name, first: BigInt(`0x${name.slice(4)}`) }))
    .sort((one, other) => (one.first < other.first ? -1 : 1));
  const found = new Map<bigint, Transaction>();
  for (const [at, { name }] of files.entries()) {
    const next = files[at + 1];
    if (next !== undefined && next.first <= since) continue; // it ends before
    for (const transaction of parseLog(await readFile(join(folder, name)))) {
      if (transaction.zxid > since) found.set(transaction.zxid, transaction);
    }
  }
  return found;
}

/**
 * What an ensemble committed after `since`, in order: what more than half of the servers have logged. A proposal that a
 * killed leader took along is on fewer.
 */
export async function committed(dataDirs: readonly string[], since: bigint): Promise<Transaction[]> {
  const logs = await Promise.all(dataDirs.map((dataDir) => logged(dataDir, since)));
  const counts = new Map<bigint, { transaction: Transaction; servers: number }>();
  for (const log of logs) {
    for (const [zxid, transaction] of log) {
      const known = counts.get(zxid);
      if (known === undefined) counts.set(zxid, { transaction, servers: 1 });
      else known.servers++;
    }
  }
  return [...counts.values()]
    .filter(({ servers }) => servers * 2 > dataDirs.length)
    .map(({ transaction }) => transaction)
    .sort((one, other) => (one.zxid < other.zxid ? -1 : 1));
}
