/**
 * The engine of the migration's synchronisation that runs in this process. Others may run elsewhere (`ferry sync run`): one is
 * active, and what it says is told here whoever it is. It never ends the synchronisation but when asked to.
 */
import { controlPaths } from "../../sync/control/layout.js";
import { readFolder, readProgress, readStatus } from "../../sync/control/read-records.js";
import type { DirectionStatus, ShadowRecord, SyncStatus } from "../../sync/control/records.js";
import { removeRecords } from "../../sync/control/remove-records.js";
import { SyncEngine } from "../../sync/engine/engine.js";
import { engineDependencies } from "../../sync/engine-dependencies.js";
import { prepareSync } from "../../sync/prepare-sync.js";
import { type Direction, directionsOf, type SyncSpec, targetOf } from "../../sync/spec.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { SideName } from "../model/spec.js";
import { clearStale } from "./clear-stale.js";
import { levelFirst } from "./level-first.js";
import { turned, turnedStatus } from "./orientation.js";

export interface SyncSeen {
  /** Of the engine in this process; `none`: there is none. */
  readonly role: "none" | "standby" | "active" | "stopped";
  /** Both directions bring over what happens as it happens. */
  readonly live: boolean;
  /** Nothing waits to be brought over. */
  readonly level: boolean;
  /** Milliseconds, the slower direction's 99th percentile over the last ten seconds; null when nothing was to be brought over. */
  readonly lagMs: number | null;
  /** Since the active engine began. */
  readonly conflicts: number;
  /** Znodes that wait for a person to decide. */
  readonly held: number;
  /** Why a direction stands still and needs a person; empty otherwise. */
  readonly problem: string;
  /** By the clock of the engine that is active; null when none has said anything. */
  readonly writtenMs: number | null;
  readonly status: SyncStatus | null;
}

/** A status that is older says nothing about now: engines write two a second. */
const STALE_MS = 3_000;

export class HostedSync {
  private engine: SyncEngine | null = null;
  private starting: Promise<void> | null = null;
  /** Why the engine has ended by itself. */
  private failure = "";

  /** @param spec with the side `origin` of the platform as its source */
  constructor(
    readonly spec: SyncSpec,
    readonly origin: SideName,
    private readonly client: (side: SideName) => Promise<ZooKeeperClient>,
    private readonly now: () => number,
    private readonly log: (text: string) => void,
  ) {}

  /**
   * Does nothing when there is an engine here already. `wait`: a side that does not answer is waited for by the engine. Rejects with
   * DiagnosticError `zookeeper` when a side refuses for good.
   */
  async start(signal: AbortSignal, { wait }: { readonly wait: boolean }): Promise<void> {
    this.starting ??= this.begin(signal, !wait).finally(() => {
      this.starting = null;
    });
    await this.starting;
  }

  private async begin(signal: AbortSignal, mustAnswer: boolean): Promise<void> {
    if (this.engine !== null && this.engine.role !== "stopped") return;
    const { spec, log } = this;
    const address = `Sync/${spec.name}`;
    const { feeds } = await prepareSync({ address, spec, mustAnswer, signal, log });
    const choices = { feeds, log, acceptDeletions: false, fromSnapshot: false };
    const engine = new SyncEngine(spec, engineDependencies(choices));
    this.failure = "";
    engine.done.catch((error: unknown) => {
      this.failure = error instanceof Error ? error.message : String(error);
      log(`the engine of ${spec.name} cannot go on: ${this.failure}`);
    });
    this.engine = engine;
  }

  /** Rejects with ZooKeeperError when it must ask the znodes and cannot. */
  async seen(): Promise<SyncSeen> {
    const { engine, failure } = this;
    const role = engine?.role ?? "none";
    const status =
      engine?.role === "active"
        ? engine.status()
        : await readStatus(await this.on("b"), controlPaths(this.spec.name));
    const own = status === null ? null : turnedStatus(status, this.origin);
    return seenOf(role, own, this.now(), failure);
  }

  /** Whether both directions have a checkpoint to go on from: what either side has is accounted for. */
  async canGoOn(): Promise<boolean> {
    const copied = await Promise.all(directionsOf(this.spec).map((direction) => this.hasCopied(direction)));
    return copied.every((each) => each);
  }

  private async hasCopied(direction: Direction): Promise<boolean> {
    const client = await this.on(targetOf(direction));
    const checkpoint = await readProgress(client, controlPaths(this.spec.name), direction);
    return checkpoint !== null && checkpoint.zxid !== "";
  }

  /**
   * Makes the other side as the origin is, in one direction, as long as both have not counted yet. To be called before the first start where
   * the other side may hold what is out of date; `acceptDeletions` when that is known. Rejects as levelFirst.
   */
  async copyFirst(
    signal: AbortSignal,
    { acceptDeletions }: { readonly acceptDeletions: boolean },
  ): Promise<void> {
    if (await this.canGoOn()) return;
    await this.stop();
    const [source, target] = await Promise.all([this.on("a"), this.on("b")]);
    const { spec, log } = this;
    const address = `Sync/${spec.name}`;
    const { feeds } = await prepareSync({ address, spec, mustAnswer: true, signal, log });
    const cleared = acceptDeletions ? await clearStale({ source, target, rules: spec.paths, signal }) : 0;
    if (cleared > 0) log(`${spec.name}: ${cleared} znodes that were made anew since are cleared`);
    const choices = { feeds, log, acceptDeletions, fromSnapshot: false };
    await levelFirst(spec, engineDependencies(choices), signal);
  }

  /** A session with a side of the synchronisation. */
  private on(side: SideName): Promise<ZooKeeperClient> {
    return this.client(turned(this.origin, side));
  }

  /** Everything this engine had received is on both sides; at once when another one is active. */
  async idle(): Promise<void> {
    if (this.engine?.role === "active") await this.engine.idle();
  }

  /** In good order: another engine may take over at once. Never rejects. */
  async stop(): Promise<void> {
    const { engine } = this;
    this.engine = null;
    await engine?.stop().catch(() => {});
  }

  /**
   * Forgets everything that was kept of it, on both sides, with the shadows: nobody would take them away any more, and where both sides are
   * synchronised once more they would count as candidates that never leave. Only once no engine runs any more. Rejects with ZooKeeperError.
   */
  async forget(): Promise<void> {
    const paths = controlPaths(this.spec.name);
    for (const direction of directionsOf(this.spec)) {
      const client = await this.on(targetOf(direction));
      const { records } = await readFolder<ShadowRecord>(client, paths.shadows(direction));
      for (const { path } of records) await removeShadow(client, path);
    }
    for (const side of ["a", "b"] as const) await removeRecords(await this.on(side), paths);
  }
}

/** Unless it is a session's own by now, or somebody has made something below it. */
async function removeShadow(client: ZooKeeperClient, path: string): Promise<void> {
  const stat = await client.exists(path);
  if (stat === null || stat.ephemeralOwner !== 0n) return;
  try {
    await client.delete(path, stat.version);
  } catch (error) {
    if (!isZooKeeperError(error, "NO_NODE", "BAD_VERSION", "NOT_EMPTY")) throw error;
  }
}

function seenOf(role: SyncSeen["role"], status: SyncStatus | null, nowMs: number, failure: string): SyncSeen {
  const fresh = status !== null && nowMs - status.writtenMs <= STALE_MS;
  const directions = fresh ? status.directions : [];
  const problems = directions.flatMap(({ direction, problem }) =>
    problem === null ? [] : [`${direction}: ${problem.text}. ${problem.remedy}`],
  );
  const sum = (of: (direction: DirectionStatus) => number) =>
    directions.reduce((total, direction) => total + of(direction), 0);
  const lags = directions.flatMap(({ lagMs }) => (lagMs === null ? [] : [lagMs.p99]));
  return {
    role,
    live: directions.length === 2 && directions.every(({ state }) => state === "live"),
    level: directions.length === 2 && sum(({ backlog }) => backlog) === 0,
    lagMs: lags.length === 0 ? null : Math.max(...lags),
    conflicts: sum(({ totals }) => totals.conflicts),
    held: sum(({ held }) => held),
    problem: [...problems, ...(failure === "" ? [] : [failure])].join(" "),
    writtenMs: status?.writtenMs ?? null,
    status,
  };
}
