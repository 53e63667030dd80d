/**
 * Connections to an engine on another machine through this machine's ssh, so that its configuration, known hosts and
 * agent are those people set up. Never asks a question; ends its ssh processes with the connections.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex, type Readable, type Writable } from "node:stream";
import { SSH_FAILED } from "./mistakes.js";

/** Connections at once to one engine: a server of ssh turns away those that knock too often (MaxStartups). */
const MAX_CONNECTIONS = 4;

/** The command that leads to the engine of another machine, as Docker's own client does it. */
export function sshCommand(url: URL): string[] {
  const user = url.username === "" ? [] : ["-l", decodeURIComponent(url.username)];
  const port = url.port === "" ? [] : ["-p", url.port];
  // BatchMode: nobody is there to type a password. "--": a host name is never an option.
  const options = ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", ...user, ...port];
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return ["ssh", ...options, "--", host, "docker", "system", "dial-stdio"];
}

/** Keeps connections for the next question: each costs a log-in. */
export class SshAgent extends Agent {
  constructor(private readonly url: URL) {
    super({ keepAlive: true, maxSockets: MAX_CONNECTIONS, maxFreeSockets: MAX_CONNECTIONS });
  }

  override createConnection(): Duplex {
    return new SshConnection(sshCommand(this.url));
  }
}

/** What of a process's pipes keeps ferry running. */
interface Holding {
  ref?(): void;
  unref?(): void;
}

/** An ssh process as a socket; ends when the process has ended, so that what it said is known by then. */
class SshConnection extends Duplex {
  private readonly child: ChildProcess;
  private readonly input: Writable;
  private readonly output: Readable;
  private said = "";

  constructor([program = "ssh", ...words]: readonly string[]) {
    super();
    const child = spawn(program, words, { stdio: ["pipe", "pipe", "pipe"] });
    this.child = child;
    this.input = child.stdin;
    this.output = child.stdout;
    child.stdout.on("data", (bytes: Buffer) => {
      if (!this.push(bytes)) child.stdout.pause();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.said = (this.said + text).slice(-2000);
    });
    // A pipe that breaks says less than the end of the process does.
    child.stdin.on("error", () => undefined);
    child.once("error", (error) => this.destroy(sshError(`cannot be started: ${error.message}`)));
    child.once("close", (code) => this.ended(code));
  }

  private ended(code: number | null): void {
    if (this.destroyed) return;
    if (code === 0) this.push(null);
    else this.destroy(sshError(this.said.trim() || `exit code ${code}`));
  }

  override _read(): void {
    this.output.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.input.write(bytes, () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.input.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.child.kill();
    done(error);
  }

  // What node's http asks of a socket that is kept: an idle one must not keep ferry running.

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    for (const part of this.holding()) part.ref?.();
    return this;
  }

  unref(): this {
    for (const part of this.holding()) part.unref?.();
    return this;
  }

  private holding(): Holding[] {
    return [this.child, this.child.stdin, this.child.stdout, this.child.stderr] as Holding[];
  }
}

/** The code tells it from an error of the engine's own connection. */
function sshError(why: string): Error {
  return Object.assign(new Error(`ssh: ${why}`), { code: SSH_FAILED });
}
