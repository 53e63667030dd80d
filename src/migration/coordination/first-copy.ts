/**
 * Makes one side as the other one is, before both count: what the source has deleted must not come back, and what the target had of its
 * own must not win. Writes nothing to the source's trees.
 */
import type { SyncStatus } from "../../sync/control/records.js";
import { SyncEngine } from "../../sync/engine/engine.js";
import { engineDependencies } from "../../sync/engine-dependencies.js";
import { prepareSync } from "../../sync/prepare-sync.js";
import type { SyncSpec } from "../../sync/spec.js";
import { unsafe } from "./refusal.js";

const LOOK_MS = 100;

/**
 * Resolves when the target has everything, with no engine left running. An attempt that was cut off is simply repeated. Rejects with
 * DiagnosticError, or with the reason of the signal.
 */
export async function copyFirst(
  both: SyncSpec,
  signal: AbortSignal,
  log: (text: string) => void,
): Promise<void> {
  const spec: SyncSpec = { ...both, bidirectional: false, watchTarget: false };
  const address = `Sync/${spec.name}`;
  const { feeds } = await prepareSync({ address, spec, mustAnswer: true, signal, log });
  // What the target has too much is out of date, however much it is: the source is where the platform runs.
  const choices = { feeds, log, acceptDeletions: true, fromSnapshot: false };
  const engine = new SyncEngine(spec, engineDependencies(choices));
  const failed = engine.done.then(() => {
    signal.throwIfAborted();
    throw new Error(`the engine of ${spec.name} has ended`);
  });
  failed.catch(() => {});
  try {
    while (!(await isLevel(engine))) {
      signal.throwIfAborted();
      await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
    }
  } finally {
    await engine.stop().catch(() => {});
  }
}

async function isLevel(engine: SyncEngine): Promise<boolean> {
  if (engine.role !== "active") return false;
  const status = engine.status();
  refuseProblem(status);
  if (status.directions.some(({ state }) => state !== "live")) return false;
  await engine.idle();
  return engine.role === "active";
}

function refuseProblem({ name, directions }: SyncStatus): void {
  for (const { problem } of directions) {
    if (problem === null) continue;
    throw unsafe(`${name}: the side that does not lead cannot be brought level: ${problem.text}`, {
      detail: "The side that leads was not written to. The other one is repaired by the next attempt.",
      remedy: `${problem.remedy}. Then resume the migration.`,
    });
  }
}
