/**
 * The actions of a migration: intended before, carried out, their outcome written after; and what was begun when a process died asked
 * about before anything else. Never begins one that may not be done twice without having asked.
 */
import type { Action } from "../model/action.js";
import type { ActionContext, Probe } from "../model/ports.js";
import type { ActionRecord, MigrationRecord } from "../model/record.js";
import { askedBack } from "./answer.js";
import { type Carried, carryOut, errorText } from "./carry-out.js";
import type { Ledger } from "./ledger.js";
import type { EngineOptions, Pace } from "./options.js";
import { factsOf, stageUnderWay } from "./position.js";
import * as step from "./transitions.js";

/** `stuck`: an action does not let go, and this process may do nothing more. */
export type Acted = "on" | "stuck";

type Edit = (record: MigrationRecord) => MigrationRecord;

export interface ActingOptions {
  readonly engine: EngineOptions;
  readonly pace: Pace;
  readonly ledger: Ledger;
  /** Writes an edit and tells of it. */
  readonly take: (edit: Edit) => Promise<MigrationRecord>;
  /** Asked again and again while an action runs; see CarryOutOptions. */
  readonly askedToStop: () => Promise<"no" | "soon" | "now">;
}

export class Acting {
  constructor(private readonly options: ActingOptions) {}

  async act(action: Action): Promise<Acted> {
    const { engine, pace, ledger, take, askedToStop } = this.options;
    await take((record) => step.intend(record, action, this.now()));
    const carried = await carryOut(action, {
      runner: engine.runner,
      clock: engine.clock,
      facts: factsOf(ledger.record),
      report: this.reporter(action),
      askedToStop,
      lookEveryMs: pace.lookEveryMs,
      patienceMs: pace.patienceMs,
      letGoMs: pace.letGoMs,
    });
    return this.took(action, carried);
  }

  /** Asks whether what was begun has happened. */
  async probe({ action }: ActionRecord): Promise<void> {
    const { take, engine } = this.options;
    const probe = await this.ask(action);
    switch (probe.kind) {
      case "done":
        await take((record) => step.finish(record, action, probe.outcome, this.now()));
        return;
      case "not-done":
        await take((record) => step.notDone(record, action, NOT_HAPPENED, this.now()));
        return;
      case "unclear": {
        const text = unclearText(action, probe.reason);
        engine.onEvent({ kind: "alert", atMs: this.now(), text });
        await take((record) => step.fail(step.answered(record), text));
      }
    }
  }

  private async took(action: Action, carried: Carried): Promise<Acted> {
    const { take } = this.options;
    switch (carried.kind) {
      case "done":
        await take((record) => step.finish(record, action, carried.outcome, this.now()));
        return "on";
      case "stopped":
        return "on";
      case "failed":
        await this.failed(action, carried.reason);
        return "on";
      case "stuck":
        await take((record) => step.fail(record, stuckText(action)));
        return "stuck";
    }
  }

  /** Waits for a person, or goes back by itself, as the migration says; on a way back it always waits. */
  private async failed(action: Action, why: string): Promise<void> {
    const { take, engine } = this.options;
    const reason = `${action.id} failed: ${why}`;
    engine.onEvent({ kind: "alert", atMs: this.now(), text: reason });
    await take((before) => {
      const record = step.failAction(before, action, why, this.now());
      const stage = stageUnderWay(record);
      const goesBack = record.spec.onBrokenGate === "roll-back" && record.wayBack === null && stage !== null;
      return goesBack ? askedBack(record, stage, reason, this.now()) : step.fail(record, reason);
    });
  }

  /** Tells those who look on at once, and the record now and then. */
  private reporter(action: Action): (message: string) => void {
    const { engine, ledger, pace } = this.options;
    let toldMs = Number.NEGATIVE_INFINITY;
    return (text) => {
      const atMs = this.now();
      engine.onEvent({ kind: "progress", atMs, text, action: action.id });
      if (atMs - toldMs < pace.progressMs) return;
      toldMs = atMs;
      // Should it fail, the next write of consequence says so.
      ledger.update((record) => step.tellProgress(record, action, text)).catch(() => undefined);
    };
  }

  private async ask(action: Action): Promise<Probe> {
    const { clock, abort, runner } = this.options.engine;
    const controller = new AbortController();
    const onAbort = (): void => controller.abort();
    abort.addEventListener("abort", onAbort, { once: true });
    const context: ActionContext = {
      signal: controller.signal,
      facts: factsOf(this.options.ledger.record),
      report: this.reporter(action),
    };
    const answered = new AbortController();
    const limit = clock.sleep(action.timeoutSeconds * 1_000, answered.signal).then((): Probe => {
      controller.abort();
      return { kind: "unclear", reason: `no answer within ${action.timeoutSeconds} s.` };
    });
    const asked = runner
      .probe(action, context)
      .catch((error: unknown): Probe => ({ kind: "unclear", reason: errorText(error) }));
    try {
      return await Promise.race([asked, limit]);
    } finally {
      answered.abort();
      abort.removeEventListener("abort", onAbort);
    }
  }

  private now(): number {
    return this.options.engine.clock.now();
  }
}

const NOT_HAPPENED = "It was begun, and has not happened.";

function unclearText({ id, text }: Action, reason: string): string {
  return `Nobody can tell whether ${id} has happened (${text}): ${reason} Look at it, then say what you found: \`ferry migrate resume --happened\` or \`--not-happened\`.`;
}

function stuckText({ id }: Action): string {
  return `${id} was stopped and does not let go. End this process, then start the migration again.`;
}
