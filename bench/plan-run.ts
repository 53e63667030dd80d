/**
 * One run of bench/plan in a process of its own: makes the platform's files in a temporary directory, measures, removes
 * them. The state and the live values are of generation 0, the configuration of generation 1, with some manual changes.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KindHandler, ReadResult } from "../providers/provider.js";
import { openRegistry } from "../providers/registry.js";
import type { Desired } from "../src/config/desired.js";
import { loadConfiguration } from "../src/config/load.js";
import { ferryVersion } from "../src/install/root.js";
import { ResourceViews } from "../src/live/views.js";
import { formatPlanFile } from "../src/plan/file.js";
import type { Plan } from "../src/plan/plan.js";
import { planChanges } from "../src/plan/planner.js";
import { type PlanSummary, summarise } from "../src/plan/summary.js";
import { renderJson } from "../src/render/json.js";
import { renderMarkdown } from "../src/render/markdown.js";
import { renderText } from "../src/render/text.js";
import type { JsonObject } from "../src/value/json.js";
import { emptyState } from "../state/edit.js";
import type { RecordedResource, State } from "../state/model.js";
import { openBackend } from "../state/open.js";
import { createLockOwner } from "../state/owner.js";
import { platformFiles } from "./platform.js";

/** "change": a platform in place and a typical change to it; "first": nothing is there yet, everything is created. */
export type Scenario = "change" | "first";

export interface Measurement {
  readonly resources: number;
  readonly scenario: Scenario;
  readonly yamlMiB: number;
  readonly loadMs: number;
  readonly planMs: number;
  readonly renderMs: {
    readonly text: number;
    readonly json: number;
    readonly markdown: number;
    readonly planFile: number;
  };
  /** Plan, text, JSON and Markdown together: what the goal is about. */
  readonly planAndRenderMs: number;
  /** Processor time of the same, on all threads: what is left of it when others use the machine too. */
  readonly planAndRenderCpuMs: number;
  readonly stateWriteMs: number;
  readonly stateMiB: number;
  /** Heap in use after a collection, MiB. */
  readonly heapMiB: { readonly afterLoad: number; readonly afterPlan: number; readonly afterRender: number };
  /** Highest resident size of the whole process, MiB. */
  readonly peakMiB: number;
  readonly summary: PlanSummary;
}

/** Every so many znodes were changed by hand. */
const DRIFT_EVERY = 50;

async function main(resources: number, scenario: Scenario): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ferry-bench-"));
  try {
    process.stdout.write(`${JSON.stringify(await measured(resources, scenario, folder))}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(resources: number, scenario: Scenario, folder: string): Promise<Measurement> {
  const registry = await openRegistry({});
  const before = await load(join(folder, "before"), resources, 0);
  const state = stateOf(before.desired, registry.handlers);
  const live = liveOf(state);
  collect();
  const now = await load(join(folder, "now"), resources, 1);
  const afterLoad = collect();

  const plan = (): Plan =>
    planChanges({
      desired: now.desired,
      recorded: scenario === "first" ? null : state,
      live: scenario === "first" ? new Map() : live,
      handlers: registry.handlers,
      mode: "apply",
      selection: { targets: [], excludes: [] },
      git: null,
      stateLocation: "local .ferry/state.json",
      ferryVersion: ferryVersion(),
      diagnostics: [],
    });
  const cpuBefore = process.cpuUsage();
  const planned = timed(plan);
  const cpuPlan = cpuMs(cpuBefore);
  const afterPlan = collect();
  const cpuRender = process.cpuUsage();
  const renderMs = rendered(planned.value);
  const planAndRenderCpuMs = round(cpuPlan + cpuMs(cpuRender) - renderMs.planFile);
  const afterRender = collect();
  const written = await writeState(folder, state);
  await registry.close();
  return {
    resources,
    scenario,
    yamlMiB: now.mebibytes,
    loadMs: now.milliseconds,
    planMs: planned.milliseconds,
    renderMs,
    planAndRenderMs: round(planned.milliseconds + renderMs.text + renderMs.json + renderMs.markdown),
    planAndRenderCpuMs,
    stateWriteMs: written.milliseconds,
    stateMiB: written.mebibytes,
    heapMiB: { afterLoad, afterPlan, afterRender },
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    summary: summarise(planned.value),
  };
}

function timed<T>(work: () => T): { value: T; milliseconds: number } {
  const start = performance.now();
  const value = work();
  return { value, milliseconds: round(performance.now() - start) };
}

/** Milliseconds of processor time since `start`. */
function cpuMs(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Heap in use after a collection, MiB. */
function collect(): number {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
}

function rendered(plan: Plan): Measurement["renderMs"] {
  return {
    text: timed(() => renderText(plan, { colour: true, width: 120 })).milliseconds,
    json: timed(() => renderJson(plan)).milliseconds,
    markdown: timed(() => renderMarkdown(plan)).milliseconds,
    planFile: timed(() => formatPlanFile(plan)).milliseconds,
  };
}

async function load(
  directory: string,
  resources: number,
  generation: 0 | 1,
): Promise<{ desired: Desired; milliseconds: number; mebibytes: number }> {
  mkdirSync(directory, { recursive: true });
  let bytes = 0;
  for (const { path, text } of platformFiles(resources, generation)) {
    bytes += Buffer.byteLength(text);
    writeFileSync(join(directory, path), text);
  }
  const request = { directory, paths: [], environment: null, variableFiles: [], variables: [], env: {} };
  const start = performance.now();
  const { value, diagnostics } = await loadConfiguration(request);
  const milliseconds = round(performance.now() - start);
  if (value === undefined) throw new Error(`the platform does not load: ${diagnostics[0]?.summary ?? ""}`);
  return { desired: value, milliseconds, mebibytes: round(bytes / 2 ** 20) };
}

/** Everything applied as the configuration says. */
function stateOf(desired: Desired, handlers: ReadonlyMap<string, KindHandler>): State {
  const views = new ResourceViews((kind) => handlers.get(kind));
  views.seed(desired.resources, null, new Map());
  const records = desired.resources.map((resource): RecordedResource => {
    const spec = views.spec(resource.address) ?? {};
    return {
      address: resource.address,
      kind: resource.kind,
      provider: handlers.get(resource.kind)?.provider ?? "",
      identity: resource.name,
      spec,
      live: spec,
      attributes: {},
      dependsOn: resource.dependsOn,
      sensitivePaths: resource.sensitivePaths,
      preventDestroy: resource.lifecycle.preventDestroy,
      appliedAt: "2026-01-01T00:00:00.000Z",
    };
  });
  const resources = Object.fromEntries(records.map((record) => [record.address, record]));
  return { ...emptyState("00000000-0000-4000-8000-000000000000", ferryVersion()), serial: 1, resources };
}

/** What a reading would give: copies of the recorded values, so that no comparison is saved by identity. */
function liveOf(state: State): Map<string, ReadResult> {
  const live = new Map<string, ReadResult>();
  Object.values(state.resources).forEach((record, at) => {
    const copy = structuredClone(record.live) as JsonObject;
    const drifts = record.kind === "ZNode" && at % DRIFT_EVERY === 0;
    live.set(record.address, {
      status: "present",
      live: drifts ? { ...copy, data: "changed by hand\n" } : copy,
      attributes: {},
      identity: record.identity,
      diagnostics: [],
    });
  });
  return live;
}

/** The whole state, as after every action of an apply. */
async function writeState(
  folder: string,
  state: State,
): Promise<{ milliseconds: number; mebibytes: number }> {
  const secrets = {
    resolve: () => Promise.reject(new Error("the benchmark has no secrets")),
    fingerprint: () => "",
  };
  const backend = await openBackend({ kind: "local", path: ".ferry" }, { root: folder, secrets });
  const lock = await backend.lock({ owner: createLockOwner("bench"), timeoutMs: 0 });
  const start = performance.now();
  await backend.write(state, lock);
  const milliseconds = round(performance.now() - start);
  await lock.release();
  await backend.close();
  const { size } = statSync(join(folder, ".ferry", "state.json"));
  return { milliseconds, mebibytes: round(size / 2 ** 20) };
}

await main(Number(process.argv[2]), process.argv[3] === "first" ? "first" : "change");
