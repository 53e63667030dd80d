/**
 * The client's side of DIGEST-MD5 (RFC 2831, first authentication, protection "auth"): the answer to a challenge and the
 * check that the server knows the password too. It sends nothing; the password leaves here only inside a digest.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  type DigestChallenge,
  parseChallenge,
  readDirectives,
  SaslFault,
  singleDirective,
} from "./digest-challenge.js";

export interface DigestIdentity {
  readonly username: string;
  readonly password: string;
  /** The protocol's name; with the server's name it makes the digest-uri. */
  readonly service: string;
  readonly host: string;
}

/** RFC 2831 2.1.2: a digest-response of 4,096 bytes or more is refused. */
const LONGEST_RESPONSE = 4_095;
const FIRST_USE = "00000001";

/** A nonce of our own for one login. */
export function freshNonce(): string {
  return randomBytes(24).toString("base64");
}

/** One login on one connection. */
export class DigestMd5 {
  private expectedProof: string | null = null;

  /** @param cnonce never used twice; see freshNonce */
  constructor(
    private readonly identity: DigestIdentity,
    private readonly cnonce: string,
  ) {}

  /** The answer to the server's challenge. Throws SaslFault when that cannot be answered. */
  respond(challengeBytes: Buffer): Buffer {
    const challenge = parseChallenge(challengeBytes);
    const { service, host, username } = this.identity;
    const realm = challenge.realms[0];
    const uri = `${service}/${host}`;
    const secret = this.secret(challenge, realm ?? "");
    this.expectedProof = this.digest(secret, challenge.nonce, `:${uri}`);
    const fields = [
      ...(challenge.utf8 ? ["charset=utf-8"] : []),
      `username=${quoted(onTheWire(username, challenge.utf8))}`,
      ...(realm === undefined ? [] : [`realm=${quoted(onTheWire(realm, challenge.utf8))}`]),
      `nonce=${quoted(challenge.nonce)}`,
      `nc=${FIRST_USE}`,
      `cnonce=${quoted(this.cnonce)}`,
      `digest-uri=${quoted(uri)}`,
      `response=${this.digest(secret, challenge.nonce, `AUTHENTICATE:${uri}`)}`,
      "qop=auth",
    ];
    const response = Buffer.from(fields.join(","), "latin1");
    if (response.length > LONGEST_RESPONSE) throw new SaslFault("the user's name or the realm is too long");
    return response;
  }

  /** Throws SaslFault unless the server's last message proves that it knows the password. */
  verify(last: Buffer | null): void {
    const proof = singleDirective(readDirectives(last ?? Buffer.alloc(0)), "rspauth");
    if (proof === undefined) throw new SaslFault("the server gave no proof that it knows the password");
    if (this.expectedProof === null || proof.toLowerCase() !== this.expectedProof) {
      throw new SaslFault("the server's proof is wrong: it does not know the password");
    }
  }

  /** HEX(H(A1)) of RFC 2831 2.1.2.1. */
  private secret(challenge: DigestChallenge, realm: string): string {
    const { username, password } = this.identity;
    const parts = [username, realm, password].map((part) => hashed(part, challenge.utf8));
    const inner = createHash("md5");
    for (const [index, part] of parts.entries()) inner.update(index === 0 ? "" : ":").update(part);
    const outer = createHash("md5").update(inner.digest());
    return outer.update(`:${challenge.nonce}:${this.cnonce}`, "latin1").digest("hex");
  }

  private digest(secret: string, nonce: string, a2: string): string {
    const a2Hash = createHash("md5").update(a2, "latin1").digest("hex");
    const text = [secret, nonce, FIRST_USE, this.cnonce, "auth", a2Hash].join(":");
    return createHash("md5").update(text, "latin1").digest("hex");
  }
}

function quoted(bytes: string): string {
  return `"${bytes.replace(/["\\]/g, "\\$&")}"`;
}

/** One character per byte. */
function onTheWire(text: string, utf8: boolean): string {
  return (utf8 ? Buffer.from(text, "utf8") : narrow(text)).toString("latin1");
}

/** RFC 2831 2.1.2.1: also where UTF-8 is sent, what fits into ISO 8859-1 is hashed in it. */
function hashed(text: string, utf8: boolean): Buffer {
  return utf8 && !fitsLatin1(text) ? Buffer.from(text, "utf8") : narrow(text);
}

function narrow(text: string): Buffer {
  if (fitsLatin1(text)) return Buffer.from(text, "latin1");
  throw new SaslFault(
    "the server takes no UTF-8, and the user's name or the password does not do without it",
  );
}

function fitsLatin1(text: string): boolean {
  return Buffer.from(text, "latin1").toString("latin1") === text;
}
