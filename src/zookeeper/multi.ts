/** The multi request: several operations, all or none. Encoding and decoding only; paths are with the chroot. */
import { errorCode, OPCODES } from "./codes.js";
import type { JuteReader } from "./jute-reader.js";
import { JuteError } from "./jute-reader.js";
import type { JuteWriter } from "./jute-writer.js";
import { createOpcode, readStat, writeCreate } from "./records.js";
import type { MultiOp, MultiResult, ZooKeeperErrorCode } from "./types.js";

function opcodeOf(op: MultiOp): number {
  switch (op.op) {
    case "create":
      return createOpcode(op.mode, false);
    case "delete":
      return OPCODES.delete;
    case "setData":
      return OPCODES.setData;
    case "check":
      return OPCODES.check;
  }
}

function writeOp(writer: JuteWriter, op: MultiOp): void {
  switch (op.op) {
    case "create":
      writeCreate(writer, op);
      break;
    case "delete":
    case "check":
      writer.string(op.path).int(op.version);
      break;
    case "setData":
      writer.string(op.path).buffer(op.data).int(op.version);
      break;
  }
}

export function writeMulti(writer: JuteWriter, ops: readonly MultiOp[]): void {
  for (const op of ops) {
    writer.int(opcodeOf(op)).boolean(false).int(-1);
    writeOp(writer, op);
  }
  writer.int(-1).boolean(true).int(-1);
}

export type MultiReply =
  | { readonly kind: "done"; readonly results: MultiResult[] }
  /** The first operation that failed by itself; nothing was changed. */
  | { readonly kind: "failed"; readonly opIndex: number; readonly code: ZooKeeperErrorCode };

/** Of an error result: not run, or rolled back, because of another one. */
const RUNTIME_INCONSISTENCY = -2;

function readResult(reader: JuteReader, type: number): MultiResult {
  switch (type) {
    case OPCODES.create:
      return { op: "create", path: reader.string() };
    case OPCODES.create2:
    case OPCODES.createContainer:
    case OPCODES.createTtl:
      return { op: "create", path: reader.string(), stat: readStat(reader) };
    case OPCODES.delete:
      return { op: "delete" };
    case OPCODES.setData:
      return { op: "setData", stat: readStat(reader) };
    case OPCODES.check:
      return { op: "check" };
    default:
      throw new JuteError(`a multi's answer has a result of the unknown type ${type}`);
  }
}

export function readMulti(reader: JuteReader): MultiReply {
  const results: MultiResult[] = [];
  const errors: number[] = [];
  for (;;) {
    const type = reader.int();
    const done = reader.boolean();
    reader.int(); // the error once more
    if (done) break;
    if (type === OPCODES.error) errors.push(reader.int());
    else results.push(readResult(reader, type));
  }
  if (errors.length === 0) return { kind: "done", results };
  const own = errors.findIndex((error) => error !== 0 && error !== RUNTIME_INCONSISTENCY);
  const opIndex = own < 0 ? Math.max(0, errors.indexOf(RUNTIME_INCONSISTENCY)) : own;
  return { kind: "failed", opIndex, code: errorCode(errors[opIndex] ?? 0) };
}
