/** A small spec and plan that engines of tests carry out: six stages, some steps repeatable and some not. */
import type { Action } from "../../../src/migration/model/action.js";
import type { Criterion, MigrationPlan, StagePlan } from "../../../src/migration/model/plan.js";
import { type MigrationSpec, STAGES, type StageNumber } from "../../../src/migration/model/spec.js";

const NO_SIDE = {
  zookeeper: { resource: null, connectString: "127.0.0.1:2181", servers: [], auth: [] },
  masters: { resource: null, spec: null, servers: [], quorum: 1 },
  agents: { resource: null, spec: null, servers: [] },
};

export function sampleSpec(more: Partial<MigrationSpec> = {}): MigrationSpec {
  return {
    name: "shop",
    source: NO_SIDE,
    target: NO_SIDE,
    modes: { masters: "replace", agents: "replace" },
    mesosPath: "/mesos",
    frameworks: [],
    extraPaths: [],
    conflictStrategy: "last-write-wins",
    sequenceGap: 1_000,
    approvals: [],
    limits: {
      lagMs: 100,
      holdSeconds: 3,
      stageTimeoutSeconds: 3_600,
      observationSeconds: 10,
      headroom: 0.1,
      clockSkewMs: 500,
      agentsMissing: 0.05,
    },
    observeEverySeconds: 1,
    drain: {
      concurrency: 1,
      overCapacity: 0.2,
      pauseAfterFailures: 1,
      maxGraceSeconds: 30,
      runsEndSeconds: 60,
      acceptDowntimeOf: [],
    },
    rollbackRetentionHours: 72,
    archiveKey: null,
    onBrokenGate: "pause",
    ...more,
  };
}

export interface SampleStep {
  readonly repeatable: boolean;
  readonly timeoutSeconds?: number;
}

/** Steps by stage; stages left out have one step that is repeatable. */
export function samplePlan(
  spec: MigrationSpec,
  steps: Readonly<Partial<Record<StageNumber, readonly SampleStep[]>>> = {},
): MigrationPlan {
  return {
    formatVersion: 1,
    migration: spec.name,
    digest: "sha256:0123456789abcdef",
    stages: STAGES.map((number) =>
      sampleStage(number, spec, steps[number] ?? [{ repeatable: true }], spec.approvals.includes(number)),
    ),
    diagnostics: [],
  };
}

function sampleStage(
  number: StageNumber,
  spec: MigrationSpec,
  steps: readonly SampleStep[],
  needsApproval: boolean,
): StagePlan {
  return {
    number,
    title: `Stage ${number}`,
    needsApproval,
    prerequisites: [lag(`${number}.before`, 0)],
    actions: steps.map((step, index) => sampleAction(number, index + 1, step)),
    watch: [lag(`${number}.watch`, 0)],
    criteria: [lag(`${number}.after`, spec.limits.holdSeconds)],
    timeoutSeconds: spec.limits.stageTimeoutSeconds,
    wayBack: [],
    quorum: [],
    costs: [],
    unchecked: [],
  };
}

function sampleAction(stage: StageNumber, index: number, step: SampleStep): Action {
  return {
    id: `${stage}.0${index} step`,
    stage,
    step: { kind: "start-sync" },
    text: `do ${stage}.0${index}`,
    repeatable: step.repeatable,
    timeoutSeconds: step.timeoutSeconds ?? 600,
    byHand: [],
  };
}

function lag(id: string, holdSeconds: number): Criterion {
  return {
    id,
    text: "synchronisation lag below 100 ms",
    measure: "sync-lag-ms",
    side: null,
    comparison: { kind: "at-most", limit: 100 },
    unit: "ms",
    holdSeconds,
  };
}
