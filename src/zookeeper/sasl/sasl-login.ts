/**
 * The SASL login of a client's session: requests of opcode 102 that carry the mechanism's tokens, once per connection,
 * before everything else. It decides whether the server accepted, refused or cannot do it; what follows is session.ts's.
 */
import { OPCODES } from "../codes.js";
import type { Request } from "../request.js";
import type { SaslCredentials, ZooKeeperErrorCode } from "../types.js";
import { SaslFault } from "./digest-challenge.js";
import { DigestMd5, freshNonce } from "./digest-md5.js";

export type SaslOutcome =
  | { readonly kind: "accepted" }
  /** The name or the password is wrong: trying again is of no use. */
  | { readonly kind: "refused"; readonly reason: string }
  /** This server cannot do it; another one may. */
  | { readonly kind: "unfit"; readonly reason: string }
  /** The connection ended; the next one may do better. */
  | { readonly kind: "lost" };

/** What is needed of a connection. */
export interface SaslChannel {
  readonly server: string;
  send(request: Request): void;
}

type Answer = { readonly token: Buffer | null } | { readonly code: ZooKeeperErrorCode };

/** What Java's server is called to the mechanism: SaslServerPrincipal is Kerberos' only. */
const SERVICE = { service: "zookeeper", host: "zk-sasl-md5" };
/** 3.4 answers a wrong password by hanging up; a server that dies does so too, but hardly this often in a row. */
const HANG_UPS = 3;

/** The logins of one session, over all its connections. */
export class SaslLogin {
  private hangUps = 0;

  constructor(private readonly credentials: SaslCredentials) {}

  /** Logs in on a new connection. Never rejects. */
  async run(channel: SaslChannel): Promise<SaslOutcome> {
    const { username, password } = this.credentials;
    const login = new DigestMd5({ username, password, ...SERVICE }, freshNonce());
    const challenge = await exchange(channel, Buffer.alloc(0));
    if ("code" in challenge) return this.failed(channel, challenge.code, false);
    if (challenge.token === null || challenge.token.length === 0) {
      return { kind: "unfit", reason: "the server has no SASL: its JAAS file has no section Server" };
    }
    let response: Buffer;
    try {
      response = login.respond(challenge.token);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: "unfit", reason: `the server's SASL challenge cannot be answered: ${reason}` };
    }
    const last = await exchange(channel, response);
    if ("code" in last) return this.failed(channel, last.code, true);
    return this.judge(channel, login, last.token);
  }

  private judge(channel: SaslChannel, login: DigestMd5, token: Buffer | null): SaslOutcome {
    // With allowSaslFailedClients the session would go on, without the rights that were asked for.
    if (token === null) return this.refused(channel, "the name or the password is wrong");
    try {
      login.verify(token);
    } catch (error) {
      if (!(error instanceof SaslFault)) throw error;
      return this.refused(channel, error.message);
    }
    this.hangUps = 0;
    return { kind: "accepted" };
  }

  /** @param told whether the server has seen the response to its challenge */
  private failed(channel: SaslChannel, code: ZooKeeperErrorCode, told: boolean): SaslOutcome {
    switch (code) {
      case "AUTH_FAILED":
      case "SESSION_CLOSED_REQUIRE_SASL_AUTH":
        return this.refused(channel, "the name or the password is wrong");
      case "CONNECTION_LOSS":
        if (!told || ++this.hangUps < HANG_UPS) return { kind: "lost" };
        return this.refused(channel, `${HANG_UPS} times in a row a server hung up on the password`);
      case "CLOSED":
      case "SESSION_EXPIRED":
        return { kind: "lost" };
      default:
        return { kind: "unfit", reason: `the server answered the SASL login with ${code}` };
    }
  }

  private refused(channel: SaslChannel, why: string): SaslOutcome {
    const { mechanism, username } = this.credentials;
    return {
      kind: "refused",
      reason:
        `the server refused the SASL login of user ${JSON.stringify(username)} (${mechanism}, ${channel.server}): ${why}. ` +
        `Compare them with the user_<name>="<password>" lines in the section Server of its JAAS file`,
    };
  }
}

function exchange(channel: SaslChannel, token: Buffer): Promise<Answer> {
  return new Promise((resolve) =>
    channel.send({
      operation: "sasl",
      path: null,
      opcode: OPCODES.sasl,
      encode: (writer) => writer.buffer(token),
      // A copy: the frame's memory is not ours.
      succeed: (reader) => {
        const answer = reader.buffer();
        resolve({ token: answer === null ? null : Buffer.from(answer) });
      },
      fail: (code) => resolve({ code }),
    }),
  );
}
