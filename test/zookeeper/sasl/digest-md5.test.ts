/** DIGEST-MD5 against the example of RFC 2831, against its own arithmetic, and with challenges of every kind of damage. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseChallenge, readDirectives, SaslFault } from "../../../src/zookeeper/sasl/digest-challenge.js";
import { DigestMd5, freshNonce } from "../../../src/zookeeper/sasl/digest-md5.js";

const s = suite("DIGEST-MD5");

const CHRIS = { username: "chris", password: "secret", service: "imap", host: "elwood.innosoft.com" };
const IMAP_CHALLENGE =
  'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8';
const BOB = { username: "bob", password: "secret", service: "zookeeper", host: "zk-sasl-md5" };

function directives(response: Buffer): Record<string, string> {
  return Object.fromEntries(readDirectives(response).map(({ name, value }) => [name, value]));
}

function fault(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.instance(error, SaslFault);
    return (error as SaslFault).message;
  }
  throw new Error("it was expected to be refused");
}

s("the example of RFC 2831, section 4, over IMAP", () => {
  const login = new DigestMd5(CHRIS, "OA6MHXh6VqTrRk");
  assert.equal(directives(login.respond(Buffer.from(IMAP_CHALLENGE))), {
    charset: "utf-8",
    username: "chris",
    realm: "elwood.innosoft.com",
    nonce: "OA6MG9tEQGm2hh",
    nc: "00000001",
    cnonce: "OA6MHXh6VqTrRk",
    "digest-uri": "imap/elwood.innosoft.com",
    response: "d388dad90d4bbd760a152321f2143af7",
    qop: "auth",
  });
  login.verify(Buffer.from("rspauth=ea40f60335c427b5527b84dbabcdfffd"));
});

s("its second example, over ACAP", () => {
  const login = new DigestMd5({ ...CHRIS, service: "acap" }, "OA9BSuZWMSpW8m");
  const challenge = IMAP_CHALLENGE.replace("OA6MG9tEQGm2hh", "OA9BSXrbuRhWay").replace(
    'qop="auth"',
    "qop=auth",
  );
  const response = directives(login.respond(Buffer.from(challenge)));
  assert.is(response["response"], "6084c6db3fede7352c551284490fd0fc");
  login.verify(Buffer.from('rspauth="2f0b3d7c3c2e486600ef710726aa2eae"'));
});

s("a server that does not know the password is not believed", () => {
  const login = new DigestMd5(CHRIS, "OA6MHXh6VqTrRk");
  login.respond(Buffer.from(IMAP_CHALLENGE));
  const wrong = Buffer.from(`rspauth=${"0".repeat(32)}`);
  assert.match(
    fault(() => login.verify(wrong)),
    /does not know the password/,
  );
  for (const none of [null, Buffer.alloc(0), Buffer.from("hello=1")]) {
    assert.match(
      fault(() => login.verify(none)),
      /no proof/,
    );
  }
  const early = new DigestMd5(CHRIS, "x");
  assert.match(
    fault(() => early.verify(Buffer.from("rspauth=null"))),
    /proof is wrong/,
  );
});

s("what is wrong with a challenge is said", () => {
  const good = 'nonce="n",algorithm=md5-sess';
  const cases: [string, RegExp][] = [
    ["", /no nonce/],
    ['nonce="",algorithm=md5-sess', /no nonce/],
    ["algorithm=md5-sess", /no nonce/],
    ['nonce="n"', /algorithm \(none\)/],
    ['nonce="n",algorithm=md5', /algorithm "md5"/],
    [`${good},nonce="m"`, /nonce comes 2 times/],
    [`${good},charset=latin-1`, /charset "latin-1"/],
    [`${good},qop="auth-int,auth-conf"`, /protection "auth-int,auth-conf"/],
    [`${good},realm="half`, /directive realm/],
    [`${good},realm`, /realm has no value/],
    [`${good},=x`, /no directive's name at byte 29/],
    [`${good} realm=x`, /no comma after directive algorithm/],
    [`${good},realm="\u00ff",charset=utf-8`, /no UTF-8/],
    [`${good},x=${"y".repeat(20_000)}`, /too long/],
  ];
  for (const [text, expected] of cases) {
    assert.match(
      fault(() => parseChallenge(Buffer.from(text, "latin1"))),
      expected,
      text,
    );
  }
});

s("what a challenge may leave out, repeat and space out", () => {
  const text =
    ', ,realm="a \\"b\\" \\\\c",\r\n realm = "second" ,nonce="+/=" , NONSENSE=17,maxbuf=65536,Algorithm=md5-sess,,';
  assert.equal(parseChallenge(Buffer.from(text)), {
    realms: ['a "b" \\c', "second"],
    nonce: "+/=",
    utf8: false,
  });
  const utf8 = parseChallenge(Buffer.from('realm="Köln €",nonce="n",charset=utf-8,algorithm=md5-sess'));
  assert.equal(utf8.realms, ["Köln €"]);
  const bare = new DigestMd5(BOB, "c").respond(Buffer.from('nonce="n",algorithm=md5-sess'));
  assert.not.ok("realm" in directives(bare));
  assert.not.ok("charset" in directives(bare));
});

s("a name or password that does not fit a server without UTF-8 is refused in words", () => {
  const challenge = Buffer.from('nonce="n",algorithm=md5-sess');
  new DigestMd5({ ...BOB, username: "zoë" }, "c").respond(challenge);
  for (const wide of [{ username: "Łukasz" }, { password: "€" }]) {
    const message = fault(() => new DigestMd5({ ...BOB, ...wide }, "c").respond(challenge));
    assert.match(message, /takes no UTF-8/);
  }
});

const text = fc.string({ unit: "grapheme", maxLength: 40 });

s("every name, password and realm makes a response whose digest a server computes too", () => {
  fc.assert(
    fc.property(text, text, text, fc.base64String(), (username, password, realm, nonce) => {
      const escaped = realm.replace(/["\\]/g, "\\$&");
      const challenge = `realm="${escaped}",nonce="n${nonce}",charset=utf-8,algorithm=md5-sess`;
      const cnonce = freshNonce();
      const response = new DigestMd5({ ...BOB, username, password }, cnonce).respond(Buffer.from(challenge));
      const sent = directives(response);
      const decoded = (value: string | undefined) => Buffer.from(value ?? "", "latin1").toString("utf8");
      assert.is(decoded(sent["username"]), username);
      assert.is(decoded(sent["realm"]), realm);
      assert.is(sent["response"], expected(username, realm, password, `n${nonce}`, cnonce));
    }),
  );
});

/** As section 2.1.2.1 writes it down, step by step. */
function expected(username: string, realm: string, password: string, nonce: string, cnonce: string): string {
  const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest();
  const hex = (value: string) => md5(Buffer.from(value, "latin1")).toString("hex");
  const narrowed = (value: string) =>
    Buffer.from(value, [...value].every((char) => (char.codePointAt(0) ?? 0) < 256) ? "latin1" : "utf8");
  const colon = Buffer.from(":");
  const inner = md5(Buffer.concat([narrowed(username), colon, narrowed(realm), colon, narrowed(password)]));
  const a1 = md5(Buffer.concat([inner, Buffer.from(`:${nonce}:${cnonce}`)])).toString("hex");
  return hex(`${a1}:${nonce}:00000001:${cnonce}:auth:${hex("AUTHENTICATE:zookeeper/zk-sasl-md5")}`);
}

/** Damage at any place of a sound challenge, or bytes that never were one. */
const damaged = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
  fc
    .string({ unit: fc.constantFrom(...'=,"\\ \tnonce;realm:\u0000é'), maxLength: 60 })
    .map((value) => Buffer.from(value)),
  fc
    .tuple(fc.nat(IMAP_CHALLENGE.length), fc.nat(20), fc.uint8Array({ maxLength: 5 }))
    .map(([at, cut, put]) => {
      const sound = Buffer.from(IMAP_CHALLENGE);
      return Buffer.concat([sound.subarray(0, at), put, sound.subarray(at + cut)]);
    }),
);

s("a damaged challenge is answered or refused in words, and nothing else", () => {
  fc.assert(
    fc.property(damaged, (bytes) => {
      const login = new DigestMd5(CHRIS, "c");
      try {
        readDirectives(login.respond(bytes)); // what it answered is itself sound
        login.verify(bytes);
      } catch (error) {
        assert.instance(error, SaslFault);
        assert.match((error as SaslFault).message, /^[\x20-\x7e]{10,300}$/);
      }
    }),
    { numRuns: 5_000 },
  );
});

s.run();
