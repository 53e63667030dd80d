/**
 * A master, agents and frameworks of the sandbox as processes of their own, beside one real ZooKeeper, on loopback addresses of
 * their own. It kills what it has started, and nothing else.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { request } from "undici";
import type { JsonObject } from "../../../src/value/json.js";
import { startEnsemble, type TestEnsemble } from "../../harness/zookeeper.js";

const ENTRIES = {
  master: "mesos/master/main.js",
  agent: "mesos/agent/main.js",
  marathon: "marathon/main.js",
  batch: "batch/main.js",
} as const;

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: JsonObject;
}

export class ProcessLab {
  private readonly children: ChildProcess[] = [];
  private readonly texts = new Map<ChildProcess, string>();
  private readonly net = `127.${30 + (process.pid % 200)}.${1 + Math.floor(Math.random() * 250)}`;

  /** A test that is cut short leaves nothing running either. */
  private readonly killAll = () => {
    for (const child of this.children) if (child.exitCode === null) child.kill("SIGKILL");
  };

  private constructor(
    private readonly folder: string,
    readonly ensemble: TestEnsemble,
  ) {
    process.once("exit", this.killAll);
  }

  static async start(): Promise<ProcessLab> {
    const folder = await mkdtemp(join(tmpdir(), "ferry-marathon-"));
    return new ProcessLab(folder, await startEnsemble({ size: 1, settings: { tickTime: 500 } }));
  }

  ip(last: number): string {
    return `${this.net}.${last}`;
  }

  get masters(): string {
    return `zk://${this.ensemble.connectString}/mesos`;
  }

  master(last: number): ChildProcess {
    const work = `--work_dir=${this.folder}/master${last}`;
    const flags = [
      `--zk=${this.masters}`,
      "--quorum=1",
      `--ip=${this.ip(last)}`,
      work,
      "--agent_reregister_timeout=10mins",
    ];
    return this.spawn("master", flags, { MESOS_ZK_SESSION_TIMEOUT: "2secs" });
  }

  agent(last: number): ChildProcess {
    return this.spawn("agent", [
      `--master=${this.masters}`,
      `--ip=${this.ip(last)}`,
      `--hostname=${this.ip(last)}`,
      `--work_dir=${this.folder}/agent${last}`,
      "--registration_backoff_factor=100ms",
    ]);
  }

  marathon(last: number): ChildProcess {
    const zk = `zk://${this.ensemble.connectString}/marathon`;
    const listen = ["--http_address", this.ip(last), "--hostname", this.ip(last), "--http_port", "8080"];
    const quick = ["--zk_session_timeout", "2000", "--min_revive_offers_interval", "200"];
    return this.spawn("marathon", ["--master", this.masters, "--zk", zk, ...listen, ...quick]);
  }

  batch(last: number, flags: readonly string[]): ChildProcess {
    const zk = `zk://${this.ensemble.connectString}/batch`;
    const listen = [`--http_address=${this.ip(last)}`, "--http_port=4400"];
    return this.spawn("batch", [`--master=${this.masters}`, `--zk=${zk}`, ...listen, ...flags]);
  }

  /** Resolves with its exit status when it has ended, by itself or by the signal. */
  async end(child: ChildProcess, signal?: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      if (signal !== undefined) child.kill(signal);
      await ended;
    }
    return child.exitCode;
  }

  /** What a process has written to stderr. */
  text(child: ChildProcess): string {
    return this.texts.get(child) ?? "";
  }

  async close(): Promise<void> {
    process.off("exit", this.killAll);
    for (const child of this.children) await this.end(child, "SIGKILL");
    await this.ensemble.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private spawn(kind: keyof typeof ENTRIES, flags: readonly string[], env: Record<string, string> = {}) {
    const entry = fileURLToPath(new URL(`../../../src/sandbox/${ENTRIES[kind]}`, import.meta.url));
    const child = spawn(process.execPath, [entry, ...flags], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...env },
    });
    child.stderr?.on("data", (chunk: Buffer) =>
      this.texts.set(child, this.text(child) + chunk.toString("utf8")),
    );
    this.children.push(child);
    return child;
  }
}

/** One request with a JSON body, if any; an answer that is no JSON has an empty body here. */
export async function ask(
  url: string,
  method: "GET" | "POST" | "PUT" | "DELETE" = "GET",
  body?: object,
): Promise<Got> {
  const answer = await request(url, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.body.text();
  const isJson = String(answer.headers["content-type"]).includes("json") && text !== "";
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: isJson ? (JSON.parse(text) as JsonObject) : {},
  };
}
