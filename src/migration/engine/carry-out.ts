/**
 * Carries out one action: its time limit, and stopping in the middle when something outside asks for it. What may not be done twice
 * is let come to its end; everything else is stopped after a moment of patience. It writes nothing.
 */
import { DiagnosticError } from "../../diagnostics/diagnostic.js";
import type { Action } from "../model/action.js";
import type { ActionOutcome, ActionRunner, Facts } from "../model/ports.js";
import type { Clock } from "./clock.js";

export type Carried =
  | { readonly kind: "done"; readonly outcome: ActionOutcome }
  | { readonly kind: "failed"; readonly reason: string }
  /** Asked to; a part of it may have happened. */
  | { readonly kind: "stopped" }
  /** It was told to stop and does not: nothing else may be done in this process. */
  | { readonly kind: "stuck" };

export interface CarryOutOptions {
  readonly runner: ActionRunner;
  readonly clock: Clock;
  readonly facts: ReadonlyMap<string, Facts>;
  readonly report: (message: string) => void;
  /**
   * Asked again and again while it runs. `soon`: end when it can be ended safely; `now`: whatever it is. Rejects when the migration is
   * not ours any more: the action is stopped at once then, and this rejects with the same.
   */
  readonly askedToStop: () => Promise<"no" | "soon" | "now">;
  readonly lookEveryMs: number;
  readonly patienceMs: number;
  /** So long an action has to let go after it was told to. */
  readonly letGoMs: number;
}

type Ended =
  | { readonly kind: "done"; readonly outcome: ActionOutcome }
  | { readonly kind: "error"; readonly error: unknown };

export async function carryOut(action: Action, options: CarryOutOptions): Promise<Carried> {
  const { runner, clock, facts, report } = options;
  const controller = new AbortController();
  const begunMs = clock.now();
  const run = runner.run(action, { signal: controller.signal, facts, report }).then(
    (outcome): Ended => ({ kind: "done", outcome }),
    (error: unknown): Ended => ({ kind: "error", error }),
  );
  const supervision = new Supervision(action, options, begunMs);
  for (;;) {
    const pause = new AbortController();
    const ended = await Promise.race([run, clock.sleep(options.lookEveryMs, pause.signal).then(() => null)]);
    pause.abort();
    if (ended !== null) return supervision.carried(ended);
    const stop = await supervision.look().catch(async (error: unknown) => {
      controller.abort(error);
      await Promise.race([run, clock.sleep(options.letGoMs)]);
      throw error;
    });
    if (stop) controller.abort(new Error(supervision.reason));
    if (supervision.isStuck()) return { kind: "stuck" };
  }
}

class Supervision {
  private askedMs: number | null = null;
  private abortedMs: number | null = null;
  private timedOut = false;

  constructor(
    private readonly action: Action,
    private readonly options: CarryOutOptions,
    private readonly begunMs: number,
  ) {}

  get reason(): string {
    return this.timedOut ? `did not end within ${this.action.timeoutSeconds} s` : "was asked to stop";
  }

  /** Whether it is to be stopped now; true once. */
  async look(): Promise<boolean> {
    const asked = await this.options.askedToStop();
    if (this.abortedMs !== null) return false;
    const now = this.options.clock.now();
    if (asked !== "no") this.askedMs ??= now;
    this.timedOut = now - this.begunMs > this.action.timeoutSeconds * 1_000;
    const impatient = this.askedMs !== null && now - this.askedMs >= this.options.patienceMs;
    const stop = this.timedOut || asked === "now" || (impatient && this.action.repeatable);
    if (stop) this.abortedMs = now;
    return stop;
  }

  isStuck(): boolean {
    return this.abortedMs !== null && this.options.clock.now() - this.abortedMs > this.options.letGoMs;
  }

  carried(ended: Ended): Carried {
    if (ended.kind === "done") return ended;
    if (this.timedOut) return { kind: "failed", reason: `It ${this.reason}. ${errorText(ended.error)}` };
    if (this.abortedMs !== null) return { kind: "stopped" };
    return { kind: "failed", reason: errorText(ended.error) };
  }
}

/** Summary, detail and remedy of everything that is wrong, as sentences. */
export function errorText(error: unknown): string {
  if (error instanceof DiagnosticError) {
    return error.diagnostics
      .flatMap(({ summary, detail, remedy }) => [summary, detail ?? "", remedy ?? ""])
      .filter((text) => text !== "")
      .map(sentence)
      .join(" ");
  }
  return sentence(error instanceof Error ? error.message : String(error));
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
