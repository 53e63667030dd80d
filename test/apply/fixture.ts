/** A project of toys in a temporary folder: desired resources, hand-made plans, and running the executor on them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KindHandler } from "../../providers/provider.js";
import type { Execution, ExecutionEvent, ExecutionRequest } from "../../src/apply/execution.js";
import { executePlan } from "../../src/apply/executor.js";
import type { DesiredResource } from "../../src/config/desired.js";
import { readLive } from "../../src/live/read.js";
import { type Action, PLAN_FORMAT_VERSION, type Plan, type PlannedChange } from "../../src/plan/plan.js";
import type { JsonObject } from "../../src/value/json.js";
import type { StateBackend } from "../../state/backend.js";
import { emptyState } from "../../state/edit.js";
import { createLocalBackend } from "../../state/local/backend.js";
import type { State } from "../../state/model.js";
import { createLockOwner } from "../../state/owner.js";

export const LINEAGE = "0b6f4a3e-90f7-4b5e-8f70-3b7c0c7a1d11";

export function toy(name: string, spec: JsonObject, more: Partial<DesiredResource> = {}): DesiredResource {
  const start = { line: 1, column: 1 };
  return {
    address: `Toy/${name}`,
    kind: "Toy",
    name,
    labels: {},
    lifecycle: { preventDestroy: false, createBeforeDestroy: false, ignoreChanges: [] },
    spec,
    dependsOn: [],
    sensitivePaths: [],
    source: { file: "toys.yaml", start, end: start },
    ...more,
  };
}

export function change(address: string, action: Action, more: Partial<PlannedChange> = {}): PlannedChange {
  return {
    address,
    kind: "Toy",
    provider: "toy",
    action,
    reason: { code: action === "no-op" ? "in-step" : "differs", text: "made by hand" },
    before: null,
    after: null,
    fields: [],
    unknownPaths: [],
    sensitivePaths: [],
    forcedBy: [],
    waitsFor: [],
    steps: [],
    liveFingerprint: "absent",
    ...more,
  };
}

export function planOf(changes: readonly PlannedChange[], more: Partial<Plan> = {}): Plan {
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    ferryVersion: "0.1.0",
    mode: "apply",
    configuration: { fingerprint: "sha256:0", environment: null },
    state: { location: "test", lineage: null, serial: 0 },
    git: null,
    selection: { targets: [], excludes: [] },
    changes,
    drift: [],
    stages: [],
    diagnostics: [],
    ...more,
  };
}

export interface Workshop {
  readonly folder: string;
  readonly backend: StateBackend;
  readonly things: string;
  remove(): void;
}

export function workshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), "ferry-apply-"));
  return {
    folder,
    backend: createLocalBackend({ directory: join(folder, "state") }),
    things: join(folder, "things"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface RunOptions {
  readonly workshop: Workshop;
  readonly handler: KindHandler;
  readonly desired: readonly DesiredResource[];
  readonly plan: Plan;
  readonly more?: Partial<ExecutionRequest>;
  readonly onEvent?: (event: ExecutionEvent) => void;
}

/** Locks, reads, executes, unlocks. */
export async function execute(options: RunOptions): Promise<Execution> {
  const { backend, folder } = options.workshop;
  const lock = await backend.lock({ owner: createLockOwner("apply"), timeoutMs: 0 });
  try {
    const state: State = (await backend.read()) ?? emptyState(LINEAGE, "0.1.0");
    const handler = (kind: string): KindHandler | undefined => (kind === "Toy" ? options.handler : undefined);
    const secrets = { resolve: async () => Buffer.from(""), fingerprint: () => "" };
    const world = { projectRoot: folder, secrets, now: Date.now };
    const live = await readLive({
      desired: options.desired,
      moves: options.plan.changes.flatMap(({ movedFrom, address }) =>
        movedFrom === undefined ? [] : [{ from: movedFrom, to: address }],
      ),
      state,
      handler,
      world: { ...world, lineage: state.lineage },
      parallelism: 4,
      timeoutMs: 5_000,
      signal: new AbortController().signal,
    });
    return await executePlan({
      plan: options.plan,
      desired: new Map(options.desired.map((resource) => [resource.address, resource])),
      state,
      live,
      handler,
      backend,
      lock,
      world,
      parallelism: 2,
      stop: new AbortController().signal,
      abort: new AbortController().signal,
      abortGraceMs: 200,
      ferryVersion: "0.1.0",
      git: null,
      listener: options.onEvent ?? (() => undefined),
      ...options.more,
    });
  } finally {
    await lock.release();
  }
}
