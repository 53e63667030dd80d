/** Carries out `ferry drift`: a reading compared with the state. Plans no change and writes nothing. */
import { hasErrors } from "../diagnostics/diagnostic.js";
import type { Plan } from "../plan/plan.js";
import { hasDrift } from "../plan/summary.js";
import { circumstances, type PlanRequest, withProject } from "./plan-run.js";
import { makePlan } from "./planning.js";
import { renderPlan } from "./rendering.js";
import type { ExitCode, Reply } from "./reply.js";
import type { Terminal } from "./terminal.js";

export type DriftRequest = Pick<
  PlanRequest,
  "configuration" | "targets" | "excludes" | "parallelism" | "format" | "onSecrets"
>;

export function runDrift(request: DriftRequest, terminal: Terminal): Promise<Reply> {
  return withProject(request, terminal, async (project, interrupts) => {
    const state = await project.backend.read();
    const options = {
      ...request,
      mode: "refresh-only",
      refresh: true,
      ...circumstances(request, interrupts),
    } as const;
    const { plan } = await makePlan(project, state, "", options, terminal);
    const text = await renderPlan(plan, request.format, terminal);
    return {
      exitCode: exitCodeOf(plan),
      // Which commit the files are of has nothing to do with what others changed.
      diagnostics: plan.diagnostics.filter((diagnostic) => diagnostic.code !== "git-dirty"),
      text: () => text,
      data: { drift: plan.drift as never, state: plan.state },
    };
  });
}

/** What drifted for certain comes first; what could not be read is no proof of either. */
function exitCodeOf(plan: Plan): ExitCode {
  if (hasDrift(plan)) return 2;
  return plan.drift.length > 0 || hasErrors(plan.diagnostics) ? 1 : 0;
}
