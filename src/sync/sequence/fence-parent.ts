/**
 * Fences a parent, or swaps a fence, on request of a person: writes the wish down, so that an engine keeps to it from now on,
 * and raises the counter that has to be above. Works with and without an engine running; its own writes are registered, so that no engine carries them over.
 */
import type { MultiOp, ZooKeeperClient } from "../../zookeeper/types.js";
import type { ControlPaths } from "../control/layout.js";
import type { FenceRecord } from "../control/records.js";
import { nextSequence } from "../copy/counters.js";
import { registerSession } from "../pair/pair.js";
import type { Side } from "../spec.js";
import { type Counters, fenceStep, gapFault, swapped } from "./fence.js";
import { readFences, writeFence } from "./fence-keeper.js";

export interface FenceRequest {
  /** For this alone: what these sessions write counts as ferry's own, and is mirrored by nobody. */
  readonly clients: Readonly<Record<Side, ZooKeeperClient>>;
  readonly paths: ControlPaths;
  /** The parent, on each side. */
  readonly at: Readonly<Record<Side, string>>;
}

export interface FenceOutcome {
  readonly record: FenceRecord;
  readonly raised: { readonly side: Side; readonly by: number };
  readonly counters: Readonly<Record<Side, number>>;
}

export class FenceRefused extends Error {
  override readonly name = "FenceRefused";
}

const STEP = 250;
const OPEN = [{ perms: 31, scheme: "world", id: "anyone" }] as const;

/** Keeps `lower`'s counter below the other side's by `gap`. Rejects with FenceRefused in words, or ZooKeeperError. */
export async function fenceParent(request: FenceRequest, lower: Side, gap: number): Promise<FenceOutcome> {
  const counters = await readCounters(request, lower);
  const fault = gapFault(gap, counters);
  if (fault !== null) throw new FenceRefused(fault);
  const before = (await readFences(request.clients.b, request.paths)).get(request.at.a);
  // Asked again: how many were made since the gap was last widened must not be forgotten.
  const since = before?.lower === lower ? before.since : counters.lower;
  const record: FenceRecord = { format: 1, path: request.at.a, lower, gap, since };
  return carryOut(request, fenceStep(record, counters));
}

/** Leadership is about to move to the other side: from now on its newcomers sort first. */
export async function swapFence(request: FenceRequest): Promise<FenceOutcome> {
  const fences = await readFences(request.clients.b, request.paths);
  const record = fences.get(request.at.a);
  if (record === undefined) throw new FenceRefused(`${request.at.a} is not fenced: fence it first`);
  return carryOut(request, swapped(record, await readCounters(request, record.lower)));
}

async function readCounters({ clients, at }: FenceRequest, lower: Side): Promise<Counters> {
  const look = async (side: Side) => {
    await clients[side].sync(at[side]);
    return clients[side].exists(at[side]);
  };
  const [statA, statB] = await Promise.all([look("a"), look("b")]);
  if (statA === null) throw new FenceRefused(`${at.a} does not exist on the source`);
  if (statB === null) throw new FenceRefused(`${at.b} does not exist on the target`);
  const [a, b] = [nextSequence(statA), nextSequence(statB)];
  return lower === "a" ? { lower: a, upper: b } : { lower: b, upper: a };
}

async function carryOut(
  request: FenceRequest,
  step: { raise: number; record: FenceRecord },
): Promise<FenceOutcome> {
  const { clients, paths, at } = request;
  const upper: Side = step.record.lower === "a" ? "b" : "a";
  await registerSession(clients[upper], paths);
  // First, or an engine that still knows the former record would raise the other side against us.
  await writeFence(clients.b, paths, step.record);
  for (let left = step.raise; left > 0; left -= STEP) {
    await clients[upper].multi(bumps(at[upper], Math.min(left, STEP)));
  }
  const now = await readCounters(request, step.record.lower);
  const isA = step.record.lower === "a";
  const counters = isA ? { a: now.lower, b: now.upper } : { a: now.upper, b: now.lower };
  return { record: step.record, raised: { side: upper, by: step.raise }, counters };
}

function bumps(parent: string, count: number): MultiOp[] {
  const path = `${parent === "/" ? "" : parent}/ferry-bump`;
  return Array.from({ length: count }, (): MultiOp[] => [
    { op: "create", path, data: null, acl: OPEN, mode: "persistent" },
    { op: "delete", path, version: -1 },
  ]).flat();
}
