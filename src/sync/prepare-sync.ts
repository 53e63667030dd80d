/**
 * Looks at both ensembles before an engine starts: whether they answer, and which feed each side that is read can have. A
 * mistake of configuration is said here; an ensemble that is down is only waited for.
 */
import { DiagnosticError } from "../diagnostics/diagnostic.js";
import type { ZooKeeperClient } from "../zookeeper/types.js";
import { isZooKeeperError, type ZooKeeperError } from "../zookeeper/zookeeper-error.js";
import { type ChosenFeed, chooseFeed } from "./choose-feed.js";
import { connectSide, refusal } from "./side/connect-side.js";
import type { Side, SideSpec, SyncSpec } from "./spec.js";

export interface Preparation {
  readonly feeds: Readonly<Record<Side, ChosenFeed>>;
}

export interface PreparationRequest {
  readonly address: string;
  readonly spec: SyncSpec;
  /** Both ensembles must answer now. */
  readonly mustAnswer: boolean;
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
}

/** Rejects with DiagnosticError `zookeeper` when a side refuses for good, or does not answer and must. */
export async function prepareSync(request: PreparationRequest): Promise<Preparation> {
  const { spec } = request;
  const [a, b] = await Promise.allSettled([tryOut(request, spec.a), tryOut(request, spec.b)]);
  const clients = { a: clientOf(a), b: clientOf(b) };
  try {
    for (const one of [a, b]) if (one.status === "rejected") throw one.reason;
    // In one direction the target is only watched, which takes the best there is whatever the source is read by.
    const wanted = { a: spec.feed, b: spec.bidirectional ? spec.feed : ("auto" as const) };
    const feed = (side: Side): Promise<ChosenFeed> => chooseFeed(spec[side], wanted[side], clients[side]);
    const [feedA, feedB] = await Promise.all([feed("a"), feed("b")]);
    return { feeds: { a: feedA, b: feedB } };
  } finally {
    await Promise.all([clients.a?.close(), clients.b?.close()]);
  }
}

function clientOf(settled: PromiseSettledResult<ZooKeeperClient | null>): ZooKeeperClient | null {
  return settled.status === "fulfilled" ? settled.value : null;
}

/** Null when it does not answer and need not. */
async function tryOut(request: PreparationRequest, side: SideSpec): Promise<ZooKeeperClient | null> {
  const { address, mustAnswer, signal, log } = request;
  try {
    return await connectSide(side, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isZooKeeperError(error)) throw error;
    if (mustAnswer || isForGood(error)) throw new DiagnosticError([refusal(address, error)]);
    log(`${side.name} does not answer yet, and is waited for: ${error.message}`);
    return null;
  }
}

function isForGood(error: ZooKeeperError): boolean {
  return isZooKeeperError(error, "AUTH_FAILED", "BAD_ARGUMENTS");
}
