/** What the parts of the benchmark share: two ensembles, engines and load as processes of their own, and their memory. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { FeedKind } from "../../src/sync/feed/feed.js";
import type { SideSpec, SyncSpec } from "../../src/sync/spec.js";
import { waitFor } from "../../test/harness/wait.js";
import { type EnsembleOptions, startEnsemble, type TestEnsemble } from "../../test/harness/zookeeper.js";

export const ROOT = "/w";
/** Keys that are written in turn. */
export const KEYS = 1_000;
export const DATA_BYTES = 100;
const DEADLINE_MS = 20 * 60_000;

export interface Sides {
  readonly a: TestEnsemble;
  readonly b: TestEnsemble;
  close(): Promise<void>;
}

/** Milliseconds of the monotonic clock: all processes of a machine read the same one. */
export function clockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Servers keep every transaction of the run in memory, so that an engine goes on by DIFF, and take no snapshot. */
export async function startSides(
  size: number,
  heapMb: number,
  more: Partial<EnsembleOptions> = {},
): Promise<Sides> {
  const options: EnsembleOptions = {
    size,
    settings: { snapCount: 10_000_000, ...(size === 1 ? {} : { tickTime: 2_000 }) },
    jvmOptions: [`-Xmx${heapMb}m`, "-Dzookeeper.commitLogCount=500000"],
  };
  const [a, b] = await Promise.all([startEnsemble({ ...options, ...more }), startEnsemble(options)]);
  return {
    a,
    b,
    close: async () => {
      await Promise.all([a.close(), b.close()]);
    },
  };
}

function side(name: string, { connectString }: TestEnsemble): SideSpec {
  const quorum = { servers: [], tls: null, sasl: null, observerId: 0x40000001n };
  return { name, connectString, auth: [], sasl: null, tls: null, sessionTimeoutMs: 10_000, quorum };
}

/** With the limits that a declaration has when it says nothing. */
export function specOf({ a, b }: Pick<Sides, "a" | "b">, name: string): SyncSpec {
  return {
    name,
    a: side("a", a),
    b: side("b", b),
    paths: [{ a: ROOT, b: ROOT, exclude: [] }],
    bidirectional: false,
    feed: "auto",
    watchTarget: true,
    conflicts: { strategy: "source-wins", alertPerMinute: 10 },
    ephemerals: "shadow",
    containers: "keep",
    unknownAcl: { action: "stop" },
    limits: {
      batchOperations: 100,
      batchBytes: 800_000,
      inFlight: 4,
      spoolMemoryBytes: 256 * 2 ** 20,
      spoolDiskBytes: 4096 * 2 ** 20,
      levelVersions: 100_000,
    },
    alertLagMs: 500,
  };
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A script of this benchmark as a process; what it prints on stdout is kept. */
export class Child {
  out = "";
  readonly ended: Promise<unknown>;
  private readonly child: ChildProcess;

  constructor(script: string, input: unknown) {
    const path = fileURLToPath(new URL(`./${script}`, import.meta.url));
    const text = JSON.stringify(input, (_, value: unknown) =>
      typeof value === "bigint" ? { $bigint: value.toString() } : value,
    );
    this.child = spawn(process.execPath, ["--expose-gc", path], {
      env: { ...process.env, FERRY_BENCH_INPUT: text },
      stdio: ["ignore", "pipe", "inherit"],
    });
    running.add(this.child);
    this.child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
      this.out += piece;
    });
    this.ended = once(this.child, "close").finally(() => running.delete(this.child));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async says(text: string): Promise<void> {
    await waitFor(`${text}\n${this.out}`, DEADLINE_MS, () => this.out.includes(text) || this.isOver);
    if (!this.out.includes(text)) throw new Error(`it ended without saying ${text}:\n${this.out}`);
  }

  async result<T>(): Promise<T> {
    await this.ended;
    const line = this.out.trim().split("\n").at(-1) ?? "";
    return JSON.parse(line) as T;
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (!this.isOver) this.child.kill(signal);
    await this.ended;
  }

  /** The most memory it ever had resident. */
  peakMiB(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
  }

  private get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

/** For the scripts. */
export function input<T>(): T {
  return JSON.parse(process.env["FERRY_BENCH_INPUT"] ?? "null", (_, value: unknown) => {
    const isBig = typeof value === "object" && value !== null && "$bigint" in value;
    return isBig ? BigInt(String(value.$bigint)) : revived(value);
  }) as T;
}

/** Buffers go as what JSON makes of them. */
function revived(value: unknown): unknown {
  const isBuffer = typeof value === "object" && value !== null && "type" in value && value.type === "Buffer";
  return isBuffer && "data" in value ? Buffer.from(value.data as number[]) : value;
}

/** An engine as `ferry sync run` makes it. */
export function startEngine(spec: SyncSpec, feed: FeedKind = "observer"): Child {
  return new Child("engine-child.js", { spec, feed });
}

export interface LoadRequest {
  readonly connectString: string;
  /** Updates a second; null: as many as the servers take. */
  readonly rate: number | null;
  readonly seconds: number | null;
  readonly updates: number | null;
  /** Tells its updates from those of other loads: it is in their data. Default 0. */
  readonly run?: number;
  /** Keep the times of each update and give them in the result. */
  readonly stamps?: boolean;
}

export interface LoadResult {
  readonly updates: number;
  readonly perSecond: number;
  /** By clockMs, in the order of sending; doubles as base64. Null unless they were asked for. */
  readonly sent: string | null;
  readonly acknowledged: string | null;
}

/** Where a load's data say which update they are. */
export const RUN_AT = 0;
export const INDEX_AT = 4;

/** Updates of all keys in turn. */
export function startLoad(ensemble: TestEnsemble, how: Omit<LoadRequest, "connectString">): Child {
  return new Child("load-child.js", { connectString: ensemble.connectString, ...how });
}

export function quantiles(values: number[]): { p50: number; p99: number; max: number } | null {
  if (values.length === 0) return null;
  values.sort((one, other) => one - other);
  const at = (share: number) =>
    rounded(values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
