/** The records inside requests and replies (zookeeper.jute), encoded and decoded. No I/O, no state. */
import { OPCODES } from "./codes.js";
import type { JuteReader } from "./jute-reader.js";
import type { JuteWriter } from "./jute-writer.js";
import type { Acl, CreateMode, Stat } from "./types.js";

export function readStat(reader: JuteReader): Stat {
  return {
    czxid: reader.long(),
    mzxid: reader.long(),
    ctime: reader.long(),
    mtime: reader.long(),
    version: reader.int(),
    cversion: reader.int(),
    aversion: reader.int(),
    ephemeralOwner: reader.long(),
    dataLength: reader.int(),
    numChildren: reader.int(),
    pzxid: reader.long(),
  };
}

export function writeStat(writer: JuteWriter, stat: Stat): void {
  writer.long(stat.czxid).long(stat.mzxid).long(stat.ctime).long(stat.mtime);
  writer.int(stat.version).int(stat.cversion).int(stat.aversion).long(stat.ephemeralOwner);
  writer.int(stat.dataLength).int(stat.numChildren).long(stat.pzxid);
}

export function readAcls(reader: JuteReader): Acl[] {
  return reader.vector(() => ({ perms: reader.int(), scheme: reader.string(), id: reader.string() }));
}

export function writeAcls(writer: JuteWriter, acls: readonly Acl[]): void {
  writer.vector(acls, (acl) => writer.int(acl.perms).string(acl.scheme).string(acl.id));
}

export interface Handshake {
  readonly lastZxid: bigint;
  readonly timeoutMs: number;
  /** 0n asks for a new session. */
  readonly sessionId: bigint;
  /** 16 bytes. */
  readonly password: Buffer;
  readonly readOnly: boolean;
}

export interface HandshakeReply {
  /** Milliseconds; 0 or less: the session has expired. */
  readonly timeoutMs: number;
  readonly sessionId: bigint;
  readonly password: Buffer;
  readonly readOnly: boolean;
}

export function writeHandshake(writer: JuteWriter, shake: Handshake): void {
  writer.int(0).long(shake.lastZxid).int(shake.timeoutMs).long(shake.sessionId);
  writer.buffer(shake.password).boolean(shake.readOnly);
}

export function readHandshakeReply(reader: JuteReader): HandshakeReply {
  reader.int(); // protocol version, always 0
  const timeoutMs = reader.int();
  const sessionId = reader.long();
  const password = Buffer.from(reader.buffer() ?? []); // a copy: it outlives the frame
  return { timeoutMs, sessionId, password, readOnly: reader.remaining > 0 && reader.boolean() };
}

/** CreateMode.toFlag */
const FLAGS: Readonly<Record<CreateMode, number>> = {
  persistent: 0,
  ephemeral: 1,
  "persistent-sequential": 2,
  "ephemeral-sequential": 3,
  container: 4,
  "persistent-ttl": 5,
  "persistent-sequential-ttl": 6,
};

export interface CreateRecord {
  /** With the chroot. */
  readonly path: string;
  readonly data: Buffer | null;
  readonly acl: readonly Acl[];
  readonly mode: CreateMode;
  readonly ttlMs?: number | undefined;
}

export function isTtl(mode: CreateMode): boolean {
  return mode === "persistent-ttl" || mode === "persistent-sequential-ttl";
}

export function isSequential(mode: CreateMode): boolean {
  return mode.includes("sequential");
}

/** `create` is understood by every server, but its answer has no stat; containers and TTL need 3.5. */
export function createOpcode(mode: CreateMode, withStat: boolean): number {
  if (mode === "container") return OPCODES.createContainer;
  if (isTtl(mode)) return OPCODES.createTtl;
  return withStat ? OPCODES.create2 : OPCODES.create;
}

export function writeCreate(writer: JuteWriter, record: CreateRecord): void {
  writer.string(record.path).buffer(record.data);
  writeAcls(writer, record.acl);
  writer.int(FLAGS[record.mode]);
  if (isTtl(record.mode)) writer.long(BigInt(record.ttlMs ?? 0));
}

/** `path` is with the chroot. */
export function readCreated(reader: JuteReader, opcode: number): { path: string; stat?: Stat } {
  const path = reader.string();
  return opcode === OPCODES.create ? { path } : { path, stat: readStat(reader) };
}
