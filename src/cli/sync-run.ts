/** Carries out `ferry sync run`: one engine in this process, until it is told to end, is level (`--once`) or cannot go on. */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { counted } from "../render/sync/words.js";
import { controlPaths } from "../sync/control/layout.js";
import { readRecord } from "../sync/control/read-records.js";
import type { OwnerRecord, SyncStatus } from "../sync/control/records.js";
import { SyncEngine } from "../sync/engine/engine.js";
import { engineDependencies } from "../sync/engine-dependencies.js";
import { prepareSync } from "../sync/prepare-sync.js";
import { connectSide, refusal } from "../sync/side/connect-side.js";
import type { SyncSpec } from "../sync/spec.js";
import type { Json } from "../value/json.js";
import { isZooKeeperError } from "../zookeeper/zookeeper-error.js";
import { type Interrupts, listenForInterrupts } from "./interrupts.js";
import type { Reply } from "./reply.js";
import { SyncEvents } from "./sync-events.js";
import { type DeclaredSync, type SyncRequest, selectSync } from "./sync-selection.js";
import { stoppedDiagnostics } from "./sync-view.js";
import type { Terminal } from "./terminal.js";

export interface SyncRunRequest extends SyncRequest {
  readonly watch: boolean;
  readonly once: boolean;
  readonly fromSnapshot: boolean;
  readonly acceptDeletions: boolean;
}

/** Why a run ended. */
type Outcome =
  /** `--once`: live, and everything applied. */
  | { readonly kind: "level" }
  /** Asked to end. */
  | { readonly kind: "ended" }
  /** Asked to end at once: what was under way may or may not have arrived. */
  | { readonly kind: "cut-off" }
  | { readonly kind: "failed"; readonly diagnostics: readonly Diagnostic[] };

const LOOK_MS = 100;
/** Milliseconds without being active after which it is said who is. */
const STANDBY_MS = 3_000;
/** Milliseconds without being active after which `--once` gives up. */
const ONCE_STANDBY_MS = 20_000;

export async function runSync(request: SyncRunRequest, terminal: Terminal): Promise<Reply> {
  let redact = (text: string): string => text;
  const onSecrets = (taken: (text: string) => string): void => {
    redact = taken;
    request.onSecrets(taken);
  };
  const interrupts = listenForInterrupts(terminal);
  try {
    const { sync, diagnostics } = await selectSync({ ...request, onSecrets });
    const events = new SyncEvents(sync.name, terminal, redact, request.watch);
    const run = new SyncRun(request, sync, events, interrupts);
    try {
      const reply = await run.carryOut();
      return { ...reply, diagnostics: [...diagnostics, ...reply.diagnostics] };
    } finally {
      events.end();
    }
  } finally {
    interrupts.dispose();
  }
}

class SyncRun {
  private lastStatus: SyncStatus | null = null;
  private isOver = false;

  constructor(
    private readonly request: SyncRunRequest,
    private readonly sync: DeclaredSync,
    private readonly events: SyncEvents,
    private readonly interrupts: Interrupts,
  ) {}

  async carryOut(): Promise<Reply> {
    const { request, sync, events, interrupts } = this;
    const spec = await sync.resolve();
    const { feeds } = await prepareSync({
      address: sync.address,
      spec,
      mustAnswer: request.once,
      signal: interrupts.stop,
      log: events.log,
    });
    interrupts.announce("Ending in good order. Once more ends at once; that loses nothing either.");
    const { acceptDeletions, fromSnapshot } = request;
    const choices = { feeds, log: events.log, acceptDeletions, fromSnapshot };
    const engine = new SyncEngine(spec, engineDependencies(choices));
    const outcome = await this.follow(engine, spec);
    return this.reply(outcome);
  }

  /** Until there is an outcome; the engine has ended then, unless it was cut off. */
  private async follow(engine: SyncEngine, spec: SyncSpec): Promise<Outcome> {
    const { interrupts, sync } = this;
    const failed = engine.done.then(
      (): Outcome => ({ kind: "ended" }),
      (error: unknown): Outcome => failure(sync.address, error),
    );
    const stopped = whenAborted(interrupts.stop).then((): Outcome => ({ kind: "ended" }));
    const first = await Promise.race([failed, stopped, this.watchOver(engine, spec)]);
    this.isOver = true;
    this.see(engine);
    const cut = whenAborted(interrupts.abort).then((): Outcome => ({ kind: "cut-off" }));
    const ended = engine.stop().then(
      () => first,
      () => first, // it had failed already: that is the outcome
    );
    return Promise.race([ended, cut]);
  }

  /** Takes what an active engine says of itself. */
  private see(engine: SyncEngine): void {
    if (engine.role !== "active") return;
    this.lastStatus = engine.status();
    this.events.seen(this.lastStatus);
  }

  /** Looks after the engine: who else is active, and with `--once` whether there is an end. */
  private async watchOver(engine: SyncEngine, spec: SyncSpec): Promise<Outcome> {
    const { once } = this.request;
    let idleSince = performance.now();
    let told = false;
    while (!this.isOver) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (engine.role === "active") {
        idleSince = performance.now();
        told = false;
        this.see(engine);
        const outcome = once ? await this.onceOutcome(engine) : null;
        if (outcome !== null) return outcome;
        continue;
      }
      const waited = performance.now() - idleSince;
      this.events.waiting("is not active yet");
      if (waited > STANDBY_MS && !told) {
        told = true;
        this.events.log(await whoIsActive(spec, this.interrupts.stop));
      }
      if (once && waited > ONCE_STANDBY_MS) return { kind: "failed", diagnostics: [notActive(this.sync)] };
    }
    return { kind: "ended" };
  }

  private async onceOutcome(engine: SyncEngine): Promise<Outcome | null> {
    const status = engine.status();
    const problems = stoppedDiagnostics({ address: this.sync.address, status });
    if (problems.length > 0) return { kind: "failed", diagnostics: problems };
    if (status.directions.some(({ state }) => state === "paused")) {
      return { kind: "failed", diagnostics: [isPaused(this.sync)] };
    }
    if (!isLive(status)) return null;
    await engine.idle();
    const after = engine.status();
    return isLive(after) && after.directions.every(({ backlog }) => backlog === 0) ? { kind: "level" } : null;
  }

  private reply(outcome: Outcome): Reply {
    const { address, name } = this.sync;
    const { lastStatus } = this;
    const data: Json = { address, name, outcome: outcome.kind, status: lastStatus as unknown as Json };
    const text = `${address}: ${WORDS[outcome.kind]}${lastStatus === null ? "" : `; ${totalsText(lastStatus)}`}.`;
    const diagnostics = outcome.kind === "failed" ? outcome.diagnostics : [];
    const exitCode = outcome.kind === "level" || outcome.kind === "ended" ? 0 : 1;
    return { exitCode, diagnostics, text: () => (outcome.kind === "failed" ? "" : text), data };
  }
}

const WORDS: Readonly<Record<Outcome["kind"], string>> = {
  level: "the target has everything",
  ended: "ended in good order",
  "cut-off": "ended at once; the next engine goes on from the checkpoint",
  failed: "cannot go on",
};

function isLive({ directions }: SyncStatus): boolean {
  return directions.length > 0 && directions.every(({ state }) => state === "live");
}

function totalsText({ directions }: SyncStatus): string {
  return directions
    .map(({ direction, totals, appliedZxid }) => {
      const upTo = appliedZxid === "" ? "nothing yet" : `up to ${appliedZxid}`;
      return `${direction} ${upTo}, ${counted(totals.operations, "operation")} applied`;
    })
    .join("; ");
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Why this engine may be waiting, as far as the target tells. */
async function whoIsActive(spec: SyncSpec, signal: AbortSignal): Promise<string> {
  try {
    const client = await connectSide(spec.b, signal);
    try {
      const held = await readRecord<OwnerRecord>(client, controlPaths(spec.name).owner);
      if (held === null || held.record === null) return "waits for both ensembles";
      const { host, pid } = held.record;
      return `stands by: the engine on ${host} (process ${pid}) is active, or was until a moment ago`;
    } finally {
      await client.close();
    }
  } catch {
    return `waits for ${spec.b.name}, which does not answer`;
  }
}

function failure(address: string, error: unknown): Outcome {
  if (error instanceof DiagnosticError) return { kind: "failed", diagnostics: error.diagnostics };
  if (!isZooKeeperError(error)) throw error;
  return { kind: "failed", diagnostics: [refusal(address, error)] };
}

function notActive({ address, name }: DeclaredSync): Diagnostic {
  return errorDiagnostic("sync-not-active", `${address}: this engine did not become active`, {
    address,
    detail: `Waited ${ONCE_STANDBY_MS / 1_000} s: another engine is at work, or an ensemble went away. It changed nothing.`,
    remedy: `\`ferry sync status ${name}\` tells which engine is active; that one brings the target level as well.`,
  });
}

function isPaused({ address, name }: DeclaredSync): Diagnostic {
  return errorDiagnostic("sync-paused", `${address} is paused`, {
    address,
    detail: "Somebody asked for that; nothing is copied until it is taken back.",
    remedy: `Run \`ferry sync resume ${name}\`, then this again.`,
  });
}
