/**
 * The standard gates of a stage, for this plan: with what the survey found, and without what cannot be measured here, which the plan
 * lists as unchecked instead. Pure.
 */
import { type StageGates, standardGates } from "../gates/standard.js";
import type { MeasureName } from "../model/observation.js";
import type { MigrationSpec } from "../model/spec.js";
import { roomOnB } from "./refuse-agents.js";
import type { StageSteps } from "./stages.js";
import type { Survey } from "./survey.js";

export function gatesOf(spec: MigrationSpec, survey: Survey, { number, quorum }: StageSteps): StageGates {
  const { a } = survey.agents;
  const last = quorum.at(-1);
  const gates = standardGates(spec, number, {
    logMembers: last === undefined ? null : last.members.length,
    agents: a.kind === "known" ? a.value.filter(({ registered }) => registered).length : null,
  });
  if (number !== 1) return gates;
  const left = unmeasurable(spec, survey);
  return { ...gates, prerequisites: gates.prerequisites.filter(({ measure }) => !left.has(measure)) };
}

/** A gate on what nobody can measure from here would never open. */
function unmeasurable(spec: MigrationSpec, survey: Survey): ReadonlySet<MeasureName> {
  const room: readonly MeasureName[] = roomOnB(spec, survey) === null ? ["capacity-short"] : [];
  if (survey.atMs === 0) return new Set(room);
  const parts = [
    ["clock-skew-ms", survey.clockSkewMs],
    ["unreachable-pairs", survey.unreachable],
    ["disk-short", survey.diskShort],
    ["supervisors-missing", survey.unsupervised],
  ] as const;
  return new Set([...room, ...parts.flatMap(([measure, part]) => (part.kind === "known" ? [] : [measure]))]);
}
