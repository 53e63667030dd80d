/** Starts and kills engines as processes. They end with the test, whatever happens to it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { SyncSpec } from "../../src/sync/spec.js";

const CHILD = fileURLToPath(new URL("./engine-child.js", import.meta.url));

function replace(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? { $bigint: value.toString() } : value;
}

const running = new Set<ChildProcess>();

function guard(child: ChildProcess): void {
  if (!process.listeners("exit").includes(killAll)) process.on("exit", killAll);
  running.add(child);
  child.once("exit", () => running.delete(child));
}

function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

export class EngineProcess {
  log = "";
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  get pid(): number {
    return this.child.pid ?? 0;
  }

  constructor(spec: SyncSpec, fromSnapshot = false) {
    this.child = spawn(process.execPath, ["--enable-source-maps", CHILD], {
      env: {
        ...process.env,
        FERRY_TEST_SYNC: JSON.stringify(spec, replace),
        FERRY_TEST_FROM_SNAPSHOT: fromSnapshot ? "1" : "0",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.log += text;
      });
    }
    guard(this.child);
    this.ended = once(this.child, "exit");
  }

  /** Also SIGSTOP and SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.ended;
  }
}
