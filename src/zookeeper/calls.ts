/**
 * How one operation becomes a request and its answer a promise: chroot, checks before sending, the server's age. The
 * operations themselves are in client.ts and create.ts.
 */
import { badArguments } from "./arguments.js";
import type { JuteReader } from "./jute-reader.js";
import type { JuteWriter } from "./jute-writer.js";
import { pathFault, withChroot, withoutChroot } from "./path.js";
import { isOlder, type ServerVersions } from "./server-version.js";
import type { Session } from "./session.js";
import type { ZooKeeperErrorCode } from "./types.js";
import { ZooKeeperError, type ZooKeeperErrorDetails } from "./zookeeper-error.js";

export interface Call<T> {
  readonly operation: string;
  readonly path: string | null;
  readonly opcode: number;
  encode(writer: JuteWriter): void;
  decode(reader: JuteReader): T;
  /** An error code that is an answer, not a failure. */
  readonly unless?: { readonly code: ZooKeeperErrorCode; answer(): T };
}

export class Calls {
  constructor(
    private readonly session: Session,
    private readonly chroot: string,
    private readonly versions: ServerVersions,
  ) {}

  /** The same session with paths as the server has them. */
  bare(): Calls {
    return this.chroot === "" ? this : new Calls(this.session, "", this.versions);
  }

  /** With the chroot. */
  full(path: string): string {
    return withChroot(this.chroot, path);
  }

  /** Without it. */
  own(full: string): string {
    return withoutChroot(this.chroot, full);
  }

  /** Runs `ask` unless the connected server is known to be too old for it. */
  async needing<T>(since: string, operation: string, path: string | null, ask: () => Promise<T>): Promise<T> {
    const { server } = this.session;
    const version = server === null ? null : await this.versions.of(server);
    if (version !== null && isOlder(version, since)) {
      const reason = `the server is ${version}; this operation came with ${since}`;
      throw new ZooKeeperError("UNIMPLEMENTED", {
        operation,
        path,
        server,
        reason,
        remedy: "Upgrade the servers",
      });
    }
    return ask();
  }

  /** A call whose request begins with the path. */
  onPath<T>(
    operation: string,
    path: string,
    opcode: number,
    rest: (writer: JuteWriter) => void,
    decode: (reader: JuteReader) => T,
  ): Promise<T> {
    const full = this.full(path);
    const encode = (writer: JuteWriter) => {
      writer.string(full);
      rest(writer);
    };
    return this.checked({ operation, path, opcode, encode, decode });
  }

  /** As call, after a look at the path. */
  checked<T>(call: Call<T>): Promise<T> {
    const fault = call.path === null ? null : pathFault(call.path);
    if (fault !== null) return Promise.reject(badArguments(call.operation, call.path, fault));
    return this.call(call);
  }

  /** No chain of promises here: an answer must be seen before the watch event that came after it. */
  call<T>(call: Call<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.session.submit({
        operation: call.operation,
        path: call.path,
        opcode: call.opcode,
        encode: call.encode,
        succeed: (reader) => {
          try {
            resolve(call.decode(reader));
          } catch (error) {
            if (!(error instanceof ZooKeeperError)) throw error;
            reject(error);
          }
        },
        fail: (code, server, reason) => {
          if (call.unless?.code === code) {
            resolve(call.unless.answer());
            return;
          }
          const details: ZooKeeperErrorDetails = { operation: call.operation, path: call.path, server };
          reject(new ZooKeeperError(code, reason === undefined ? details : { ...details, reason }));
        },
      });
    });
  }
}

/** Encodes or decodes nothing. */
export function nothing(): void {}
