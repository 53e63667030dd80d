/** Carries out `ferry show`: the state, one resource with a fresh reading, or a saved plan. Changes nothing. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { stringify } from "yaml";
import type { ReadResult } from "../../providers/provider.js";
import type { RecordedResource, State } from "../../state/model.js";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggestion.js";
import { READ_TIMEOUT_MS, readLive } from "../live/read.js";
import { planJson } from "../render/json.js";
import type { Json, JsonObject } from "../value/json.js";
import { readPlanFile } from "./plan-file.js";
import { type PlanRequest, withProject } from "./plan-run.js";
import type { Project } from "./project.js";
import { maskValues, recordedJson } from "./record-text.js";
import { renderPlan } from "./rendering.js";
import { type Reply, reply } from "./reply.js";
import type { Terminal } from "./terminal.js";

export interface ShowRequest
  extends Pick<PlanRequest, "configuration" | "refresh" | "parallelism" | "format" | "onSecrets"> {
  readonly subject: string | null;
}

export async function runShow(request: ShowRequest, terminal: Terminal): Promise<Reply> {
  const { subject } = request;
  if (subject !== null) {
    const path = resolve(request.configuration.directory, subject);
    const info = await stat(path).catch(() => null);
    if (info?.isFile()) return showPlan(path, subject, request, terminal);
  }
  return withProject(request, terminal, async (project, interrupts) => {
    const state = await project.backend.read();
    if (subject === null) return showState(state, project);
    return showResource(subject, state, project, request, interrupts.stop);
  });
}

async function showPlan(
  path: string,
  subject: string,
  request: ShowRequest,
  terminal: Terminal,
): Promise<Reply> {
  const plan = await readPlanFile(path, subject);
  return reply(await renderPlan(plan, request.format, terminal), planJson(plan), plan.diagnostics);
}

function showState(state: State | null, project: Project): Reply {
  const { location } = project.backend;
  if (state === null) return reply(`No state yet in ${location}: nothing has been applied.`, { state: null });
  const records = Object.values(state.resources).sort((a, b) => (a.address < b.address ? -1 : 1));
  const commit = state.git?.commit ?? null;
  const head = [
    `State     ${location}, version ${state.serial}, lineage ${state.lineage}`,
    `Written   by ferry ${state.ferryVersion}${commit === null ? "" : ` from commit ${commit.slice(0, 12)}${state.git?.dirty ? " with changes" : ""}`}`,
    `Resources ${records.length}`,
  ];
  const { lineage, serial, ferryVersion, git } = state;
  return reply([...head, ...records.map(stateLine)].join("\n"), {
    state: { location, lineage, serial, ferryVersion, git: git === null ? null : { ...git } },
    resources: records.map(recordedJson),
  });
}

function stateLine(record: RecordedResource): string {
  if (record.intent !== undefined)
    return `  ${record.address}  (${record.intent.action} was cut off at ${record.intent.startedAt})`;
  return `  ${record.address}  applied ${record.appliedAt ?? "never"}`;
}

async function showResource(
  address: string,
  state: State | null,
  project: Project,
  request: ShowRequest,
  signal: AbortSignal,
): Promise<Reply> {
  const record = state?.resources[address];
  const declared = project.desired.resources.some((resource) => resource.address === address);
  if (record === undefined && !declared) throw unknownSubject(address, state, project);
  const reading = request.refresh ? await readOne(address, state, project, request, signal) : null;
  const data = {
    address,
    declared,
    recorded: record === undefined ? null : recordedJson(record),
    live: reading === null ? null : readingJson(reading, record?.sensitivePaths ?? []),
  };
  const text = stringify(resourceText(address, record, reading), {
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
  return {
    ...reply(text, data, reading?.diagnostics ?? []),
    exitCode: reading?.status === "unreadable" ? 1 : 0,
  };
}

/** For people: what is live, else what was last seen. `ferry state show` has the whole record. */
function resourceText(
  address: string,
  record: RecordedResource | undefined,
  reading: ReadResult | null,
): JsonObject {
  const sensitive = record?.sensitivePaths ?? [];
  const applied = record === undefined ? "never" : (record.appliedAt ?? "never");
  if (reading === null) {
    const { live = null, attributes = {} } = record ?? {};
    return { address, applied, "last seen": maskValues(live ?? {}, sensitive), attributes };
  }
  if (reading.status !== "present") return { address, applied, live: reading.status };
  const { live, attributes, identity } = reading;
  return { address, applied, identity, attributes, live: maskValues(live, sensitive) };
}

/** Reads the resource and what it depends on, nothing else. */
async function readOne(
  address: string,
  state: State | null,
  project: Project,
  request: ShowRequest,
  signal: AbortSignal,
): Promise<ReadResult | null> {
  const wanted = new Set<string>();
  const add = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    const resource = project.desired.resources.find((candidate) => candidate.address === name);
    for (const other of resource?.dependsOn ?? state?.resources[name]?.dependsOn ?? []) add(other);
  };
  add(address);
  const records = Object.entries(state?.resources ?? {}).filter(([name]) => wanted.has(name));
  const live = await readLive({
    desired: project.desired.resources.filter((resource) => wanted.has(resource.address)),
    moves: [],
    state: state === null ? null : { ...state, resources: Object.fromEntries(records) },
    handler: project.registry.handler,
    world: {
      projectRoot: project.settings.root,
      lineage: state?.lineage ?? "",
      secrets: project.secrets.withSalt(state?.lineage ?? ""),
      now: Date.now,
    },
    parallelism: request.parallelism,
    timeoutMs: READ_TIMEOUT_MS,
    signal,
  });
  return live.get(address) ?? null;
}

function readingJson(reading: ReadResult, sensitive: readonly string[]): Json {
  if (reading.status !== "present") return { status: reading.status };
  const { status, live, attributes, identity } = reading;
  return { status, identity, spec: maskValues(live, sensitive), attributes };
}

function unknownSubject(subject: string, state: State | null, project: Project): DiagnosticError {
  const known = [
    ...Object.keys(state?.resources ?? {}),
    ...project.desired.resources.map((resource) => resource.address),
  ];
  const near = nearest(subject, known);
  return new DiagnosticError([
    errorDiagnostic("usage-subject", `${subject} is neither a resource of this project nor a file`, {
      remedy: near === undefined ? "`ferry show` lists what is there." : `Did you mean ${near}?`,
    }),
  ]);
}
