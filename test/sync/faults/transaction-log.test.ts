/** What a killed server leaves in its log: whole records count, a half one and everything behind it do not. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Adler32 } from "../../../src/zookeeper/snapshot-file/adler32.js";
import { parseLog } from "./transaction-log.js";

const logs = suite("transaction logs");

/** A delete of `/x`: TxnHeader, path. */
function record(zxid: number): Buffer {
  const body = Buffer.alloc(32 + 4 + 2);
  body.writeBigInt64BE(BigInt(zxid), 12);
  body.writeInt32BE(2, 28);
  body.writeInt32BE(2, 32);
  body.write("/x", 36);
  const head = Buffer.alloc(12);
  head.writeBigInt64BE(BigInt(new Adler32().update(body).value));
  head.writeInt32BE(body.length, 8);
  return Buffer.concat([head, body, Buffer.from("B")]);
}

const HEADER = Buffer.concat([Buffer.from("ZKLG"), Buffer.from([0, 0, 0, 2]), Buffer.alloc(8)]);
const zxids = (bytes: Buffer) => parseLog(bytes).map(({ zxid }) => Number(zxid));

logs("are read up to the zeros behind the last record", () => {
  assert.equal(zxids(Buffer.concat([HEADER, record(1), record(2), Buffer.alloc(500)])), [1, 2]);
  assert.equal(zxids(HEADER), []);
  assert.equal(zxids(Buffer.alloc(0)), []);
});

logs("end where a record was cut off or is damaged", () => {
  const whole = Buffer.concat([HEADER, record(1), record(2)]);
  for (let cut = 1; cut < record(2).length; cut++) assert.equal(zxids(whole.subarray(0, -cut)), [1]);
  const damaged = Buffer.from(whole);
  damaged.writeUInt8(7, whole.length - 4);
  assert.equal(zxids(damaged), [1]);
});

logs("of another kind are refused", () => {
  assert.throws(() => parseLog(Buffer.from("ZKSN followed by a snapshot")), /no transaction log/);
});

logs.run();
