/**
 * From an open project to a plan: secrets' fingerprints, live reading, planning. Changes nothing and prints nothing but
 * what it waits for.
 */
import { createHash } from "node:crypto";
import { emptyState } from "../../state/edit.js";
import type { State } from "../../state/model.js";
import type { Desired } from "../config/desired.js";
import { type Diagnostic, DiagnosticError, warningDiagnostic } from "../diagnostics/diagnostic.js";
import { gitStamp } from "../git/stamp.js";
import { ferryVersion } from "../install/root.js";
import { type Live, liveFromState, READ_TIMEOUT_MS, readLive } from "../live/read.js";
import type { Plan, PlanMode } from "../plan/plan.js";
import { planChanges } from "../plan/planner.js";
import { fillFingerprints } from "../secrets/fill.js";
import type { Project } from "./project.js";
import type { Terminal } from "./terminal.js";

export interface PlanningOptions {
  readonly mode: PlanMode;
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
  readonly refresh: boolean;
  readonly parallelism: number;
  readonly signal: AbortSignal;
}

export interface Planned {
  readonly plan: Plan;
  /** Secrets with fingerprints. */
  readonly desired: Desired;
  readonly live: Live;
  /** What the backend holds, or an empty one of serial 0 with a new lineage. */
  readonly state: State;
}

/**
 * Plans against `state` (null: none yet). `lineage` is the one a first write will give, "" when nothing will be written:
 * secrets' fingerprints are made with it.
 */
export async function makePlan(
  project: Project,
  state: State | null,
  lineage: string,
  options: PlanningOptions,
  terminal: Terminal,
): Promise<Planned> {
  const { settings, registry } = project;
  const known = state?.lineage ?? lineage;
  const secrets = project.secrets.withSalt(known);
  const filled = await fillFingerprints(project.desired, secrets);
  if (filled.value === undefined) throw new DiagnosticError([...project.diagnostics, ...filled.diagnostics]);
  const desired = filled.value;
  const git = gitStamp(settings.root);
  const live = options.refresh
    ? await readLive({
        desired: desired.resources,
        moves: desired.moves,
        state,
        handler: registry.handler,
        world: { projectRoot: settings.root, lineage: known, secrets, now: Date.now },
        parallelism: options.parallelism,
        timeoutMs: READ_TIMEOUT_MS,
        signal: options.signal,
        onRead: waitingNote(terminal),
      })
    : liveFromState({ desired: desired.resources, moves: desired.moves, state });
  const plan = planChanges({
    desired,
    state,
    live,
    handler: registry.handler,
    mode: options.mode,
    targets: options.targets,
    excludes: options.excludes,
    location: project.backend.location,
    git: await git,
    ferryVersion: ferryVersion(),
  });
  return { plan, desired, live, state: state ?? emptyState(lineage, ferryVersion()) };
}

const NOTE_EVERY_MS = 5_000;

/** Tells now and then how far the reading is, on platforms where it takes long. */
function waitingNote(terminal: Terminal): (address: string, result: unknown, done: number, total: number) => void {
  let last = Date.now();
  return (_address, _result, done, total) => {
    if (Date.now() - last < NOTE_EVERY_MS || done === total) return;
    last = Date.now();
    terminal.note(`Read ${done} of ${total} resources`);
  };
}

/** A warning when the files say something else than the commit that the plan names. */
export function gitWarnings(plan: Plan): Diagnostic[] {
  if (plan.git === null || !plan.git.dirty) return [];
  const commit = plan.git.commit === null ? "no commit yet" : `commit ${plan.git.commit.slice(0, 12)}`;
  return [
    warningDiagnostic("git-dirty", `the working tree differs from ${commit}`, {
      detail: "The plan is made from the files as they are now; nobody else can see exactly these.",
      remedy: "Commit the changes, so that what is applied can be found again in git.",
    }),
  ];
}

/** `sha256:` over a text; for comparing what must not be shown. */
export function fingerprintOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
