/**
 * The counters of the parents under which both sides number their znodes: fenced, so that newcomers on the side that does not lead
 * sort after all of the one that does, and turned round once leadership has moved. Safe to repeat.
 */
import { controlPaths } from "../../sync/control/layout.js";
import { readFences } from "../../sync/sequence/fence-keeper.js";
import { type FenceOutcome, FenceRefused, fenceParent } from "../../sync/sequence/fence-parent.js";
import { withBothSides } from "../../sync/side/connect-side.js";
import type { SyncSpec } from "../../sync/spec.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { SideName } from "../model/spec.js";
import { unsafe } from "./refusal.js";

export interface Fence {
  readonly path: string;
  /** Where the leader is: newcomers there sort first. */
  readonly lower: SideName;
  readonly gap: number;
}

/**
 * `lower`'s counters are kept below the other side's by `gap`. Asked for the other side than before, the fence is turned round.
 * Both sides must have the parents (`createParents`). Rejects with ZooKeeperError, or DiagnosticError.
 */
export async function fenceCounters(
  sync: SyncSpec,
  fences: readonly Fence[],
  signal: AbortSignal,
): Promise<readonly FenceOutcome[]> {
  const outcomes: FenceOutcome[] = [];
  // Sessions for this alone: what they write is registered as ferry's own, and no engine carries it over.
  await withBothSides(sync, signal, async (clients) => {
    for (const { path, lower, gap } of fences) {
      const request = { clients, paths: controlPaths(sync.name), at: { a: path, b: path } };
      outcomes.push(await inWords(path, fenceParent(request, lower, gap)));
    }
  });
  return outcomes;
}

/** As they were asked for last. Rejects with ZooKeeperError. */
export async function listFences(client: ZooKeeperClient, sync: SyncSpec): Promise<readonly Fence[]> {
  const records = await readFences(client, controlPaths(sync.name));
  return [...records.values()].map(({ path, lower, gap }) => ({ path, lower, gap }));
}

/** Empty ones, as Mesos makes them; what is there stays as it is. Rejects with ZooKeeperError. */
export async function createParents(client: ZooKeeperClient, paths: readonly string[]): Promise<void> {
  for (const path of paths.toSorted()) {
    await client.createParents(path);
    try {
      await client.create(path, Buffer.alloc(0));
    } catch (error) {
      if (!isZooKeeperError(error, "NODE_EXISTS")) throw error;
    }
  }
}

async function inWords<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof FenceRefused)) throw error;
    throw unsafe(`the counters of ${path} cannot be fenced: ${error.message}`, {
      detail: "No master may be started on the other side before they are.",
      remedy: "Look at both sides, then resume the migration.",
    });
  }
}
