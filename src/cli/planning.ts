/**
 * From an open project to a plan: secrets' fingerprints, live reading, planning. Changes nothing and prints nothing but
 * what it waits for.
 */
import { emptyState } from "../../state/edit.js";
import type { GitStamp, State } from "../../state/model.js";
import type { Desired, DesiredResource, Move } from "../config/desired.js";
import { type Diagnostic, DiagnosticError, warningDiagnostic } from "../diagnostics/diagnostic.js";
import { gitStamp } from "../git/stamp.js";
import { ferryVersion } from "../install/root.js";
import { type Live, liveFromState, READ_TIMEOUT_MS, readLive } from "../live/read.js";
import type { Plan, PlanMode } from "../plan/plan.js";
import { coverage, planChanges } from "../plan/planner.js";
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
  /** Files were given by position: the rest of the project was not loaded. */
  readonly partial: boolean;
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
  git.catch(() => undefined); // reported where it is awaited; reading may fail before
  const selection = { targets: options.targets, excludes: options.excludes };
  const subjects = {
    desired: readable(desired, state, options.mode),
    moves: movesIn(desired, options.mode),
    state,
  };
  const live = options.refresh
    ? await readLive({
        ...subjects,
        handler: registry.handler,
        world: { projectRoot: settings.root, lineage: known, secrets, now: Date.now },
        parallelism: options.parallelism,
        timeoutMs: READ_TIMEOUT_MS,
        signal: options.signal,
        covers: coverage({ desired, recorded: state, mode: options.mode, selection }),
        onRead: waitingNote(terminal),
      })
    : liveFromState(subjects);
  const stamp = await git;
  const plan = planChanges({
    desired,
    recorded: state,
    live,
    handlers: registry.handlers,
    mode: options.mode,
    selection,
    git: stamp,
    stateLocation: project.backend.location,
    ferryVersion: ferryVersion(),
    diagnostics: [...project.diagnostics, ...gitWarnings(stamp)],
  });
  const warned = options.partial
    ? { ...plan, diagnostics: [...plan.diagnostics, ...partialWarnings(plan)] }
    : plan;
  return { plan: warned, desired, live, state: state ?? emptyState(lineage, ferryVersion()) };
}

/** Files given by position are the whole configuration, which is easily overlooked. */
function partialWarnings(plan: Plan): Diagnostic[] {
  const going = plan.changes.filter(
    ({ action, reason }) => action === "delete" && reason.code === "not-declared",
  );
  if (going.length === 0) return [];
  const what = going.length === 1 ? "1 recorded resource is" : `${going.length} recorded resources are`;
  return [
    warningDiagnostic("partial-configuration", `${what} not in the files given, and planned to go`, {
      detail: "Files and folders given by position are the whole configuration.",
      remedy: "To work on a part only, give no files and choose with --target.",
    }),
  ];
}

/** When everything goes, what was never made is of no interest. */
function readable(desired: Desired, state: State | null, mode: PlanMode): readonly DesiredResource[] {
  if (mode !== "destroy") return desired.resources;
  return desired.resources.filter(({ address }) => state?.resources[address] !== undefined);
}

/** The planner moves nothing where only the state is brought up to date. */
function movesIn(desired: Desired, mode: PlanMode): readonly Move[] {
  return mode === "refresh-only" ? [] : desired.moves;
}

const NOTE_EVERY_MS = 5_000;

/** Tells now and then how far the reading is, on platforms where it takes long. */
function waitingNote(
  terminal: Terminal,
): (address: string, result: unknown, done: number, total: number) => void {
  let last = Date.now();
  return (_address, _result, done, total) => {
    if (Date.now() - last < NOTE_EVERY_MS || done === total) return;
    last = Date.now();
    terminal.note(`Read ${done} of ${total} resources`);
  };
}

/** A warning when the files say something else than the commit that the plan names. */
export function gitWarnings(git: GitStamp | null): Diagnostic[] {
  if (git === null || !git.dirty) return [];
  const commit =
    git.commit === null ? "the repository, which has no commit yet" : `commit ${git.commit.slice(0, 12)}`;
  return [
    warningDiagnostic("git-dirty", `the working tree differs from ${commit}`, {
      detail: "The plan is made from the files as they are now; nobody else can see exactly these.",
      remedy: "Commit the changes, so that what is applied can be found again in git.",
    }),
  ];
}
