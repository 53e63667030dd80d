/**
 * Carries out `ferry apply` and `ferry destroy`: takes the lock, plans under it, compares with the reviewed plan if there
 * is one, asks, executes, answers. Decides nothing about how an action is done.
 */
import { randomUUID } from "node:crypto";
import type { Lock } from "../../state/backend.js";
import type { Execution } from "../apply/execution.js";
import { executePlan } from "../apply/executor.js";
import { type Diagnostic, errorDiagnostic, hasErrors } from "../diagnostics/diagnostic.js";
import { ferryVersion } from "../install/root.js";
import type { Plan } from "../plan/plan.js";
import { hasChanges, hasDrift } from "../plan/summary.js";
import { planJson } from "../render/json.js";
import { askApproval, requireTerminal } from "./approval.js";
import { executionData, executionText } from "./execution-text.js";
import type { Interrupts } from "./interrupts.js";
import { circumstances, type PlanRequest, withProject } from "./plan-run.js";
import { makePlan, type Planned } from "./planning.js";
import { progressPrinter } from "./progress.js";
import { type Project, takeLock } from "./project.js";
import { printDiagnostics, renderPlan } from "./rendering.js";
import type { ExitCode, Reply } from "./reply.js";
import { refuseDifferentPlan } from "./saved-plan.js";
import type { Terminal } from "./terminal.js";

export interface ApplyRequest extends Omit<PlanRequest, "out" | "detailedExitCode"> {
  /** `apply` or `destroy`. */
  readonly command: string;
  readonly autoApprove: boolean;
  readonly lockTimeoutMs: number;
  /** The reviewed plan to be carried out, and the file it came from. */
  readonly saved: { readonly plan: Plan; readonly file: string } | null;
}

/** Milliseconds that an action may take to end after the second interrupt. */
const ABORT_GRACE_MS = 10_000;

export async function runApply(request: ApplyRequest, terminal: Terminal): Promise<Reply> {
  if (!request.autoApprove && request.saved === null) requireTerminal(terminal, request.command);
  return withProject(request, terminal, async (project, interrupts) => {
    const options = { operation: request.command, timeoutMs: request.lockTimeoutMs, signal: interrupts.stop };
    const lock = await takeLock(project.backend, options, terminal);
    try {
      return await applyUnderLock(project, lock, request, interrupts, terminal);
    } finally {
      await lock.release();
    }
  });
}

async function applyUnderLock(
  project: Project,
  lock: Lock,
  request: ApplyRequest,
  interrupts: Interrupts,
  terminal: Terminal,
): Promise<Reply> {
  const { planned, moved } = await planFor(project, request, interrupts, terminal);
  const { plan } = planned;
  const warnings = [...moved, ...plan.diagnostics];
  if (hasErrors(plan.diagnostics)) {
    const text = await renderPlan(plan, request.format, terminal);
    return {
      exitCode: 1,
      diagnostics: warnings,
      text: () => text,
      data: { plan: planJson(plan), execution: null },
    };
  }
  await present(project, plan, warnings, request, terminal);
  const changes = hasChanges(plan) || (plan.mode === "refresh-only" && hasDrift(plan));
  if (changes && !(await approved(plan, request, interrupts, terminal))) {
    return declined(plan, request, interrupts.stop.aborted);
  }
  const execution = await execute(project, planned, lock, request, interrupts, terminal);
  return executionReply(plan, execution, request, warnings);
}

/** A reviewed plan is compared with one made now in the same way; only then is it made with the coming lineage. */
async function planFor(
  project: Project,
  request: ApplyRequest,
  interrupts: Interrupts,
  terminal: Terminal,
): Promise<{ planned: Planned; moved: readonly Diagnostic[] }> {
  const state = await project.backend.read();
  const options = { ...request, ...circumstances(request, interrupts) };
  if (request.saved === null) {
    return { planned: await makePlan(project, state, randomUUID(), options, terminal), moved: [] };
  }
  const now = await makePlan(project, state, "", options, terminal);
  const moved = refuseDifferentPlan(request.saved, now.plan);
  if (state !== null) return { planned: now, moved };
  return { planned: await makePlan(project, null, randomUUID(), options, terminal), moved };
}

/** Shows the plan before anything is asked or done; programs get it with the answer instead. */
async function present(
  project: Project,
  plan: Plan,
  warnings: readonly Diagnostic[],
  request: ApplyRequest,
  terminal: Terminal,
): Promise<void> {
  if (request.format === "json") return;
  await printDiagnostics(warnings, terminal);
  terminal.result(project.secrets.redact(await renderPlan(plan, "text", terminal)));
}

async function approved(
  plan: Plan,
  request: ApplyRequest,
  interrupts: Interrupts,
  terminal: Terminal,
): Promise<boolean> {
  if (request.autoApprove || request.saved !== null) return true;
  return askApproval(terminal, { question: questionFor(plan), signal: interrupts.stop });
}

function questionFor(plan: Plan): string {
  if (plan.mode === "refresh-only")
    return "Shall ferry write what is live into the state? No server is touched.";
  const many = plan.changes.filter((change) => change.action !== "no-op").length;
  return `Shall ferry carry out ${many === 1 ? "this change" : `these ${many} changes`}?`;
}

function declined(plan: Plan, request: ApplyRequest, interrupted: boolean): Reply {
  const why = interrupted ? "interrupted before it was approved" : "not approved";
  return {
    exitCode: 1,
    diagnostics: [
      errorDiagnostic("not-approved", `\`ferry ${request.command}\` did nothing: ${why}`, {
        detail: "Nothing was changed.",
      }),
    ],
    text: () => "",
    data: { plan: planJson(plan), execution: null },
  };
}

async function execute(
  project: Project,
  planned: Planned,
  lock: Lock,
  request: ApplyRequest,
  interrupts: Interrupts,
  terminal: Terminal,
): Promise<Execution> {
  interrupts.stop.throwIfAborted();
  interrupts.announce("Interrupted: finishing what is under way and recording it. Once more stops now.");
  const { plan, desired, live, state } = planned;
  const secrets = project.secrets.withSalt(state.lineage);
  return executePlan({
    plan,
    desired: new Map(desired.resources.map((resource) => [resource.address, resource])),
    state,
    live,
    handler: project.registry.handler,
    backend: project.backend,
    lock,
    world: { projectRoot: project.settings.root, secrets, now: Date.now },
    parallelism: request.parallelism,
    stop: interrupts.stop,
    abort: interrupts.abort,
    abortGraceMs: ABORT_GRACE_MS,
    ferryVersion: ferryVersion(),
    git: plan.git,
    listener: progressPrinter(terminal, (text) => project.secrets.redact(text)),
  });
}

function executionReply(
  plan: Plan,
  execution: Execution,
  request: ApplyRequest,
  warnings: readonly Diagnostic[],
): Reply {
  const exitCode: ExitCode = execution.outcome === "complete" ? 0 : 1;
  const happened = [...execution.results.flatMap((result) => result.diagnostics), ...execution.diagnostics];
  return {
    exitCode,
    // In text the warnings were shown with the plan already.
    diagnostics: request.format === "json" ? [...warnings, ...happened] : happened,
    text: () => executionText(execution, request.command),
    data: { plan: planJson(plan), execution: executionData(execution) },
  };
}
