/**
 * The target made equal to the source before anything goes back: otherwise what is stale on the target would come over as if it
 * were new, and a stale candidate is enough to split an election. Done once, while the two have no checkpoint in common.
 */
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import type { SyncStatus } from "../../sync/control/records.js";
import { type EngineDependencies, SyncEngine } from "../../sync/engine/engine.js";
import type { SyncSpec } from "../../sync/spec.js";

const LOOK_MS = 50;

/** Resolves when the target has everything, and nothing else. Rejects with DiagnosticError, or with the signal's reason. */
export async function levelFirst(
  spec: SyncSpec,
  dependencies: EngineDependencies,
  signal: AbortSignal,
): Promise<void> {
  const oneWay: SyncSpec = {
    ...spec,
    bidirectional: false,
    watchTarget: false,
    conflicts: { ...spec.conflicts, strategy: "source-wins" },
  };
  const engine = new SyncEngine(oneWay, dependencies);
  let failure: unknown = null;
  engine.done.catch((error: unknown) => {
    failure = error;
  });
  try {
    while (!(await isLevel(engine))) {
      if (failure !== null) throw failure;
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  } finally {
    await engine.stop().catch(() => {});
  }
}

async function isLevel(engine: SyncEngine): Promise<boolean> {
  const status = engine.status();
  refuseStopped(status);
  if (engine.role !== "active" || !isLive(status)) return false;
  await engine.idle();
  const after = engine.status();
  return isLive(after) && after.directions.every(({ backlog }) => backlog === 0);
}

function isLive({ directions }: SyncStatus): boolean {
  return directions.length > 0 && directions.every(({ state }) => state === "live");
}

function refuseStopped({ name, directions }: SyncStatus): void {
  const problems = directions.flatMap(({ direction, problem }) =>
    problem === null
      ? []
      : [
          errorDiagnostic("sync-stopped", `Sync/${name}, ${direction}: ${problem.text}`, {
            detail: `The first copy has stopped (${problem.code}). Nothing was written to its source.`,
            remedy: problem.remedy,
          }),
        ],
  );
  if (problems.length > 0) throw new DiagnosticError(problems);
}
