/** The client's SASL dialogue with played answers: what counts as refused, what as another server's turn, what as bad luck. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { JuteReader } from "../../../src/zookeeper/jute-reader.js";
import { JuteWriter } from "../../../src/zookeeper/jute-writer.js";
import { SaslLogin, type SaslOutcome } from "../../../src/zookeeper/sasl/sasl-login.js";
import type { ZooKeeperErrorCode } from "../../../src/zookeeper/types.js";

const s = suite("SASL login");

const CREDENTIALS = { mechanism: "DIGEST-MD5", username: "bob", password: "quite secret" } as const;
const CHALLENGE = Buffer.from('realm="zk-sasl-md5",nonce="abc",charset=utf-8,algorithm=md5-sess');

type Played = Buffer | null | ZooKeeperErrorCode;

/** One connection that answers with `answers`, one for each request. */
async function play(login: SaslLogin, answers: readonly Played[]): Promise<SaslOutcome> {
  const left = [...answers];
  const outcome = await login.run({
    server: "zk1:2181",
    send: (request) => {
      assert.is(request.opcode, 102);
      const answer = left.shift();
      if (answer === undefined) throw new Error("one request more than expected");
      if (typeof answer === "string") return request.fail(answer, "zk1:2181");
      const writer = new JuteWriter();
      writer.buffer(answer);
      request.succeed(new JuteReader(writer.take()));
    },
  });
  assert.is(left.length, 0);
  if ("reason" in outcome) assert.not.match(outcome.reason, /quite secret/);
  return outcome;
}

async function expectOutcome(
  answers: readonly Played[],
  kind: SaslOutcome["kind"],
  reason?: RegExp,
): Promise<void> {
  const outcome = await play(new SaslLogin(CREDENTIALS), answers);
  assert.is(outcome.kind, kind);
  if (reason !== undefined) assert.match("reason" in outcome ? outcome.reason : "", reason);
}

s("the server's no, in each of its forms, is final and names user and server", async () => {
  const said = /user "bob" \(DIGEST-MD5, zk1:2181\): the name or the password is wrong/;
  await expectOutcome([CHALLENGE, "AUTH_FAILED"], "refused", said);
  await expectOutcome([CHALLENGE, "SESSION_CLOSED_REQUIRE_SASL_AUTH"], "refused", said);
  await expectOutcome([CHALLENGE, null], "refused", said); // allowSaslFailedClients
});

s("a server without a proof, or with a wrong one, is not gone on with", async () => {
  await expectOutcome([CHALLENGE, Buffer.alloc(0)], "refused", /no proof/);
  await expectOutcome([CHALLENGE, Buffer.from("rspauth=00")], "refused", /does not know the password/);
});

s("a server that cannot do it leaves the turn to another", async () => {
  await expectOutcome([null], "unfit", /has no SASL/);
  await expectOutcome([Buffer.from("hello")], "unfit", /challenge cannot be answered: directive hello/);
  await expectOutcome(["UNIMPLEMENTED"], "unfit", /UNIMPLEMENTED/);
});

s("a connection lost before the password was told says nothing of it, however often", async () => {
  const login = new SaslLogin(CREDENTIALS);
  for (let round = 0; round < 10; round++) {
    assert.is((await play(login, ["CONNECTION_LOSS"])).kind, "lost");
  }
});

s(
  "the third hang-up in a row on the password counts as a refusal; a session of ours that ends does not",
  async () => {
    const login = new SaslLogin(CREDENTIALS);
    assert.is((await play(login, [CHALLENGE, "CLOSED"])).kind, "lost");
    for (const expected of ["lost", "lost", "refused"]) {
      assert.is((await play(login, [CHALLENGE, "CONNECTION_LOSS"])).kind, expected);
    }
  },
);

s.run();
