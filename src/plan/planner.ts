/**
 * The planner: what is desired, recorded and live in, what will be done and why out. A pure function: the same input gives
 * the same bytes, whatever order maps and lists come in. It asks nobody and touches nothing.
 */
import type { DesiredResource } from "../config/desired.js";
import { type Diagnostic, hasErrors } from "../diagnostics/diagnostic.js";
import { byName } from "./graph.js";
import type { PlanInput } from "./input.js";
import { moveRecords } from "./moves.js";
import { orderParticipants, type Participants, waits } from "./order.js";
import { type DriftEntry, PLAN_FORMAT_VERSION, type Plan, type PlannedChange } from "./plan.js";
import { dependencyCycle } from "./refusals.js";
import { ResourcePlanner } from "./resource-planner.js";
import { select } from "./select.js";

export type { PlanInput } from "./input.js";

/** Plans everything that the selection covers. Errors in its diagnostics mean that it must not be carried out. */
export function planChanges(input: PlanInput): Plan {
  const declared = new Map(input.desired.resources.map((resource) => [resource.address, resource]));
  const recorded = input.recorded?.resources ?? {};
  const moved = moveRecords(recorded, input.mode === "refresh-only" ? [] : input.desired.moves, declared);
  const participants = participantsOf(input, declared, moved.records);
  const ordering = orderParticipants(participants);
  const selection = select(input.selection, ordering.needs);
  const planner = new ResourcePlanner(input, participants, moved.movedFrom, selection.covers, ordering);
  for (const address of ordering.order) planner.plan(address);
  const changes = withWaits(planner.changes, ordering, participants);
  const diagnostics = [
    ...moved.diagnostics,
    ...selection.diagnostics,
    ...(ordering.cycle === null ? [] : [dependencyCycle(ordering.cycle)]),
    ...planner.refusals(),
  ];
  return assembled(input, input.mode === "refresh-only" ? [] : changes, planner.drift, diagnostics);
}

/** Whether the selection covers an address: what it does not cover need not be read. */
export function coverage(
  input: Pick<PlanInput, "desired" | "recorded" | "mode" | "selection">,
): (address: string) => boolean {
  if (input.selection.targets.length === 0 && input.selection.excludes.length === 0) return () => true;
  const declared = new Map(input.desired.resources.map((resource) => [resource.address, resource]));
  const moves = input.mode === "refresh-only" ? [] : input.desired.moves;
  const { records } = moveRecords(input.recorded?.resources ?? {}, moves, declared);
  const { needs } = orderParticipants(participantsOf(input, declared, records));
  return select(input.selection, needs).covers;
}

function participantsOf(
  input: Pick<PlanInput, "mode">,
  declared: ReadonlyMap<string, DesiredResource>,
  records: Participants["records"],
): Participants {
  if (input.mode === "destroy") return { stays: new Map(), goes: records, records };
  const goes = new Map([...records].filter(([address]) => !declared.has(address)));
  return { stays: declared, goes, records };
}

function withWaits(
  changes: readonly PlannedChange[],
  ordering: ReturnType<typeof orderParticipants>,
  participants: Participants,
): PlannedChange[] {
  const acting = new Set(
    changes.filter((change) => change.action !== "no-op").map((change) => change.address),
  );
  const waiting = waits(ordering, acting, participants.stays);
  return changes.map((change) => {
    const waitsFor = waiting.get(change.address) ?? [];
    return waitsFor.length === 0 ? change : { ...change, waitsFor };
  });
}

function assembled(
  input: PlanInput,
  changes: readonly PlannedChange[],
  drift: readonly DriftEntry[],
  found: readonly Diagnostic[],
): Plan {
  const { desired, recorded } = input;
  const acting = changes.filter((change) => change.action !== "no-op").map((change) => change.address);
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    ferryVersion: input.ferryVersion,
    mode: input.mode,
    configuration: { fingerprint: desired.fingerprint, environment: desired.project.environment },
    state: {
      location: input.stateLocation,
      lineage: recorded?.lineage ?? null,
      serial: recorded?.serial ?? 0,
    },
    git: input.git,
    selection: {
      targets: [...new Set(input.selection.targets)].sort(byName),
      excludes: [...new Set(input.selection.excludes)].sort(byName),
    },
    changes,
    drift: [...drift].sort((a, b) => byName(a.address, b.address)),
    stages:
      acting.length === 0
        ? []
        : [{ name: input.mode === "destroy" ? "destroy" : "apply", addresses: acting }],
    diagnostics: [...input.diagnostics, ...found],
  };
}

/** Whether a plan may be carried out. */
export function isApplicable(plan: Plan): boolean {
  return !hasErrors(plan.diagnostics);
}
