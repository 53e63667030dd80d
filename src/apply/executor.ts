/**
 * Carries out a plan: in dependency order, several actions at a time, every intent and outcome durable before the next
 * thing that depends on it. Decides nothing that the plan did not show.
 */
import type { KindHandler, ProviderContext } from "../../providers/provider.js";
import { combineEdits, recordOf, stampState } from "../../state/edit.js";
import { createStateWriter, type StateWriter } from "../../state/writer.js";
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { ResourceViews } from "../live/views.js";
import type { PlannedChange } from "../plan/plan.js";
import { runScheduled } from "../schedule/run.js";
import type { TaskOutcome } from "../schedule/schedule.js";
import type { JsonObject } from "../value/json.js";
import { type ActionInput, type ActionOutcome, carryOut } from "./action.js";
import type { ActionResult, ActionStatus, Execution, ExecutionRequest } from "./execution.js";
import { preparationEdits } from "./preparation.js";
import { sidesOf } from "./sides.js";

/** Does what the plan says. Resolves with what was done; never rejects for what a provider or the backend did. */
export function executePlan(request: ExecutionRequest): Promise<Execution> {
  return new Executor(request).run();
}

class Executor {
  private readonly writer: StateWriter;
  private readonly views: ResourceViews;
  private readonly results = new Map<string, ActionResult>();
  private readonly diagnostics: Diagnostic[] = [];
  private readonly changes: ReadonlyMap<string, PlannedChange>;
  /** Stops starting: first interrupt, hard stop, lost lock or a state that cannot be written. */
  private readonly halted = new AbortController();
  private readonly stop: AbortSignal;
  private readonly abort: AbortSignal;
  private readonly grace: Grace;

  constructor(private readonly request: ExecutionRequest) {
    const { backend, lock, state, plan } = request;
    this.writer = createStateWriter(backend, lock, state);
    this.changes = new Map(plan.changes.map((change) => [change.address, change]));
    this.abort = AbortSignal.any([request.abort, lock.lost]);
    this.stop = AbortSignal.any([request.stop, this.abort, this.halted.signal]);
    this.grace = graceAfter(this.abort, request.abortGraceMs);
    this.views = new ResourceViews(request.handler);
    this.views.seed(request.desired.values(), state, request.live);
  }

  async run(): Promise<Execution> {
    const actions = this.request.plan.changes.filter((change) => change.action !== "no-op");
    const prepared = await this.prepare();
    const tasks = actions.map((change) => ({ id: change.address, waitsFor: change.waitsFor }));
    const options = {
      parallelism: this.request.parallelism,
      stop: this.stop,
      onDropped: (address: string, because: string) => this.drop(address, because),
    };
    if (prepared) await runScheduled(tasks, options, (address) => this.perform(address));
    this.grace.cancel();
    await this.writer.settled();
    if (this.request.lock.lost.aborted) this.diagnostics.push(lockLost(this.request.backend.location));
    return this.conclusion(actions);
  }

  /** False when the state could not be written: then nothing may be started. */
  private async prepare(): Promise<boolean> {
    const { plan, desired, live, state, handler, ferryVersion, git } = this.request;
    const specOf = (address: string): JsonObject | null => this.views.spec(address);
    // In the plan's order, so that no chain of references is followed from its far end.
    for (const change of plan.changes) specOf(change.address);
    try {
      const edits = preparationEdits(state, { plan, desired, live, handler, specOf });
      const acts = plan.changes.some((change) => change.action !== "no-op");
      if (edits.length === 0 && !acts) return true;
      await this.writer.update((current) =>
        combineEdits(current, [(first) => stampState(first, ferryVersion, git), ...edits]),
      );
      return true;
    } catch (error) {
      this.stateFailed(error, null);
      return false;
    }
  }

  private async perform(address: string): Promise<TaskOutcome> {
    const change = this.changes.get(address);
    if (change === undefined) return "failed";
    const started = this.request.world.now();
    this.request.listener({ kind: "started", address, action: change.action });
    const outcome = await this.attempt(change);
    if (outcome.status === "not-started" || outcome.status === "unrecorded")
      this.stateFailed(outcome.error, change);
    if (outcome.status === "done") this.views.applied(address, outcome.applied);
    this.conclude(change, {
      status: outcome.status,
      reason: REASONS[outcome.status],
      durationMs: this.request.world.now() - started,
      diagnostics: "diagnostics" in outcome ? outcome.diagnostics : [],
    });
    return outcome.status === "done" ? "done" : "failed";
  }

  private async attempt(change: PlannedChange): Promise<ActionOutcome> {
    const { address, kind } = change;
    const handler = this.request.handler(kind);
    if (handler === undefined) return refused(change, `no provider serves the kind ${kind}`);
    const sides = this.sides(change, handler);
    if (typeof sides === "string") return refused(change, sides);
    const desired = this.request.desired.get(address);
    const reading = this.request.live.get(address);
    const record = recordOf(this.writer.current, address);
    return carryOut({
      change,
      handler,
      ...sides,
      liveIdentity: reading?.status === "present" ? reading.identity : null,
      seed: {
        address,
        kind,
        provider: handler.provider,
        dependsOn: desired?.dependsOn ?? record?.dependsOn ?? [],
        sensitivePaths: desired?.sensitivePaths ?? record?.sensitivePaths ?? [],
        preventDestroy: desired?.lifecycle.preventDestroy ?? record?.preventDestroy ?? false,
      },
      context: this.context(),
      writer: this.writer,
      report: (progress) => this.request.listener({ kind: "progress", address, progress }),
      abandoned: this.abandoned(change),
    });
  }

  /** From what to what; a text when it cannot be told. */
  private sides(change: PlannedChange, handler: KindHandler): Pick<ActionInput, "before" | "after"> | string {
    const { address, action } = change;
    const reading = this.request.live.get(address);
    const live = reading?.status === "present" ? reading.live : null;
    if (action === "delete" || action === "forget") return { before: live, after: null };
    const desired = this.request.desired.get(address);
    // What it refers to may have changed since it was worked out.
    this.views.renew(address);
    const spec = this.views.spec(address);
    if (desired === undefined || spec === null) return "it is not declared any more";
    const unknown = this.views.unknownsOf(address);
    if (unknown.length > 0) return `it needs ${unknown.join(", ")}, which is still not known`;
    if (action === "create") return { before: live, after: spec };
    return sidesOf(handler, desired, spec, live, recordOf(this.writer.current, address));
  }

  private context(): ProviderContext {
    return {
      ...this.request.world,
      lineage: this.writer.current.lineage,
      signal: this.abort,
      resource: (address) => this.views.resource(address),
    };
  }

  /** Rejects when the action has not ended some time after the hard stop. */
  private abandoned(change: PlannedChange): Promise<never> {
    const left = this.grace.over.then((): never => {
      throw new DiagnosticError([leftAlone(change)]);
    });
    left.catch(() => undefined);
    return left;
  }

  private drop(address: string, because: string): void {
    const change = this.changes.get(address);
    if (change === undefined) return;
    this.conclude(change, {
      ...NOT_RUN,
      status: "skipped",
      reason: `waits for ${because}, which did not succeed`,
    });
  }

  private conclude(change: PlannedChange, how: Omit<ActionResult, "address" | "action">): void {
    const result = { address: change.address, action: change.action, ...how };
    this.results.set(change.address, result);
    this.request.listener({ kind: "ended", result });
  }

  /** Once the state cannot be written nothing more may be done, because it could not be remembered. */
  private stateFailed(error: unknown, change: PlannedChange | null): void {
    const first = !this.halted.signal.aborted;
    this.halted.abort();
    if (!first) return;
    const causes = error instanceof DiagnosticError ? error.diagnostics : [];
    const message = error instanceof Error ? error.message : String(error);
    const where = change === null ? "before the first action" : `at ${change.address}`;
    this.diagnostics.push(
      ...causes,
      errorDiagnostic("state-not-written", `stopped ${where}: the state cannot be written (${message})`, {
        detail:
          'Nothing more was started. Actions shown as "unrecorded" were done; the state holds their intent only.',
        remedy:
          "Put the cause right, then run `ferry plan`: it reads what is there, and `ferry apply` goes on from it.",
      }),
    );
  }

  private conclusion(actions: readonly PlannedChange[]): Execution {
    const results = actions.map(
      (change): ActionResult =>
        this.results.get(change.address) ?? {
          ...NOT_RUN,
          address: change.address,
          action: change.action,
          status: "not-started",
          reason: REASONS["not-started"],
        },
    );
    const complete = results.every((result) => result.status === "done") && this.diagnostics.length === 0;
    const failed = this.diagnostics.length > 0 || results.some((result) => result.status === "failed");
    const outcome = complete ? "complete" : failed ? "failed" : "interrupted";
    return { results, diagnostics: this.diagnostics, state: this.writer.current, outcome };
  }
}

interface Grace {
  /** Resolves some time after the signal. */
  readonly over: Promise<void>;
  /** Waits for it no longer. */
  cancel(): void;
}

/** The timer keeps the process alive on purpose: a provider that hangs may hold nothing else that does. */
function graceAfter(signal: AbortSignal, milliseconds: number): Grace {
  let timer: NodeJS.Timeout | undefined;
  const ended = new AbortController();
  const over = new Promise<void>((resolve) => {
    const begin = (): void => {
      timer = setTimeout(resolve, milliseconds);
    };
    if (signal.aborted) begin();
    else signal.addEventListener("abort", begin, { once: true, signal: ended.signal });
  });
  return {
    over,
    cancel: () => {
      clearTimeout(timer);
      ended.abort();
    },
  };
}

const NOT_RUN = { durationMs: 0, diagnostics: [] } as const;

const REASONS: Readonly<Record<ActionStatus, string | null>> = {
  done: null,
  failed: "the provider could not do it",
  interrupted: "interrupted; its intent is recorded and the next apply looks at it first",
  skipped: null,
  "not-started": "stopped before it was begun",
  unrecorded: "done, but the state could not be written afterwards",
};

function refused(change: PlannedChange, why: string): ActionOutcome {
  const { address } = change;
  const diagnostic = errorDiagnostic("apply-refused", `cannot ${change.action} ${address}: ${why}`, {
    address,
    detail: "It was not touched.",
    remedy: "Run `ferry plan` again: it shows what can be done now.",
  });
  return { status: "failed", diagnostics: [diagnostic] };
}

function leftAlone(change: PlannedChange): Diagnostic {
  return errorDiagnostic(
    "apply-interrupted",
    `${change.action} of ${change.address} did not end when asked to`,
    {
      address: change.address,
      detail: "How far it got is not known; what was to be done is recorded.",
      remedy: "Run `ferry plan` to see what is there now, then `ferry apply` to go on.",
    },
  );
}

function lockLost(location: string): Diagnostic {
  return errorDiagnostic("lock-lost", `stopped: the lock of the state (${location}) was lost`, {
    detail: "Somebody else may be applying now, so nothing more was started and nothing more is recorded.",
    remedy:
      "Find out who holds it (`ferry apply` names the owner), then run `ferry plan` and `ferry apply` again.",
  });
}
