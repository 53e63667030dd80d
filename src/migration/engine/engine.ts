/**
 * The engine of a migration: takes it up, decides by its record what is next, and does that, until it is over or told to end. Every
 * step is durable before the next one; nothing is done that the record does not say. What it does to the platform it does through an
 * ActionRunner, what it knows of it through an Observer.
 */
import { DiagnosticError } from "../../diagnostics/diagnostic.js";
import type { Observation } from "../model/observation.js";
import type { Criterion } from "../model/plan.js";
import type { MigrationRecord } from "../model/record.js";
import type { StageNumber } from "../model/spec.js";
import { isOver } from "../model/standing.js";
import { Acting } from "./acting.js";
import { answerRequest, askedBack } from "./answer.js";
import { errorText } from "./carry-out.js";
import { type Decision, decide } from "./decide.js";
import { eventsBetween } from "./events.js";
import { withObservation } from "./figures.js";
import { isPassed, unmetText } from "./gates.js";
import { Ledger } from "./ledger.js";
import { type EngineOptions, PACE, type Pace } from "./options.js";
import { stagePlan, stageRecord, stageUnderWay } from "./position.js";
import * as step from "./transitions.js";
import { Watcher } from "./watcher.js";

export type EngineEnd =
  | { readonly kind: "over"; readonly record: MigrationRecord }
  | { readonly kind: "interrupted"; readonly record: MigrationRecord }
  | { readonly kind: "waiting"; readonly record: MigrationRecord }
  /** An action does not let go: this process has to end before anything else may be done. */
  | { readonly kind: "stuck"; readonly record: MigrationRecord };

/**
 * Carries a migration out. Rejects with DiagnosticError: `migration-locked` (another engine does), `migration-taken-over` (another one
 * does by now; nothing was written over its work), or when the store cannot be written. What was begun is recorded in any case.
 */
export async function runMigration(options: EngineOptions): Promise<EngineEnd> {
  const before = await options.store.read(options.id);
  const claim = await options.store.claim(options.id, options.who, { force: options.force });
  const ledger = new Ledger(claim, options.audit, options.clock, options.who);
  const engine = new Engine(options, ledger);
  try {
    await ledger.announce(before?.epoch ?? 0);
    if (claim.mayLinger) await engine.letLinger();
    return await engine.run();
  } finally {
    await engine.end();
    await claim.release();
  }
}

type Edit = (record: MigrationRecord) => MigrationRecord;

class Engine {
  private readonly pace: Pace;
  private readonly watcher: Watcher;
  private readonly acting: Acting;
  /** When the present phase began: only what is measured after that says anything of it. */
  private phase: { readonly key: string; readonly sinceMs: number } = { key: "", sinceMs: 0 };
  /** Since when it is at work without a stop: waiting for people does not count against a stage's time. */
  private moving: { readonly key: string; readonly sinceMs: number } | null = null;
  private sustained = false;
  private isSustaining = false;
  /** What went wrong beside the steps: the migration is not ours any more. */
  private failure: { readonly error: unknown } | null = null;
  private isMuted = false;
  /** Values of the gate as they were written last. */
  private shownValues = "";
  /** Values of the gate as they were written last. */
  constructor(
    private readonly options: EngineOptions,
    private readonly ledger: Ledger,
  ) {
    this.pace = { ...PACE, ...options.pace };
    this.watcher = this.createWatcher(ledger.record);
    this.acting = new Acting({
      engine: options,
      pace: this.pace,
      ledger,
      take: (edit) => this.take(edit),
      askedToStop: () => this.askedToStop(),
    });
  }

  private createWatcher({ spec, plan }: MigrationRecord): Watcher {
    const { observer, evaluate, clock } = this.options;
    const holds = plan.stages.flatMap((stage) =>
      [...stage.prerequisites, ...stage.criteria].map(({ holdSeconds }) => holdSeconds),
    );
    const longest = Math.max(spec.limits.holdSeconds, ...holds);
    return new Watcher({
      observer,
      evaluate,
      clock,
      everyMs: spec.observeEverySeconds * 1_000,
      keepMs: (longest + spec.limits.observationSeconds + 60) * 1_000,
      observationSeconds: spec.limits.observationSeconds,
      onObservation: (observation) => this.note(observation),
    });
  }

  /**
   * Writes what was seen. A disk that is full is no reason to end, as long as nothing has to be written before something is done; that
   * somebody else has taken over is one.
   */
  private async note(observation: Observation): Promise<void> {
    const { values } = this.watcher.watchNow();
    try {
      await this.ledger.update((record) => {
        const seen = withObservation(record, observation);
        return values.length === 0 ? seen : step.withCriteria(seen, values);
      });
      this.isMuted = false;
    } catch (error) {
      if (!(error instanceof DiagnosticError) || isTakenOver(error)) throw error;
      if (!this.isMuted) this.options.onEvent({ kind: "alert", atMs: this.now(), text: errorText(error) });
      this.isMuted = true;
    }
  }

  private check(): void {
    this.watcher.check();
    if (this.failure !== null) throw this.failure.error;
  }

  async run(): Promise<EngineEnd> {
    this.watcher.start();
    await this.tellEnd();
    for (;;) {
      this.check();
      const record = await this.ledger.refresh();
      if (this.options.stop.aborted) return { kind: "interrupted", record };
      this.keepTime(record);
      this.sustain();
      if (await this.stoppedByWatch()) continue;
      const decision = decide(this.ledger.record);
      if (await this.heldUp(decision)) continue;
      const end = await this.follow(decision);
      if (end !== null) return end;
    }
  }

  /** A stale engine still has an action under way, perhaps: it gets the time to notice and to stop. */
  async letLinger(): Promise<void> {
    await this.options.clock.sleep(this.pace.lingerMs, this.options.stop);
  }

  async end(): Promise<void> {
    await this.watcher.stop();
  }

  private async follow(decision: Decision): Promise<EngineEnd | null> {
    const { record } = this.ledger;
    const now = this.options.clock.now();
    switch (decision.kind) {
      case "over":
        return { kind: "over", record };
      case "wait":
        return this.options.endWhenWaiting ? { kind: "waiting", record } : this.wait();
      case "answer":
        await this.take((before) => answerRequest(before, decision.request, this.options.planWayBack, now));
        this.sustained = false;
        return null;
      case "begin":
        return this.write(step.begin);
      case "enter-stage":
        return this.write((before) => step.enterStage(before, decision.stage, now));
      case "ask-approval":
        return this.write((before) => step.askApproval(before, decision.stage));
      case "take-approval":
        return this.write((before) => step.beginChecking(before, decision.stage));
      case "check":
        return this.pass(decision.criteria, (before) => step.beginActing(before, decision.stage));
      case "probe":
        await this.acting.probe(decision.of);
        return null;
      case "act": {
        // Nothing is begun blindly: what must hold while it runs has to be seen first.
        if (!this.watcher.watchNow().isKnown) return this.wait();
        const acted = await this.acting.act(decision.action);
        this.watcher.lookNow();
        return acted === "on" ? null : { kind: "stuck", record: this.ledger.record };
      }
      case "begin-proving":
        return this.write(step.beginProving);
      case "prove":
        return this.pass(decision.criteria, (before) => step.finishStage(before, decision.stage, this.now()));
      case "prove-way-back":
        return this.pass(decision.criteria, (before) => step.finishWayBack(before, this.now()));
      case "complete":
        return this.write(step.complete);
    }
  }

  // Gates

  /** Once everything is met, `next`; until then it waits, as long as the stage may take. */
  private async pass(criteria: readonly Criterion[], next: Edit): Promise<null> {
    if (criteria.length === 0) {
      await this.write(next);
      await this.tellEnd();
      return null;
    }
    const values = this.watcher.judge(criteria, this.phase.sinceMs);
    const passed = isPassed(criteria, values);
    const shown = JSON.stringify(values.map(({ id, met, value }) => [id, met, value]));
    const change = (before: MigrationRecord): MigrationRecord => {
      const told = step.withCriteria(before, values);
      return passed ? next(told) : told;
    };
    if (passed || shown !== this.shownValues) await this.take(change);
    this.shownValues = shown;
    if (passed) {
      await this.tellEnd();
      return null;
    }
    if (this.isOutOfTime()) {
      await this.stop(`Not reached in time: ${unmetText(criteria, values)}.`);
      return null;
    }
    return this.wait();
  }

  private async tellEnd(): Promise<void> {
    const { record } = this.ledger;
    const isBetween = record.wayBack === null && stageUnderWay(record) === null;
    if (!isBetween || (record.stage === 0 && record.past.length === 0)) return;
    try {
      await this.options.atEndOfStage?.(record);
    } catch (error) {
      this.options.onEvent({ kind: "alert", atMs: this.now(), text: errorText(error) });
    }
  }

  /** Looks at what must hold while a stage runs; true when that has stopped it. */
  private async stoppedByWatch(): Promise<boolean> {
    const reason = this.brokenWatch();
    if (reason === "") return false;
    await this.stop(reason);
    return true;
  }

  private brokenWatch(): string {
    const { record } = this.ledger;
    const stage = stageUnderWay(record);
    const isAtWork =
      stage !== null &&
      record.status === "running" &&
      record.request === null &&
      ["acting", "proving"].includes(stageRecord(record, stage).status);
    this.watcher.watch(isAtWork ? stagePlan(record, stage).watch : NOTHING);
    if (!isAtWork) return "";
    const { stop } = this.watcher.watchNow();
    if (stop !== "") return `A gate of stage ${stage} broke: ${stop}.`;
    // What does not show in time is told by the gate itself, with its values.
    const isActing = stageRecord(record, stage).status === "acting";
    return isActing && this.isOutOfTime() ? `Stage ${stage} took longer than it may.` : "";
  }

  /** As spec.onBrokenGate says; on a way back, and where nothing was done in the stage yet, it always waits for a person. */
  private async stop(reason: string): Promise<void> {
    this.options.onEvent({ kind: "alert", atMs: this.now(), text: reason });
    await this.take((record) => {
      const stage = stageUnderWay(record);
      if (record.wayBack !== null) return step.fail(record, reason);
      const hasActed = stage !== null && stageRecord(record, stage).status !== "checking";
      if (record.spec.onBrokenGate === "pause" || !hasActed) return step.pause(record, reason);
      return askedBack(record, stage, reason, this.now());
    });
  }

  private async askedToStop(): Promise<"no" | "soon" | "now"> {
    const { stop, abort } = this.options;
    if (abort.aborted) return "now";
    this.check();
    const { request } = await this.ledger.refresh();
    const isAsked = request !== null && (request.kind === "pause" || request.kind === "roll-back");
    return stop.aborted || isAsked || this.brokenWatch() !== "" ? "soon" : "no";
  }

  /**
   * Keeps up what has to run between the actions: once when it takes the migration up, and after every request. Requests are taken up
   * meanwhile, and a way back is not held up by it: it may be why somebody goes back.
   */
  private sustain(): void {
    const { record } = this.ledger;
    if (this.sustained || this.isSustaining || isOver(record)) return;
    this.sustained = true;
    this.isSustaining = true;
    this.options.runner
      .sustain(record)
      .catch((error: unknown) => this.notSustained(error))
      .catch((error: unknown) => {
        this.failure = { error };
      })
      .finally(() => {
        this.isSustaining = false;
      });
  }

  private async notSustained(error: unknown): Promise<void> {
    const text = `What has to run between the actions could not be started. ${errorText(error)}`;
    this.options.onEvent({ kind: "alert", atMs: this.now(), text });
    await this.take((record) => {
      const isForward = record.status === "running" || record.status === "waiting-for-approval";
      return isForward && record.request === null ? step.fail(record, text) : record;
    });
  }

  /** Nothing is begun or judged before what it stands on is there. */
  private async heldUp({ kind }: Decision): Promise<boolean> {
    const { wayBack } = this.ledger.record;
    if (!this.isSustaining || wayBack !== null || !STANDS_ON_SUSTAINED.has(kind)) return false;
    if (this.isOutOfTime()) await this.stop("What has to run between the actions does not come up.");
    else await this.wait();
    return true;
  }

  // Time and writing

  private now(): number {
    return this.options.clock.now();
  }

  /** Notes when a phase begins, and since when the stage is at work without a stop. */
  private keepTime(record: MigrationRecord): void {
    const stage = record.stage === 0 ? "pending" : stageRecord(record, record.stage).status;
    const back = record.wayBack === null ? "" : `${record.wayBack.begunMs} ${isActing(record)}`;
    const key = `${record.status} ${record.stage} ${stage} ${back}`;
    if (key !== this.phase.key) {
      this.phase = { key, sinceMs: this.now() };
      this.watcher.lookNow();
    }
    const moves = record.status === "running" || record.status === "rolling-back";
    const movingKey = `${record.stage} ${record.wayBack?.begunMs ?? ""}`;
    if (!moves) this.moving = null;
    else if (this.moving?.key !== movingKey) this.moving = { key: movingKey, sinceMs: this.now() };
  }

  private isOutOfTime(): boolean {
    const { record } = this.ledger;
    const stage: StageNumber | null = stageUnderWay(record);
    const planned =
      stage === null || record.wayBack !== null ? null : stagePlan(record, stage).timeoutSeconds;
    const seconds = planned ?? record.spec.limits.stageTimeoutSeconds;
    return this.moving !== null && this.now() - this.moving.sinceMs > seconds * 1_000;
  }

  private async wait(): Promise<null> {
    await this.options.clock.sleep(this.pace.lookEveryMs, this.options.stop);
    return null;
  }

  private async write(edit: Edit): Promise<null> {
    await this.take(edit);
    return null;
  }

  private async take(edit: Edit): Promise<MigrationRecord> {
    const before = this.ledger.record;
    const after = await this.ledger.update(edit);
    for (const event of eventsBetween(before, after, this.now())) this.options.onEvent(event);
    return after;
  }
}

const NOTHING: readonly Criterion[] = [];

const STANDS_ON_SUSTAINED: ReadonlySet<Decision["kind"]> = new Set(["check", "probe", "act", "prove"]);

function isTakenOver({ diagnostics }: DiagnosticError): boolean {
  return diagnostics.some(({ code }) => code === "migration-taken-over");
}

function isActing(record: MigrationRecord): boolean {
  return record.wayBack !== null && decide({ ...record, request: null }).kind === "act";
}
