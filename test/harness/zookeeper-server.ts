/** One server process of a test ensemble. Whatever happens to the test, the process ends with it. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fourLetterWord } from "../../src/zookeeper/four-letter.js";
import { waitFor } from "./wait.js";

export interface ServerPlan {
  readonly id: number;
  readonly clientPort: number;
  readonly quorumPort: number;
  readonly electionPort: number;
  readonly adminPort: number | null;
  readonly secureClientPort: number | null;
  readonly directory: string;
  readonly dataDir: string;
  /** Of `java`. */
  readonly arguments: readonly string[];
}

const running = new Set<ChildProcess>();
let guarded = false;

/** Kills what is left when the test process ends: normally, by an exception or by a signal. */
function guard(): void {
  if (guarded) return;
  guarded = true;
  process.on("exit", () => {
    for (const child of running) child.kill("SIGKILL");
  });
  for (const [signal, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const) {
    process.once(signal, () => process.exit(128 + number));
  }
}

export class TestServer {
  private child: ChildProcess | undefined;

  constructor(readonly plan: ServerPlan) {}

  get id(): number {
    return this.plan.id;
  }
  get clientPort(): number {
    return this.plan.clientPort;
  }
  get adminPort(): number | null {
    return this.plan.adminPort;
  }
  get dataDir(): string {
    return this.plan.dataDir;
  }
  /** host:port of the client port. */
  get address(): string {
    return `127.0.0.1:${this.plan.clientPort}`;
  }
  /** Of the running process, or null. */
  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  /** Starts the process; returns before it serves. */
  launch(): void {
    if (this.child !== undefined) throw new Error(`server ${this.id} runs already`);
    guard();
    const log = openSync(join(this.plan.directory, "server.log"), "a");
    const child = spawn("java", [...this.plan.arguments], {
      cwd: this.plan.directory,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    running.add(child);
    this.child = child;
    const gone = () => {
      running.delete(child);
      if (this.child === child) this.child = undefined;
    };
    child.once("exit", gone);
    child.once("error", gone);
  }

  /** Starts it and waits until it serves; the ensemble must have a quorum with it. */
  async start(deadlineMs = 60_000): Promise<void> {
    this.launch();
    await this.untilServing(deadlineMs);
  }

  /** Waits until it answers `srvr` with its mode; rejects with the end of its log. */
  async untilServing(deadlineMs = 60_000): Promise<void> {
    let dead = false;
    const serving = async () => {
      if (this.child === undefined) {
        dead = true;
        return true;
      }
      const text = await fourLetterWord("127.0.0.1", this.clientPort, "srvr", { timeoutMs: 2_000 });
      return text.includes("Mode: ");
    };
    try {
      await waitFor(`server ${this.id} serves on port ${this.clientPort}`, deadlineMs, serving);
    } catch (error) {
      throw new Error(`${String(error)}\n${this.logTail()}`);
    }
    if (dead) throw new Error(`server ${this.id} ended before it served\n${this.logTail()}`);
  }

  /** Its mode as `srvr` says: leader, follower, observer, standalone. */
  async mode(): Promise<string> {
    const text = await fourLetterWord("127.0.0.1", this.clientPort, "srvr");
    return /^Mode: (.*)$/m.exec(text)?.[1] ?? "";
  }

  /** Sends a signal; for the ones that end a process, waits until it has ended. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    if (signal === "SIGKILL") await ended;
  }

  /** Politely, after five seconds hard; waits until it has ended. Works on a process stopped with SIGSTOP too. */
  async stop(): Promise<void> {
    const child = this.child;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGCONT");
    child.kill("SIGTERM");
    const hard = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(hard);
  }

  /** Last lines of what it printed. */
  logTail(lines = 40): string {
    try {
      return readFileSync(join(this.plan.directory, "server.log"), "utf8")
        .split("\n")
        .slice(-lines)
        .join("\n");
    } catch {
      return "(no log)";
    }
  }
}
