/**
 * Walks two trees in step and tells how they differ, as it is found. What is held at a time is bounded by the width of single
 * znodes, not by the size of the trees. It writes nothing; the readers are the caller's.
 */
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { PathMap } from "../paths/path-map.js";
import type { Side } from "../spec.js";
import { type CompareRules, compare, type DifferenceField, type Finding, type Pair } from "./compare.js";
import { Frontier } from "./frontier.js";
import { ReadWindow } from "./read-window.js";
import { type Confirmation, judge, type Suspect, Suspects } from "./suspects.js";
import type { NodeReading, TreeReader } from "./tree-reader.js";

export interface Difference {
  /** On side a, whether or not it is there. */
  readonly path: string;
  readonly pathB: string;
  readonly field: DifferenceField;
  /** An informative one does not make the znode a differing one. */
  readonly weight: "exact" | "informative";
  /** As people read it, cut when long; null where there is no znode. */
  readonly a: string | null;
  readonly b: string | null;
}

/** `NO_AUTH`: nothing below it was seen either. `ACL_MASKED`: the server hides the digests of its ACL. */
export type UnreadableReason = "NO_AUTH" | "ACL_MASKED";

export type WalkEvent =
  | { readonly kind: "difference"; readonly difference: Difference }
  | {
      readonly kind: "moving";
      readonly path: string;
      readonly pathB: string;
      readonly fields: readonly DifferenceField[];
    }
  | {
      readonly kind: "unreadable";
      readonly path: string;
      readonly pathB: string;
      readonly side: Side;
      readonly reason: UnreadableReason;
    }
  /** The root of a rule is on neither side. */
  | { readonly kind: "absent"; readonly path: string; readonly pathB: string };

/** Each znode that is on a side counts in `nodes`, and in exactly one of equal, differing, moving, unreadable and skipped. */
export interface WalkCounts {
  nodes: number;
  equal: number;
  differing: number;
  /** Differed each time it was read, but never stood still. */
  moving: number;
  unreadable: number;
  /** Ephemeral znodes that have nothing on the other side on purpose. */
  skipped: number;
  /** Persistent stand-ins of ephemeral znodes; they are among the others too. */
  shadows: number;
}

export interface WalkProgress {
  readonly nodes: number;
  /** Over the time since the last call. */
  readonly perSecond: number;
  /** Pairs waiting to be read again. */
  readonly suspects: number;
}

export interface WalkOptions {
  readonly map: PathMap;
  readonly a: TreeReader;
  readonly b: TreeReader;
  readonly rules: CompareRules;
  readonly confirmation: Confirmation;
  /** Pairs of znodes read at the same time at most. */
  readonly inFlight: number;
  /** About once a second. */
  readonly onProgress?: (progress: WalkProgress) => void;
  readonly signal?: AbortSignal;
}

/** Events that wait for the caller before the walk pauses. */
const MOST_READY = 1_000;
/** Pairs that wait for another reading before the walk pauses. */
const MOST_SUSPECTS = 10_000;
const PROGRESS_MS = 1_000;

type Seen = NodeReading | null | "NO_AUTH";

export class Walk {
  readonly counts: WalkCounts = {
    nodes: 0,
    equal: 0,
    differing: 0,
    moving: 0,
    unreadable: 0,
    skipped: 0,
    shadows: 0,
  };
  private readonly frontier: Frontier;
  private readonly window: ReadWindow;
  private readonly suspects = new Suspects();
  private ready: WalkEvent[] = [];
  private active = 0;
  private failure: { readonly error: unknown } | null = null;
  private ended = false;
  private timer: NodeJS.Timeout | undefined;
  private wake: () => void = () => {};
  private told = { atMs: performance.now(), nodes: 0 };

  constructor(private readonly options: WalkOptions) {
    this.frontier = new Frontier(options.map);
    this.window = new ReadWindow(options.inFlight);
  }

  /**
   * Once only. Ends when everything has been compared. Throws the signal's reason, or the ZooKeeperError of a reading that
   * is no answer (a side that cannot be reached any more).
   */
  async *events(): AsyncGenerator<WalkEvent, void, void> {
    const { signal } = this.options;
    const onAbort = () => this.fail(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      signal?.throwIfAborted();
      for (;;) {
        this.pump();
        const batch = this.ready;
        this.ready = [];
        yield* batch;
        if (this.failure !== null) throw this.failure.error;
        if (this.finished && this.ready.length === 0) return;
        if (this.ready.length === 0) await this.news();
      }
    } finally {
      this.ended = true;
      clearTimeout(this.timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  private get finished(): boolean {
    return this.active === 0 && this.frontier.empty && this.suspects.size === 0;
  }

  private news(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    this.wake();
  }

  /** Starts as many readings as may be under way. Suspects first: they have waited. */
  private pump(): void {
    clearTimeout(this.timer);
    while (!this.ended && this.failure === null && this.active < this.window.size) {
      if (this.ready.length >= MOST_READY) return;
      const suspect = this.suspects.takeDue(performance.now());
      const pair = suspect?.pair ?? (this.suspects.size < MOST_SUSPECTS ? this.frontier.next() : undefined);
      if (pair === undefined) break;
      this.visit(pair, suspect);
    }
    this.pumpWhenDue();
    if (this.finished) this.wake();
  }

  private pumpWhenDue(): void {
    const due = this.suspects.nextDueMs;
    if (this.ended || due === null || this.active >= this.window.size) return;
    this.timer = setTimeout(() => this.pump(), Math.max(1, Math.ceil(due - performance.now())));
  }

  private visit(pair: Pair, suspect: Suspect | null): void {
    this.active++;
    const fresh = suspect !== null;
    const { a, b } = this.options;
    Promise.all([see(a, pair.pathA, fresh), see(b, pair.pathB, fresh)])
      .then(([seenA, seenB]) => this.take(pair, suspect, seenA, seenB))
      .then(
        () => {
          this.active--;
          this.pump();
        },
        (error: unknown) => this.fail(error),
      );
  }

  private take(pair: Pair, suspect: Suspect | null, a: Seen, b: Seen): void {
    if (this.ended) return;
    this.window.note(dataBytes(a) + dataBytes(b), childrenOf(a).length + childrenOf(b).length);
    if (suspect === null) this.discover(pair, a, b);
    if (a === null && b === null) return; // gone since its name was read
    if (a === "NO_AUTH" || b === "NO_AUTH") this.takeUnreadable(pair, suspect, a, b);
    else this.takeReadable(pair, suspect, a, b);
    this.tellProgress();
  }

  /** What is below on one side only is missing, but each znode of it is named. */
  private discover(pair: Pair, a: Seen, b: Seen): void {
    if (a === null && b === null) {
      const { rules } = this.options.map;
      if (rules.some((rule) => rule.a === pair.pathA)) this.tell({ kind: "absent", ...pathsOf(pair) });
      return;
    }
    // Without the children of one side, those of the other would all seem to be missing.
    if (a !== "NO_AUTH" && b !== "NO_AUTH") this.frontier.add(pair, childrenOf(a), childrenOf(b));
  }

  private takeUnreadable(pair: Pair, suspect: Suspect | null, a: Seen, b: Seen): void {
    const missing: DifferenceField | null = a === null ? "missing-on-a" : b === null ? "missing-on-b" : null;
    const shown = "a znode that may not be read";
    const findings: Finding[] =
      missing === null
        ? []
        : [{ field: missing, weight: "exact", a: a && shown, b: b && shown, stamp: "unreadable" }];
    const settled = this.settle(pair, suspect, findings);
    if (settled === null) return;
    if (settled !== "equal") {
      this.count(settled);
      return;
    }
    this.count("unreadable");
    const side = a === "NO_AUTH" ? "a" : "b";
    this.tell({ kind: "unreadable", ...pathsOf(pair), side, reason: "NO_AUTH" });
  }

  private takeReadable(
    pair: Pair,
    suspect: Suspect | null,
    a: NodeReading | null,
    b: NodeReading | null,
  ): void {
    const { findings, shadow, skipped, masked } = compare(pair, a, b, this.options.rules);
    const settled = this.settle(pair, suspect, findings);
    if (settled === null) return;
    if (shadow) this.counts.shadows++;
    if (skipped) this.count("skipped");
    else if (settled !== "equal" || masked === null) this.count(settled);
    else {
      this.count("unreadable");
      this.tell({ kind: "unreadable", ...pathsOf(pair), side: masked, reason: "ACL_MASKED" });
    }
  }

  /** Null when it is too early to tell. */
  private settle(
    pair: Pair,
    suspect: Suspect | null,
    findings: readonly Finding[],
  ): "equal" | "differing" | "moving" | null {
    if (findings.length === 0) return "equal";
    const verdict = judge(pair, findings, suspect, this.options.confirmation, performance.now());
    if (verdict.kind === "suspect") {
      this.suspects.add(verdict.suspect);
      return null;
    }
    for (const { field, weight, a, b } of verdict.confirmed) {
      this.tell({ kind: "difference", difference: { ...pathsOf(pair), field, weight, a, b } });
    }
    const moving = verdict.moving.filter(({ weight }) => weight === "exact");
    if (moving.length > 0) {
      this.tell({ kind: "moving", ...pathsOf(pair), fields: moving.map(({ field }) => field) });
    }
    if (verdict.confirmed.some(({ weight }) => weight === "exact")) return "differing";
    return moving.length > 0 ? "moving" : "equal";
  }

  private count(as: "equal" | "differing" | "moving" | "unreadable" | "skipped"): void {
    this.counts.nodes++;
    this.counts[as]++;
  }

  private tell(event: WalkEvent): void {
    this.ready.push(event);
    this.wake();
  }

  private tellProgress(): void {
    const now = performance.now();
    const sinceMs = now - this.told.atMs;
    if (sinceMs < PROGRESS_MS) return;
    const { nodes } = this.counts;
    const perSecond = Math.round(((nodes - this.told.nodes) * 1_000) / sinceMs);
    this.told = { atMs: now, nodes };
    this.options.onProgress?.({ nodes, perSecond, suspects: this.suspects.size });
  }
}

async function see(reader: TreeReader, path: string, fresh: boolean): Promise<Seen> {
  try {
    return await reader.read(path, fresh);
  } catch (error) {
    if (isZooKeeperError(error, "NO_AUTH")) return "NO_AUTH";
    throw error;
  }
}

function dataBytes(seen: Seen): number {
  return seen === null || seen === "NO_AUTH" ? 0 : (seen.data?.length ?? 0);
}

function childrenOf(seen: Seen): readonly string[] {
  return seen === null || seen === "NO_AUTH" ? [] : seen.children;
}

function pathsOf({ pathA, pathB }: Pair): { readonly path: string; readonly pathB: string } {
  return { path: pathA, pathB };
}
