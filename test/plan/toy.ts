/**
 * A toy kind and a toy world for tests of the planner: what a provider would do, without any server. Applies plans exactly
 * as they say, one change after another.
 */
import type { FieldRules, KindHandler, ReadResult } from "../../providers/provider.js";
import type { Desired, DesiredResource, Move } from "../../src/config/desired.js";
import type { PlanInput } from "../../src/plan/input.js";
import type { Plan, PlannedChange } from "../../src/plan/plan.js";
import { planChanges } from "../../src/plan/planner.js";
import { type ResolvedView, resolveSpec } from "../../src/plan/resolve.js";
import { isObject, type JsonObject } from "../../src/value/json.js";
import type { RecordedResource, State } from "../../state/model.js";

export const TOY_RULES: FieldRules = {
  forcesReplacement: ["place", "items[*].shape"],
  keyedLists: { items: "id" },
  unorderedLists: ["tags"],
  sensitive: ["hidden", "items[*].pin"],
  textFields: ["text"],
  completeObjects: ["children"],
  livesIn: ["home"],
};

export const PLAIN_RULES: FieldRules = {
  forcesReplacement: [],
  keyedLists: {},
  unorderedLists: [],
  sensitive: [],
  textFields: [],
};

function refuse(): never {
  throw new Error("the planner must not call a provider");
}

export const toyHandler: KindHandler = {
  kind: "Toy",
  provider: "toys",
  rules: TOY_RULES,
  normalise: (spec) => ({ size: 1, ...spec }),
  validate: () => [],
  outputs: (spec) => (spec["place"] === undefined ? {} : { label: `toy at ${String(spec["place"])}` }),
  attributeNames: ["mood"],
  describeSteps: (change) => [`${change.action} ${change.address}`],
  read: refuse,
  apply: refuse,
  importHelp: "ID is the place",
  import: refuse,
};

export const HANDLERS: ReadonlyMap<string, KindHandler> = new Map([["Toy", toyHandler]]);

export function toy(name: string, spec: JsonObject, more: Partial<DesiredResource> = {}): DesiredResource {
  return {
    address: `Toy/${name}`,
    kind: "Toy",
    name,
    labels: {},
    lifecycle: { preventDestroy: false, createBeforeDestroy: false, ignoreChanges: [] },
    spec,
    dependsOn: [],
    sensitivePaths: [],
    source: { file: "toys.yaml", start: { line: 1, column: 1 }, end: { line: 1, column: 1 } },
    ...more,
  };
}

export function recordedToy(
  name: string,
  spec: JsonObject,
  more: Partial<RecordedResource> = {},
): RecordedResource {
  const normal = toyHandler.normalise(spec);
  return {
    address: `Toy/${name}`,
    kind: "Toy",
    provider: "toys",
    identity: name,
    spec: normal,
    live: normal,
    attributes: { mood: "calm" },
    dependsOn: [],
    sensitivePaths: [],
    preventDestroy: false,
    appliedAt: "2026-01-01T00:00:00Z",
    ...more,
  };
}

export function desiredOf(resources: readonly DesiredResource[], moves: readonly Move[] = []): Desired {
  return {
    project: {
      root: "/project",
      name: "toys",
      state: { kind: "local", path: ".ferry" },
      providers: {},
      environment: null,
    },
    resources,
    moves,
    fingerprint: "sha256:configuration",
  };
}

export function stateOf(records: readonly RecordedResource[], serial = 1): State {
  return {
    formatVersion: 1,
    lineage: "3b1c6d2e-0000-4000-8000-000000000000",
    serial,
    ferryVersion: "0.1.0",
    git: null,
    resources: Object.fromEntries(records.map((record) => [record.address, record])),
  };
}

export function present(live: JsonObject, attributes: JsonObject = { mood: "calm" }): ReadResult {
  return {
    status: "present",
    live: toyHandler.normalise(live),
    attributes,
    identity: "found",
    diagnostics: [],
  };
}

export const ABSENT: ReadResult = { status: "absent", diagnostics: [] };
export const UNREADABLE: ReadResult = {
  status: "unreadable",
  diagnostics: [{ severity: "error", code: "read-failed", summary: "no answer" }],
};

export interface Situation {
  readonly resources?: readonly DesiredResource[];
  readonly records?: readonly RecordedResource[];
  readonly live?: Readonly<Record<string, ReadResult>>;
  readonly moves?: readonly Move[];
  readonly mode?: PlanInput["mode"];
  readonly targets?: readonly string[];
  readonly excludes?: readonly string[];
}

export function inputOf(situation: Situation): PlanInput {
  const records = situation.records ?? [];
  return {
    desired: desiredOf(situation.resources ?? [], situation.moves),
    recorded: records.length === 0 ? null : stateOf(records),
    live: new Map(Object.entries(situation.live ?? {})),
    handlers: HANDLERS,
    mode: situation.mode ?? "apply",
    selection: { targets: situation.targets ?? [], excludes: situation.excludes ?? [] },
    git: null,
    stateLocation: "local .ferry/state.json",
    ferryVersion: "0.1.0",
    diagnostics: [],
  };
}

export function planOf(situation: Situation): Plan {
  return planChanges(inputOf(situation));
}

export function changeOf(plan: Plan, address: string): PlannedChange {
  const change = plan.changes.find((candidate) => candidate.address === address);
  if (change === undefined) throw new Error(`the plan has no change of ${address}`);
  return change;
}

/** Addresses of what acts, in order. */
export function acting(plan: Plan): string[] {
  return plan.changes.filter((change) => change.action !== "no-op").map((change) => change.address);
}

/** The world and the state as they are after the plan was carried out to the letter. */
export function applied(input: PlanInput, plan: Plan): { state: State; live: Map<string, ReadResult> } {
  const live = new Map(input.live);
  const records = new Map(Object.entries(input.recorded?.resources ?? {}));
  const declared = new Map(input.desired.resources.map((resource) => [resource.address, resource]));
  const views = new Map<string, ResolvedView>();
  const doneOrUnchanged = new Set<string>();
  const actingOnes = new Set(acting(plan));
  for (const change of plan.changes) {
    for (const other of change.waitsFor) {
      if (actingOnes.has(other) && !doneOrUnchanged.has(other))
        throw new Error(`${change.address} before ${other}`);
    }
    doneOrUnchanged.add(change.address);
    carryOut(change, { live, records, declared, views });
  }
  return { state: stateOf([...records.values()], (input.recorded?.serial ?? 0) + 1), live };
}

interface World {
  readonly live: Map<string, ReadResult>;
  readonly records: Map<string, RecordedResource>;
  readonly declared: ReadonlyMap<string, DesiredResource>;
  readonly views: Map<string, ResolvedView>;
}

function carryOut(change: PlannedChange, world: World): void {
  const { address, movedFrom, action } = change;
  const { live, records, declared, views } = world;
  const from = movedFrom === undefined ? undefined : records.get(movedFrom);
  if (movedFrom !== undefined && from !== undefined) {
    records.delete(movedFrom);
    records.set(address, { ...from, address });
    const reading = live.get(movedFrom);
    if (reading !== undefined && !live.has(address)) live.set(address, reading);
    live.delete(movedFrom);
  }
  if (action === "delete" || action === "forget") {
    records.delete(address);
    live.set(address, ABSENT);
    return;
  }
  const resource = declared.get(address);
  if (resource === undefined || change.reason.code === "excluded" || change.reason.code === "blocked") return;
  const spec = toyHandler.normalise(resolveSpec(resource.spec, (other) => views.get(other)));
  const attributes = { mood: "calm" };
  views.set(address, { kind: "Toy", spec, outputs: toyHandler.outputs(spec, () => undefined), attributes });
  const before = live.get(address);
  const kept = action === "no-op" && before?.status === "present" ? before.live : reported(spec);
  live.set(address, { status: "present", live: kept, attributes, identity: resource.name, diagnostics: [] });
  records.set(address, {
    ...recordedToy(resource.name, spec),
    spec,
    live: kept,
    dependsOn: resource.dependsOn,
    sensitivePaths: resource.sensitivePaths,
    preventDestroy: resource.lifecycle.preventDestroy,
  });
}

/** Live never tells what is under "untold". */
function reported(spec: JsonObject): JsonObject {
  if (!isObject(spec["untold"])) return spec;
  return Object.fromEntries(Object.entries(spec).filter(([key]) => key !== "untold"));
}
