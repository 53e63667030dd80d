/** What must hold before, during and after each stage. Pure. */

import type { MeasureName } from "../model/observation.js";
import type { Comparison, Criterion } from "../model/plan.js";
import type { MigrationSpec, SideName, StageNumber } from "../model/spec.js";

export interface StageGates {
  readonly prerequisites: readonly Criterion[];
  readonly watch: readonly Criterion[];
  readonly criteria: readonly Criterion[];
}

export function gatesOf(spec: MigrationSpec, stage: StageNumber): StageGates {
  void spec;
  void stage;
  const none: readonly Criterion[] = [];
  return { prerequisites: none, watch: none, criteria: none };
}

export function criterion(
  id: string,
  text: string,
  measure: MeasureName,
  side: SideName | null,
  comparison: Comparison,
  unit = "",
  holdSeconds = 0,
): Criterion {
  return { id, text, measure, side, comparison, unit, holdSeconds };
}
