/**
 * The SASL dialogue at the beginning of a connection to the quorum port (3.4.10 and newer, quorum.auth.enableSasl):
 * QuorumAuthPackets, by DIGEST-MD5. It ends where the learner protocol begins and reads no byte of that. One object
 * serves one connection.
 */
import { SaslFault } from "../sasl/digest-challenge.js";
import { DigestMd5, freshNonce } from "../sasl/digest-md5.js";
import type { SaslCredentials } from "../types.js";
import type { QuorumAuthentication } from "./learner-connection.js";

/** QuorumAuth.java: QUORUM_AUTH_MAGIC_NUMBER, as a signed 64-bit number. */
const MAGIC = BigInt.asIntN(64, -0xa0dbcafecafe1234n);
/** Of QuorumAuth.Status. */
const STATUS = { inProgress: 0, success: 1, error: -1 } as const;
/** Magic, status and the token's length. */
const FIXED = 16;
/** A challenge or a proof is a few hundred bytes. */
const LONGEST_TOKEN = 64 * 1024;
/** What the quorum's server is called to the mechanism; see QuorumAuth.java. */
const SERVICE = { service: "zookeeper-quorum", host: "zk-quorum-sasl-md5" };

export class QuorumAuth implements QuorumAuthentication {
  private received: Buffer = Buffer.alloc(0);
  private readonly login: DigestMd5;
  private answered = false;
  private send: (bytes: Buffer) => void = () => {};

  /** @param credentials as in the section QuorumLearner of the members' JAAS files */
  constructor(private readonly credentials: SaslCredentials) {
    const { username, password } = credentials;
    this.login = new DigestMd5({ username, password, ...SERVICE }, freshNonce());
  }

  /** Asks for the challenge. */
  start(send: (bytes: Buffer) => void): void {
    this.send = send;
    this.send(encode(STATUS.inProgress, Buffer.alloc(0)));
  }

  /**
   * Takes what came in. Gives null while the dialogue goes on, and when it has succeeded the bytes that follow it, mostly
   * none. Throws Error with the reason when the server refuses or is not understood; the connection is of no use then.
   */
  push(chunk: Buffer): Buffer | null {
    this.received = Buffer.concat([this.received, chunk]);
    for (;;) {
      const packet = decode(this.received);
      if (packet === null) return null;
      this.received = this.received.subarray(packet.length);
      if (this.handle(packet.status, packet.token)) return this.received;
    }
  }

  /** True when it has succeeded. */
  private handle(status: number, token: Buffer): boolean {
    if (status === STATUS.error) throw new Error(this.refusal("the name or the password is wrong"));
    if (status === STATUS.success) {
      if (!this.answered) throw new Error(this.refusal("it claims success before it has asked for anything"));
      this.attempt(() => this.login.verify(token));
      return true;
    }
    if (status !== STATUS.inProgress) throw new Error(this.refusal(`it sent the unknown status ${status}`));
    if (this.answered) throw new Error(this.refusal("it asks a second time"));
    this.answered = true;
    const response = this.attempt(() => this.login.respond(token));
    this.send(encode(STATUS.inProgress, response));
    return false;
  }

  private attempt<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (error instanceof SaslFault) throw new Error(this.refusal(error.message));
      throw error;
    }
  }

  private refusal(why: string): string {
    const { mechanism, username } = this.credentials;
    return (
      `the quorum port's SASL login of user ${JSON.stringify(username)} (${mechanism}) failed: ${why}. ` +
      `Compare them with the user_<name>="<password>" lines in the section QuorumServer of the members' JAAS files`
    );
  }
}

function encode(status: number, token: Buffer): Buffer {
  const bytes = Buffer.alloc(FIXED + token.length);
  bytes.writeBigInt64BE(MAGIC, 0);
  bytes.writeInt32BE(status, 8);
  bytes.writeInt32BE(token.length, 12);
  token.copy(bytes, FIXED);
  return bytes;
}

/** The first packet, or null while it is not all there. Throws Error when it can be none. */
function decode(bytes: Buffer): { status: number; token: Buffer; length: number } | null {
  if (bytes.length >= 8 && bytes.readBigInt64BE(0) !== MAGIC) {
    throw new Error(
      "what came from the quorum port is no SASL dialogue: this is no quorum port, " +
        "or its server runs without quorum.auth.enableSasl",
    );
  }
  if (bytes.length < FIXED) return null;
  const size = bytes.readInt32BE(12);
  if (size < -1 || size > LONGEST_TOKEN) {
    throw new Error(`the quorum port announced a SASL token of ${size} bytes, which cannot be one`);
  }
  const length = FIXED + Math.max(0, size);
  if (bytes.length < length) return null;
  return { status: bytes.readInt32BE(8), token: bytes.subarray(FIXED, length), length };
}
