/** The pure planner: desired, recorded and live in, Plan out. */
import type { PlanInput } from "./input.js";
import { PLAN_FORMAT_VERSION, type Plan } from "./plan.js";

export type { PlanInput } from "./input.js";

export function planChanges(input: PlanInput): Plan {
  const { desired, recorded } = input;
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    ferryVersion: input.ferryVersion,
    mode: input.mode,
    configuration: { fingerprint: desired.fingerprint, environment: desired.project.environment },
    state: { location: input.stateLocation, lineage: recorded?.lineage ?? null, serial: recorded?.serial ?? 0 },
    git: input.git,
    selection: input.selection,
    changes: [],
    drift: [],
    stages: [],
    diagnostics: input.diagnostics,
  };
}
