/** Carries out `ferry plan` and `ferry drift`: opens, plans, saves, renders. Changes no server and no state. */
import { resolve } from "node:path";
import { hasErrors } from "../diagnostics/diagnostic.js";
import type { Plan, PlanMode } from "../plan/plan.js";
import { hasChanges, hasDrift } from "../plan/summary.js";
import { planJson } from "../render/json.js";
import type { ConfigurationRequest } from "./command.js";
import { type Interrupts, listenForInterrupts } from "./interrupts.js";
import { writePlanFile } from "./plan-file.js";
import { makePlan } from "./planning.js";
import type { Format } from "./planning-command.js";
import { openProject, type Project } from "./project.js";
import { renderPlan } from "./rendering.js";
import type { ExitCode, Reply } from "./reply.js";
import type { Terminal } from "./terminal.js";

export interface PlanRequest {
  readonly configuration: ConfigurationRequest;
  readonly mode: PlanMode;
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
  readonly refresh: boolean;
  readonly parallelism: number;
  readonly format: Format;
  readonly out: string | null;
  readonly detailedExitCode: boolean;
  /** Called with what takes secrets out of texts, as soon as secrets may have been read. */
  readonly onSecrets: (redact: (text: string) => string) => void;
}

/** Opens the project for `work` and closes it afterwards, also when interrupted. */
export async function withProject<T>(
  request: Pick<PlanRequest, "configuration" | "onSecrets">,
  terminal: Terminal,
  work: (project: Project, interrupts: Interrupts) => Promise<T>,
): Promise<T> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const project = await openProject(request.configuration, interrupts.stop);
    request.onSecrets((text) => project.secrets.redact(text));
    try {
      return await work(project, interrupts);
    } finally {
      await project.close();
    }
  } finally {
    interrupts.dispose();
  }
}

/** What planning needs besides the options. */
export function circumstances(
  request: Pick<PlanRequest, "configuration">,
  interrupts: Interrupts,
): { readonly signal: AbortSignal; readonly partial: boolean } {
  return { signal: interrupts.stop, partial: request.configuration.paths.length > 0 };
}

export function runPlan(request: PlanRequest, terminal: Terminal): Promise<Reply> {
  return withProject(request, terminal, async (project, interrupts) => {
    const state = await project.backend.read();
    const { plan } = await makePlan(
      project,
      state,
      "",
      { ...request, ...circumstances(request, interrupts) },
      terminal,
    );
    return planReply(plan, request, terminal);
  });
}

/** The answer to a plan; saves it when that is wanted and possible. */
export async function planReply(
  plan: Plan,
  request: Pick<PlanRequest, "format" | "out" | "detailedExitCode" | "configuration">,
  terminal: Terminal,
): Promise<Reply> {
  const failed = hasErrors(plan.diagnostics);
  const saved =
    request.out !== null && !failed ? await save(plan, request.out, request.configuration.directory) : null;
  const text = await renderPlan(plan, request.format, terminal);
  const pending = hasChanges(plan) || hasDrift(plan);
  const exitCode: ExitCode = failed ? 1 : request.detailedExitCode && pending ? 2 : 0;
  return {
    exitCode,
    diagnostics: plan.diagnostics,
    text: () => (saved === null ? text : `${text.trimEnd()}\n\n${saved}`),
    data: planJson(plan),
  };
}

/** Relative to the directory ferry works in, as `apply` reads it. */
async function save(plan: Plan, file: string, directory: string): Promise<string> {
  await writePlanFile(resolve(directory, file), file, plan);
  return `Saved to ${file}. Apply exactly this with: ferry apply ${file}`;
}
