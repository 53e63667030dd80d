/**
 * Carries out a release stage by stage. The old instances stay as they are until the copy is proved; whatever fails before the
 * end is undone: the app keeps or gets back its old definition, and the copy goes.
 */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { App } from "../../../src/marathon/answers.js";
import { isObject } from "../../../src/value/json.js";
import { liveApp, sameApp } from "../app/live.js";
import { type AppChange, createApp, deleteApp, replaceApp, scaleApp } from "../app/write.js";
import { LOOK_EVERY_MS, type Work } from "../deployment/work.js";
import { countsOf } from "../deployment/workload.js";
import { diagnosticsOf, refusal } from "../failures.js";
import { COPY_OF, COPY_PROVES, copyOf, fingerprintOf } from "./copy.js";
import type { ReleaseSpec } from "./release-spec.js";
import { copyIdOf, type Stage, stageText } from "./stages.js";

/** Rejects with DiagnosticError or MarathonError. */
export async function runRelease(
  stages: readonly Stage[],
  change: AppChange,
  release: ReleaseSpec,
  work: Work,
): Promise<void> {
  let under: Stage["kind"] = "copy";
  try {
    await clearStale(change, work);
    for (const [at, stage] of stages.entries()) {
      work.signal.throwIfAborted();
      under = stage.kind;
      work.report({ message: stageText(stage, change.id, release), step: at + 1, steps: stages.length });
      await runStage(stage, change, release, work);
    }
  } catch (error) {
    if (work.signal.aborted) throw interrupted(change.id, work);
    // Then the release is through, and only something is left to clear away.
    if (under === "remove-copy" || isForeignCopy(error)) throw error;
    throw await aborted(error, change, work);
  }
}

/** A copy of an earlier try goes on if it proves the same definition. Rejects when it is none of ours. */
async function clearStale({ id, after }: AppChange, work: Work): Promise<void> {
  const copy = await work.client.app(copyIdOf(id), work.signal);
  if (copy === null) return;
  refuseForeign(copy, id, work);
  if (labelOf(copy, COPY_PROVES) === fingerprintOf(after)) return;
  work.report({ message: `remove ${copy.id}, which proves another definition` });
  await deleteApp(copy.id, work);
}

function labelOf(app: App, name: string): unknown {
  const { labels } = app.definition;
  return isObject(labels) ? labels[name] : undefined;
}

function refuseForeign(copy: App, id: string, { address }: Work): void {
  if (labelOf(copy, COPY_OF) === id) return;
  throw refusal(
    "marathon-release-copy",
    address,
    `${copy.id} exists and is no copy of ${id} that ferry made`,
    {
      detail: `A release would need that id. It has no label ${COPY_OF}=${id}. Nothing was touched.`,
      remedy: "Rename or remove that app, or use the strategy rolling.",
    },
  );
}

function isForeignCopy(error: unknown): boolean {
  return (
    error instanceof DiagnosticError && error.diagnostics.some(({ code }) => code === "marathon-release-copy")
  );
}

async function runStage(stage: Stage, change: AppChange, release: ReleaseSpec, work: Work): Promise<void> {
  switch (stage.kind) {
    case "copy":
      return growCopy(stage.instances, change, release, proving(work, release));
    case "hold":
      return holdCopy(stage.seconds, change.id, release, work);
    case "replace":
      // Given up, it must be undone: the copy is removed afterwards.
      return replaceApp(change, { ...work, settings: { ...work.settings, rollback: "automatic" } });
    case "remove-copy":
      return deleteApp(copyIdOf(change.id), work);
  }
}

/** The copy is given up at the first failure that is one too many. */
function proving(work: Work, { maxTaskFailures }: ReleaseSpec): Work {
  return { ...work, settings: { ...work.settings, maxTaskFailures: maxTaskFailures + 1, rollback: "never" } };
}

async function growCopy(
  instances: number,
  change: AppChange,
  release: ReleaseSpec,
  work: Work,
): Promise<void> {
  const { id, after } = change;
  const copy = await work.client.app(copyIdOf(id), work.signal);
  if (copy !== null) {
    if (copy.instances < instances) await scaleApp(copy.id, instances, work);
    return;
  }
  const startedAt = new Date(work.clock.now()).toISOString();
  const definition = copyOf(id, after, release, instances, startedAt);
  await createApp({ id: copyIdOf(id), before: null, after: definition, scaledElsewhere: false }, work);
}

async function holdCopy(seconds: number, id: string, release: ReleaseSpec, work: Work): Promise<void> {
  const end = work.clock.now() + seconds * 1000;
  const failed = new Set<string>();
  for (;;) {
    const copy = await work.client.app(copyIdOf(id), work.signal);
    const why = faultOf(copy, failed, release);
    if (why !== null) {
      throw refusal(
        "marathon-release-unhealthy",
        work.address,
        `${copyIdOf(id)} did not stay healthy: ${why}`,
        {
          detail: "It was watched before it would take the place of the app.",
          remedy: "Look at the logs of its tasks, mend the new definition, then apply again.",
        },
      );
    }
    if (work.clock.now() >= end) return;
    await work.clock.delay(LOOK_EVERY_MS, work.signal);
  }
}

/** Null while it is healthy. */
function faultOf(copy: App | null, failed: Set<string>, { maxTaskFailures }: ReleaseSpec): string | null {
  if (copy === null) return "somebody removed it";
  const { lastTaskFailure: failure } = copy;
  if (failure !== null) failed.add(failure.taskId);
  if (failure !== null && failed.size > maxTaskFailures) {
    return `a task ended with ${failure.state} on ${failure.host}${failure.message === "" ? "" : `: ${failure.message}`}`;
  }
  if (copy.unhealthy > 0) return `${copy.unhealthy} of its tasks are unhealthy`;
  // A task that failed and is put up with leaves a gap until it is there again.
  return copy.running < copy.instances && failed.size === 0 ? countsOf(copy) : null;
}

/** Stopped by the user: nothing is undone, because the next apply goes on from here. */
function interrupted(id: string, { address }: Work): DiagnosticError {
  return refusal("interrupted", address, "the release was stopped before its next stage", {
    detail: `${copyIdOf(id)} may be running beside ${id}. Neither is taken back.`,
    remedy: "Apply again to go on; or declare the old definition and apply, which removes the copy.",
  });
}

/** Undoes what was done. The app itself needs nothing: its replacement rolls itself back. */
async function aborted(error: unknown, change: AppChange, work: Work): Promise<DiagnosticError> {
  const causes = diagnosticsOf(work.address, error);
  const { id } = change;
  try {
    // While the app is neither the old nor the new one, the copy is what works: it stays.
    if (!(await isAsBefore(change, work))) return new DiagnosticError([...causes, mixedNote(id, work)]);
    work.report({ message: `abort the release: remove ${copyIdOf(id)}` });
    // A deployment of the copy that does not end would hold it.
    const settings = { ...work.settings, whenLocked: "force", rollback: "never" } as const;
    await deleteApp(copyIdOf(id), { ...work, settings });
    return new DiagnosticError([...causes, abortedNote(id, work)]);
  } catch (second) {
    if (work.signal.aborted) throw second;
    return new DiagnosticError([...causes, leftNote(id, work), ...diagnosticsOf(work.address, second)]);
  }
}

async function isAsBefore({ id, before, scaledElsewhere }: AppChange, work: Work): Promise<boolean> {
  const app = await work.client.app(id, work.signal);
  if (app === null || before === null) return false;
  return sameApp(liveApp(app.definition, { wanted: before, scaledElsewhere }), before, scaledElsewhere);
}

function abortedNote(id: string, { address }: Work): Diagnostic {
  return errorDiagnostic("marathon-release-aborted", `${address}: the release was aborted`, {
    address,
    detail: `${id} has its old definition, and ${copyIdOf(id)} is gone.`,
    remedy: "Mend what is named above, then apply again.",
  });
}

function mixedNote(id: string, { address }: Work): Diagnostic {
  return errorDiagnostic("marathon-release-copy-kept", `${address}: ${copyIdOf(id)} is kept`, {
    address,
    detail: `${id} is not as it was before the release, so that the copy is left to do the work.`,
    remedy: `Look at ${id} (\`ferry plan\`), then apply again: it goes on, or removes the copy when there is nothing to change.`,
  });
}

function leftNote(id: string, { address }: Work): Diagnostic {
  return errorDiagnostic("marathon-release-copy-left", `${address}: ${copyIdOf(id)} could not be removed`, {
    address,
    detail: `The release was aborted; ${id} has its old definition.`,
    remedy: "Apply again, which removes it or goes on with it.",
  });
}
