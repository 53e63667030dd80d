/** One request on its way: what the session needs to send it and to settle it. */
import type { JuteReader } from "./jute-reader.js";
import type { JuteWriter } from "./jute-writer.js";
import type { ZooKeeperErrorCode } from "./types.js";

export interface Request {
  /** For errors: `getData`. */
  readonly operation: string;
  /** As the caller gave it. */
  readonly path: string | null;
  readonly opcode: number;
  encode(writer: JuteWriter): void;
  /** Called with the body of the answer; a JuteError thrown here ends the connection. */
  succeed(reader: JuteReader): void;
  fail(code: ZooKeeperErrorCode, server: string | null, reason?: string): void;
}
