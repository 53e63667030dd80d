/**
 * Carries out the steps of a migration, one at a time, and tells afterwards whether one was done. When to do what, and what is
 * remembered, is the engine's. Between the steps it keeps the synchronisation alive.
 */
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { MarathonError } from "../../marathon/marathon-error.js";
import { MesosError } from "../../mesos/mesos-error.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { Coordination } from "../coordination/coordination.js";
import { syncOrigin } from "../coordination/orientation.js";
import { impossible, lateStep } from "../coordination/refusal.js";
import type { Action, ActionStep } from "../model/action.js";
import type { ActionContext, ActionOutcome, ActionRunner, Probe } from "../model/ports.js";
import type { MigrationRecord } from "../model/record.js";
import type { FrameworkRef, MigrationSpec } from "../model/spec.js";
import { deactivateAgents, reactivateAgents } from "./agent-activity.js";
import type { EnsembleControl } from "./ensemble-control.js";
import { deployEnsemble, removeEnsemble } from "./ensemble-steps.js";
import { handOver } from "./hand-over.js";
import { type MesosAccess, MesosAt } from "./mesos-at.js";
import { removeAgents } from "./remove-agents.js";
import { repointAgents } from "./repoint-agents.js";
import { repointFramework } from "./repoint-framework.js";
import { restartMaster } from "./restart-master.js";
import type { MarathonAccess, Scope, World } from "./scope.js";
import type { ServerControl } from "./server-control.js";
import { Servers } from "./servers.js";
import { startAgents } from "./start-agents.js";
import { startMaster } from "./start-master.js";
import type { StepHandler, StepHandlers, StepKind } from "./step.js";
import { stopMasterForGood } from "./stop-master.js";
import { fenceCountersStep, startSync, stopSync, swapCounters } from "./sync-steps.js";
import { takeBaseline } from "./take-baseline.js";

export interface RunnerOptions {
  readonly spec: MigrationSpec;
  readonly coordination: Coordination;
  readonly control: ServerControl;
  readonly ensembles: EnsembleControl;
  /** Of the master or agent at `host:port`. */
  readonly mesos: (address: string) => MesosAccess;
  readonly marathon: (framework: FrameworkRef) => Omit<MarathonAccess, "retryMs">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds between two looks; 200 when left out. */
  readonly lookMs?: number;
  /** Kinds of steps that are carried out elsewhere: draining, archives. */
  readonly others?: StepHandlers;
}

const OWN: StepHandlers = {
  "take-baseline": takeBaseline,
  "deploy-ensemble": deployEnsemble,
  "remove-ensemble": removeEnsemble,
  "start-sync": startSync,
  "stop-sync": stopSync,
  "fence-counters": fenceCountersStep,
  "swap-counters": swapCounters,
  "start-master": startMaster,
  "restart-master": restartMaster,
  "stop-master": stopMasterForGood,
  "hand-over": handOver,
  "start-agents": startAgents,
  "repoint-agents": repointAgents,
  "remove-agents": removeAgents,
  "deactivate-agents": deactivateAgents,
  "reactivate-agents": reactivateAgents,
  "repoint-framework": repointFramework,
};

const LOOK_MS = 200;
/** What waits gives up before the engine does, so that it can say what it waited for. */
const EARLIER_MS = 500;

export class MigrationRunner implements ActionRunner {
  private readonly world: World;
  private readonly handlers: StepHandlers;
  private readonly closing = new AbortController();

  /** Closes `coordination` with itself. */
  constructor(options: RunnerOptions) {
    const { mesos, marathon, lookMs = LOOK_MS, others = {}, ...world } = options;
    this.world = {
      ...world,
      servers: new Servers(options.spec),
      mesos: new MesosAt(mesos),
      marathon: (framework) => ({ ...marathon(framework), retryMs: 0 }),
      lookMs,
    };
    this.handlers = { ...OWN, ...others };
  }

  async run(action: Action, context: ActionContext): Promise<ActionOutcome> {
    return this.carryOut(action, context, (scope) => this.handler(action.step).run(scope, action.step));
  }

  async probe(action: Action, context: ActionContext): Promise<Probe> {
    return this.carryOut(action, context, (scope) => this.handler(action.step).probe(scope, action.step));
  }

  async sustain(record: MigrationRecord): Promise<void> {
    const origin = syncOrigin(record);
    if (origin === null) return;
    this.world.coordination.turnTo(origin);
    await this.world.coordination.sync.start(this.closing.signal, { wait: true });
  }

  async close(): Promise<void> {
    this.closing.abort(new Error("the runner was closed"));
    await Promise.all([this.world.coordination.close(), this.world.mesos.close()]);
  }

  /** Its step and its handler are of one kind. */
  private handler(step: ActionStep): StepHandler<StepKind> {
    const found = this.handlers[step.kind];
    if (found !== undefined) return found as StepHandler<StepKind>;
    throw impossible(`nobody can carry out a step of kind ${step.kind}`, {
      detail: "Nothing was touched.",
      remedy: "Use a ferry that knows this kind of step.",
    });
  }

  /** Ends at the deadline also where a server never answers. */
  private async carryOut<T>(
    action: Action,
    { signal, facts, note, report }: ActionContext,
    work: (scope: Scope) => Promise<T>,
  ): Promise<T> {
    const leftMs = action.timeoutSeconds * 1_000;
    const deadline = performance.now() + Math.max(0, leftMs - EARLIER_MS);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(noAnswer(action)), leftMs);
    const both = AbortSignal.any([signal, late.signal]);
    const scope: Scope = { ...this.world, action, signal: both, facts, note, report, deadline };
    try {
      return await inWords(action, both, () => Promise.race([work(scope), whenAborted(both)]));
    } finally {
      clearTimeout(timer);
    }
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function noAnswer(action: Action): Error {
  return lateStep(`${action.id}: not done within ${action.timeoutSeconds} s`, {
    detail: "A server that it asked has not answered. What the step had begun stays as it is.",
    remedy: "See which of them hangs, then resume the migration: it goes on from what it sees.",
  });
}

/** Errors of servers as diagnostics that name the step. */
async function inWords<T>(action: Action, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    const isServers =
      error instanceof MesosError || error instanceof MarathonError || isZooKeeperError(error);
    if (!isServers) throw error;
    throw new DiagnosticError([
      errorDiagnostic("migration-step-failed", `${action.id}: ${error.message}`, {
        detail: "What the step had begun stays as it is; going on takes it up from there.",
        remedy: "See why that server refuses or does not answer, then resume the migration.",
      }),
    ]);
  }
}
