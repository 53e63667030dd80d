/**
 * What every step works with, and how it waits: until something is seen, with a deadline, a signal, and a reason to print. A look
 * that fails because a server does not answer is a reason to go on waiting, never an answer.
 */

import type { MarathonConnection } from "../../marathon/connection.js";
import { MarathonError } from "../../marathon/marathon-error.js";
import { MesosError } from "../../mesos/mesos-error.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { Coordination } from "../coordination/coordination.js";
import { lateStep } from "../coordination/refusal.js";
import type { Action } from "../model/action.js";
import type { Facts } from "../model/ports.js";
import type { FrameworkRef, MigrationSpec } from "../model/spec.js";
import type { EnsembleControl } from "./ensemble-control.js";
import type { MesosAt } from "./mesos-at.js";
import type { ControlContext, ServerControl } from "./server-control.js";
import type { Servers } from "./servers.js";

/** How a Marathon is asked, but for where it is. Calls are made once: whoever asks looks again by itself. */
export type MarathonAccess = Omit<MarathonConnection, "urls">;

/** Of the whole migration. */
export interface World {
  readonly spec: MigrationSpec;
  readonly servers: Servers;
  readonly coordination: Coordination;
  readonly control: ServerControl;
  readonly ensembles: EnsembleControl;
  readonly mesos: MesosAt;
  readonly marathon: (framework: FrameworkRef) => MarathonAccess;
  /** Milliseconds between two looks. */
  readonly lookMs: number;
  readonly now: () => number;
}

/** Of one step. */
export interface Scope extends World, ControlContext {
  readonly action: Action;
  /** Of finished actions, by action id. */
  readonly facts: ReadonlyMap<string, Facts>;
  /** See ActionContext. */
  readonly note: (facts: Facts) => Promise<void>;
}

/** What a look has come to. */
export type Look<T> =
  | { readonly kind: "seen"; readonly value: T }
  | { readonly kind: "not-yet"; readonly reason: string };

export function seen<T>(value: T): Look<T> {
  return { kind: "seen", value };
}

export function notYet(reason: string): Look<never> {
  return { kind: "not-yet", reason };
}

/**
 * Looks until it is seen. `what`: "the master a#1 to vote". Rejects with DiagnosticError at the deadline of the step, saying what was
 * seen last, or with the reason of the signal.
 */
export async function until<T>(scope: Scope, what: string, look: () => Promise<Look<T>>): Promise<T> {
  let reason = "nothing was seen yet";
  for (;;) {
    const found = await once(scope, look);
    if (found.kind === "seen") return found.value;
    reason = found.reason;
    if (performance.now() >= scope.deadline) {
      throw lateStep(`${scope.action.id}: waited in vain for ${what}`, {
        detail: `${reason}. The step was not undone: what it had begun stays as it is.`,
        remedy: "Look into why, then resume the migration, or roll it back.",
      });
    }
    await pause(scope);
  }
}

/** One look, given up at the deadline. A server that does not answer is a reason to wait. Rejects with the reason of the signal. */
export async function once<T>(scope: Scope, look: () => Promise<Look<T>>): Promise<Look<T>> {
  scope.signal.throwIfAborted();
  let release = (): void => {};
  const given = new Promise<Look<T>>((resolve, reject) => {
    const abort = () => reject(scope.signal.reason);
    scope.signal.addEventListener("abort", abort, { once: true });
    const left = Math.max(0, scope.deadline - performance.now()) + 1;
    const timer = setTimeout(() => resolve(notYet("no answer in time")), left);
    release = () => {
      clearTimeout(timer);
      scope.signal.removeEventListener("abort", abort);
    };
  });
  try {
    return await Promise.race([look(), given]);
  } catch (error) {
    scope.signal.throwIfAborted();
    if (!isPassing(error)) throw error;
    return notYet(error instanceof Error ? error.message : String(error));
  } finally {
    release();
  }
}

function isPassing(error: unknown): boolean {
  if (isZooKeeperError(error)) return error.code !== "NO_AUTH" && error.code !== "AUTH_FAILED";
  if (error instanceof MarathonError) return error.kind !== "unauthorised" && error.kind !== "forbidden";
  return error instanceof MesosError && error.kind !== "unauthorised" && error.kind !== "forbidden";
}

async function pause({ lookMs, signal }: Scope): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => setTimeout(resolve, lookMs));
}
