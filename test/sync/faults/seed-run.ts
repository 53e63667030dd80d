/**
 * One run: an engine between two sides, writers, the faults of the plan, and afterwards all the comparisons. It uses a
 * subtree and a synchronisation of its own, so that runs can follow each other on the same ensembles.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Direction, directionsOf, type Side, type SyncSpec, sourceOf } from "../../../src/sync/spec.js";
import { openReader } from "../../../src/sync/verify/open-reader.js";
import { Workload } from "../../harness/workload.js";
import { specOf } from "../sync-world.js";
import { EngineCrew } from "./engine-crew.js";
import { type Area, differences } from "./equality.js";
import { type Evidence, findingsIn, type Stream } from "./evidence.js";
import { Injector } from "./injector.js";
import type { Plan } from "./plan.js";
import type { Station } from "./station.js";
import { traceOf } from "./trace.js";
import { Writer } from "./writer.js";

/** Breaches that are known count as well. */
const LEVEL_MS = 90_000;
const FIRST_COPY_MS = 60_000;

export interface RunResult {
  /** Empty: all is well. */
  readonly faults: readonly string[];
  /** What was done to it, with times. */
  readonly notes: readonly string[];
  /** What the engines said. */
  readonly log: string;
  /** Changes on the sources that were followed. */
  readonly changes: number;
  /** Directions for which only the looser rule could be held. */
  readonly merged: number;
  /** Breaches of rules that are known not to be kept; see evidence.ts. */
  readonly known: number;
}

export type Stations = Readonly<Record<Side, Station>>;

/** Never rejects: what goes wrong is a fault. */
export async function runSeed(plan: Plan, stations: Stations): Promise<RunResult> {
  const run = new SeedRun(plan, stations);
  try {
    return await run.play();
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const faults = [text, ...(await run.trace(text).catch(() => []))];
    return { faults, notes: run.notes, log: run.log, changes: 0, merged: 0, known: 0 };
  } finally {
    await run.close();
  }
}

class SeedRun {
  private readonly name: string;
  private readonly root: string;
  private readonly spec: SyncSpec;
  private readonly crew: EngineCrew;
  private readonly injector: Injector;
  private readonly writers: Readonly<Record<Side, Writer>>;
  private readonly workloads: readonly Workload[];
  /** Newest zxids before the run. */
  private since: Readonly<Record<Side, bigint>> = { a: 0n, b: 0n };

  constructor(
    private readonly plan: Plan,
    private readonly stations: Stations,
  ) {
    const { seed, bidirectional, strategy } = plan;
    this.name = `seed${seed}`;
    this.root = `/${this.name}`;
    this.spec = specOf(stations.a.linked, stations.b.linked, {
      name: this.name,
      paths: [{ a: this.root, b: this.root, exclude: [] }],
      bidirectional,
      conflicts: { strategy, alertPerMinute: 1_000_000 },
    });
    this.crew = new EngineCrew(this.spec);
    const writer = (side: Side) => new Writer(plan.writers[side], stations[side].ensemble.connectString);
    this.writers = { a: writer("a"), b: writer("b") };
    this.workloads = this.newWorkloads();
    const nudge = () => this.writers.a.create(`${this.ownRoot("a-to-b")}/nudge-`, null, SEQUENTIAL);
    this.injector = new Injector({ stations, crew: this.crew, nudge });
  }

  get notes(): readonly string[] {
    return this.injector.notes;
  }

  get log(): string {
    return this.crew.log;
  }

  async play(): Promise<RunResult> {
    const { stations, plan, crew } = this;
    this.since = { a: await stations.a.zxid(), b: await stations.b.zxid() };
    await this.begin();
    await Promise.all([this.write(), this.injector.play(plan.faults)]);
    if (plan.leave) await Promise.all([this.writers.a.leave(), this.writers.b.leave()]);
    await this.marked();
    const unequal = await this.untilEqual();
    const log = crew.log;
    const streams = this.streams();
    await crew.close();
    const evidence = await this.evidence(streams);
    const { transactions } = evidence;
    const { faults: found, known } = findingsIn(evidence);
    const faults = [...unequal, ...found];
    faults.push(...traces(faults, evidence));
    const changes = streams.reduce((sum, stream) => {
      return sum + changesBelow(stream, transactions[sourceOf(stream.direction)]);
    }, 0);
    if (changes < 20) faults.push(`only ${changes} changes were made: that proves nothing`);
    const merged = streams.filter((stream) => stream.merged).length;
    return { faults, notes: this.notes, log, changes, merged, known: known.length };
  }

  /** What the logs say about the paths that a text names. */
  async trace(text: string): Promise<string[]> {
    return traces([text], await this.evidence(this.streams()));
  }

  private async evidence(streams: readonly Stream[]): Promise<Evidence> {
    const { name, root, stations, since, plan } = this;
    const transactions = {
      a: await stations.a.committedSince(since.a),
      b: await stations.b.committedSince(since.b),
    };
    const writers = { a: this.writers.a.sessions, b: this.writers.b.sessions };
    const shared = plan.bidirectional ? `${root}/both` : null;
    const admitted = this.crew.log.includes("alert merged");
    return { name, root, transactions, writers, streams, shared, admitted };
  }

  async close(): Promise<void> {
    await this.crew.close();
    await Promise.all([this.writers.a.leave(), this.writers.b.leave()]);
  }

  private newWorkloads(): Workload[] {
    const { seed, writers, bidirectional } = this.plan;
    const of = (side: Side, root: string, number: number, isShared: boolean) =>
      new Workload({
        client: this.writers[side],
        root,
        seed: seed * 4 + number,
        extended: !isShared && writers[side] === "own",
        ephemerals: !isShared,
        names: isShared ? 4 : 12,
        numbered: true,
      });
    if (!bidirectional) return [of("a", this.root, 0, false)];
    return [
      of("a", this.ownRoot("a-to-b"), 0, false),
      of("b", this.ownRoot("b-to-a"), 1, false),
      of("a", `${this.root}/both`, 2, true),
      of("b", `${this.root}/both`, 3, true),
    ];
  }

  private ownRoot(direction: Direction): string {
    return this.plan.bidirectional ? `${this.root}/${sourceOf(direction)}` : this.root;
  }

  /** First writes, and an engine that follows; in late runs it finds them all made. */
  private async begin(): Promise<void> {
    const { plan, crew, root } = this;
    await this.writers.a.create(root, null);
    if (plan.late) {
      if (plan.bidirectional) await this.writers.b.create(root, null);
      await this.prepare();
      await Promise.all(this.workloads.map((workload) => workload.run(plan.perRound * 2, 8)));
      crew.start();
      return;
    }
    crew.start();
    await this.until("the first copy is done", FIRST_COPY_MS, async () =>
      directionsOf(this.spec).every((direction) => crew.copies(direction) > 0),
    );
    await this.prepare();
  }

  private async prepare(): Promise<void> {
    // What both write to is made by one of them alone.
    for (const workload of this.workloads.slice(0, 3)) await workload.prepare();
  }

  private async write(): Promise<void> {
    const { rounds, roundMs, perRound, bidirectional } = this.plan;
    for (let round = 0; round < rounds; round++) {
      const pause = sleep(roundMs);
      const shares = this.workloads.map((_, at) => (at > 1 ? Math.ceil(perRound / 6) : perRound));
      await Promise.all(
        this.workloads.map((workload, at) => workload.run(shares[at] ?? 0, bidirectional ? 4 : 8)),
      );
      await pause;
    }
  }

  /** Something written last on each source is on the other side. */
  private async marked(): Promise<void> {
    const { a, b } = this.stations;
    for (const direction of directionsOf(this.spec)) {
      const path = `${this.ownRoot(direction)}/marker`;
      await this.until(`${path} is made`, LEVEL_MS, () => this.mark(sourceOf(direction), path));
      const reader = await openReader("own", (direction === "a-to-b" ? b : a).direct);
      try {
        await this.until(
          `${path} is on the other side`,
          LEVEL_MS,
          async () => (await reader.read(path)) !== null,
        );
      } finally {
        await reader.close();
      }
    }
  }

  private async mark(side: Side, path: string): Promise<boolean> {
    try {
      await this.writers[side].create(path, null);
      return true;
    } catch (error) {
      return String(error).includes("NODE_EXISTS");
    }
  }

  /** In one direction they must be equal at once; where both sides met, as soon as that is settled. */
  private async untilEqual(): Promise<string[]> {
    const { spec, stations, plan } = this;
    const direct = { a: stations.a.direct, b: stations.b.direct };
    let last: string[] = [];
    const compared = async () => {
      last = await differences(spec, direct, this.areas());
      return last.length === 0;
    };
    if (plan.bidirectional) await this.until("both sides are equal", LEVEL_MS, compared).catch(() => {});
    else await compared();
    return last;
  }

  private areas(): Area[] {
    const { root, plan, spec } = this;
    const directions = directionsOf(spec);
    const isMerged = directions.some((direction) => this.isMerged(direction));
    if (!plan.bidirectional) return [{ root, fields: isMerged ? "exact" : "all", exclude: [] }];
    const own = directions.map((direction): Area => {
      return { root: this.ownRoot(direction), fields: isMerged ? "content" : "all", exclude: [] };
    });
    return [...own, { root: `${root}/both`, fields: "content", exclude: [] }];
  }

  private isMerged(direction: Direction): boolean {
    return this.plan.late || this.crew.copies(direction) > 1;
  }

  private streams(): Stream[] {
    return directionsOf(this.spec).map((direction) => ({
      direction,
      root: this.ownRoot(direction),
      merged: this.isMerged(direction),
    }));
  }

  /** Rejects at once when a direction has stopped for good. */
  private async until(reason: string, deadlineMs: number, condition: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + deadlineMs;
    while (!(await condition())) {
      const { stoppedFor } = this.crew;
      if (stoppedFor !== null) throw new Error(`${reason}: never, because ${stoppedFor}`);
      if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${reason}`);
      await sleep(25);
    }
  }
}

const MOST_TRACES = 4;

/** What happened to the first paths that faults name. */
function traces(faults: readonly string[], evidence: Evidence): string[] {
  const named = faults.flatMap((fault) => fault.match(/\/seed\d+[^\s:]*/g) ?? []);
  return [...new Set(named)]
    .slice(0, MOST_TRACES)
    .flatMap((path) => traceOf(path, evidence).map((line) => `${path}: ${line}`));
}

const SEQUENTIAL = { mode: "persistent-sequential" } as const;

function changesBelow({ root }: Stream, transactions: Evidence["transactions"]["a"]): number {
  return transactions.reduce((sum, { body }) => {
    if (body.kind !== "changes") return sum;
    return sum + body.changes.filter(({ path }) => path.startsWith(`${root}/`)).length;
  }, 0);
}
