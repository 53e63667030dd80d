/**
 * Decodes a committed transaction: TxnHeader, body, and the digest behind it (SerializeUtils.java). Never guesses: a type
 * nobody knows or bytes left over are an error, because what is not understood cannot be synchronised exactly.
 */
import { JuteError, JuteReader } from "../jute-reader.js";
import { readAcls } from "../records.js";
import { CONTAINER_OWNER, ttlOwner } from "./node-owner.js";
import type { Change, Transaction, TransactionBody } from "./transaction.js";

/** Types of transactions (ZooDefs.OpCode). */
export const TXN = {
  create: 1,
  delete: 2,
  setData: 5,
  setAcl: 7,
  check: 13,
  multi: 14,
  create2: 15,
  reconfig: 16,
  createContainer: 19,
  deleteContainer: 20,
  createTtl: 21,
  createSession: -10,
  closeSession: -11,
  error: -1,
} as const;

const HEADER = 32;
const DIGEST = 12;
const DIGEST_VERSION = 2;

/** Throws JuteError. */
export function decodeTransaction(bytes: Buffer): Transaction {
  const header = new JuteReader(bytes);
  const session = header.long();
  const cxid = header.int();
  const zxid = header.long();
  const timeMs = Number(header.long());
  const type = header.int();
  const reader = new JuteReader(bytes, HEADER);
  const body = readBody(reader, type, session, bytes);
  const digest = reader.remaining === DIGEST ? readDigest(reader) : null;
  if (reader.remaining > 0 && reader.remaining !== DIGEST) {
    throw new JuteError(
      `${reader.remaining} bytes too many in transaction 0x${zxid.toString(16)} of type ${type}`,
    );
  }
  return { zxid, session, cxid, timeMs, type, body, digest };
}

/** Null for a digest of a version nobody described: it cannot be compared. */
function readDigest(reader: JuteReader): bigint | null {
  const version = reader.int();
  const digest = reader.long();
  return version === DIGEST_VERSION ? digest : null;
}

function readBody(reader: JuteReader, type: number, session: bigint, bytes: Buffer): TransactionBody {
  switch (type) {
    case TXN.createSession:
      return { kind: "open-session", timeoutMs: reader.int() };
    case TXN.closeSession:
      return readCloseSession(reader, bytes);
    case TXN.error:
      return { kind: "failed", code: reader.int() };
    case TXN.multi:
      return readMulti(reader, session);
    default:
      return { kind: "changes", changes: [readChange(reader, type, session)] };
  }
}

/** Empty in 3.4 and 3.5; a list of paths from 3.6 on unless it was switched off, and then a digest may stand alone. */
function readCloseSession(reader: JuteReader, bytes: Buffer): TransactionBody {
  const isBare =
    reader.remaining === 0 ||
    (reader.remaining === DIGEST && bytes.readInt32BE(bytes.length - DIGEST) === DIGEST_VERSION);
  return { kind: "close-session", paths: isBare ? null : reader.vector(() => reader.string()) };
}

function readMulti(reader: JuteReader, session: bigint): TransactionBody {
  const changes: Change[] = [];
  let failure: number | null = null;
  reader.vector(() => {
    const type = reader.int();
    const sub = reader.buffer();
    if (sub === null) throw new JuteError("a multi holds an operation without content");
    const body = new JuteReader(sub);
    if (type === TXN.error) failure ??= body.int();
    else if (type !== TXN.check) changes.push(readChange(body, type, session));
  });
  return failure === null ? { kind: "changes", changes } : { kind: "failed", code: failure };
}

function readChange(reader: JuteReader, type: number, session: bigint): Change {
  switch (type) {
    case TXN.create:
    case TXN.create2:
      return readCreate(reader, session);
    case TXN.createContainer:
      return { ...readCreated(reader), owner: CONTAINER_OWNER, parentCversion: reader.int() };
    case TXN.createTtl: {
      const created = readCreated(reader);
      const parentCversion = reader.int();
      return { ...created, parentCversion, owner: ttlOwner(reader.long()) };
    }
    case TXN.delete:
    case TXN.deleteContainer:
      return { kind: "delete", path: reader.string() };
    case TXN.setData:
    case TXN.reconfig:
      return { kind: "setData", path: reader.string(), data: reader.buffer(), version: reader.int() };
    case TXN.setAcl:
      return { kind: "setAcl", path: reader.string(), acl: readAcls(reader), version: reader.int() };
    default:
      throw new JuteError(`a transaction has the type ${type}, which no known ZooKeeper writes`);
  }
}

function readCreated(reader: JuteReader) {
  return { kind: "create", path: reader.string(), data: reader.buffer(), acl: readAcls(reader) } as const;
}

function readCreate(reader: JuteReader, session: bigint): Change {
  const created = readCreated(reader);
  const owner = reader.boolean() ? session : 0n;
  // Servers before 3.4 wrote no cversion; their transactions can still be in a log that is sent.
  return { ...created, owner, parentCversion: reader.remaining >= 4 ? reader.int() : -1 };
}
