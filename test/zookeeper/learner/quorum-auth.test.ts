/** The quorum port's SASL dialogue with a played server: in any pieces, with every way in which it can go wrong. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { QuorumAuth } from "../../../src/zookeeper/learner/quorum-auth.js";
import { readDirectives } from "../../../src/zookeeper/sasl/digest-challenge.js";

const s = suite("SASL on the quorum port");

const CREDENTIALS = { mechanism: "DIGEST-MD5", username: "test", password: "quite secret" } as const;
const MAGIC = Buffer.from("5f2435013501edcc", "hex");

function packet(status: number, token: Buffer | null): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(status, 0);
  head.writeInt32BE(token?.length ?? -1, 4);
  return Buffer.concat([MAGIC, head, token ?? Buffer.alloc(0)]);
}

const CHALLENGE = packet(
  0,
  Buffer.from('realm="zk-quorum-sasl-md5",nonce="abc",charset=utf-8,algorithm=md5-sess'),
);

/** As the server computes it from the client's response. */
function proof(response: Buffer): Buffer {
  const sent = Object.fromEntries(readDirectives(response.subarray(16)).map((d) => [d.name, d.value]));
  const hex = (value: string | Buffer) => createHash("md5").update(value).digest("hex");
  const inner = createHash("md5").update("test:zk-quorum-sasl-md5:quite secret").digest();
  const secret = hex(Buffer.concat([inner, Buffer.from(`:abc:${sent["cnonce"]}`)]));
  const a2 = hex(":zookeeper-quorum/zk-quorum-sasl-md5");
  return Buffer.from(`rspauth=${hex(`${secret}:abc:00000001:${sent["cnonce"]}:auth:${a2}`)}`);
}

function begun(): { auth: QuorumAuth; sent: Buffer[] } {
  const auth = new QuorumAuth(CREDENTIALS);
  const sent: Buffer[] = [];
  auth.start((bytes) => sent.push(bytes));
  return { auth, sent };
}

function failure(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    assert.not.match(message, /quite secret/);
    return message;
  }
  throw new Error("it was expected to fail");
}

s("a login in pieces of any size leaves exactly what follows it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.uint8Array({ maxLength: 30 }), (size, after) => {
      const { auth, sent } = begun();
      assert.equal(sent, [packet(0, Buffer.alloc(0))]);
      for (let at = 0; at < CHALLENGE.length; at += size) {
        assert.is(auth.push(CHALLENGE.subarray(at, at + size)), null);
      }
      assert.is(sent.length, 2);
      const last = Buffer.concat([packet(1, proof(sent[1] ?? Buffer.alloc(0))), after]);
      const left: Buffer[] = [];
      let done = false;
      for (let at = 0; at < last.length; at += size) {
        const piece = last.subarray(at, at + size);
        const rest: Buffer | null = done ? piece : auth.push(piece);
        if (rest !== null) left.push(rest);
        done ||= rest !== null;
      }
      assert.ok(done);
      assert.equal([...Buffer.concat(left)], [...after]);
    }),
  );
});

s("a refusal names the user and what to do, never the password", () => {
  const { auth } = begun();
  auth.push(CHALLENGE);
  const message = failure(() => auth.push(packet(-1, Buffer.alloc(0))));
  assert.match(message, /user "test" .* password is wrong.*QuorumServer/);
});

s("every other way to go wrong has words", () => {
  const cases: [Buffer[], RegExp][] = [
    [[Buffer.from("HTTP/1.1 400 Bad Request\r\n")], /no SASL dialogue/],
    [[packet(1, Buffer.from("rspauth=0"))], /success before it has asked/],
    [[CHALLENGE, CHALLENGE], /asks a second time/],
    [[packet(0, null)], /no nonce/],
    [[packet(7, null)], /unknown status 7/],
    [[CHALLENGE, packet(1, null)], /no proof/],
    [[CHALLENGE, packet(1, Buffer.from("rspauth=0"))], /does not know the password/],
    [[Buffer.concat([MAGIC, Buffer.from("00000000ffffff00", "hex")])], /token of -256 bytes/],
    [[Buffer.concat([MAGIC, Buffer.from("000000007fffffff", "hex")])], /cannot be one/],
  ];
  for (const [chunks, expected] of cases) {
    const { auth } = begun();
    assert.match(
      failure(() => {
        for (const chunk of chunks) auth.push(chunk);
      }),
      expected,
    );
  }
});

s.run();
