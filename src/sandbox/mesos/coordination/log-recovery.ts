/**
 * How a replica comes to vote: at once when it did before, by catching up from a quorum of voters, or, when the whole
 * cluster is empty, by all of them starting together. It elects nobody.
 */
import { fill, type Proposer } from "./consensus.js";
import type { Ballot, LogAnswer, ReplicaStatus } from "./log-messages.js";
import type { Replica } from "./replica.js";

export interface RecoveryOptions {
  readonly proposer: Proposer;
  readonly replica: Replica;
  /** UPID of the replica. */
  readonly own: string;
  readonly autoInitialize: boolean;
}

type Status = LogAnswer & { readonly kind: "status" };

type Step =
  | { readonly kind: "status"; readonly status: "STARTING" | "VOTING" }
  | { readonly kind: "catch-up"; readonly begin: number; readonly end: number };

/** Milliseconds: a round is asked again after this to twice this, and given up after that. */
const ROUND_MS = { pause: 500, longest: 10_000 };
/** A position that is not filled by then is tried anew. */
const POSITION_MS = 10_000;

/** Resolves when the replica votes. Rejects with CheckFailed where Mesos aborts, and when the signal ends it. */
export async function recoverReplica(options: RecoveryOptions, signal: AbortSignal): Promise<void> {
  const { proposer, replica } = options;
  proposer.log("I", "recover.cpp", "Starting replica recovery");
  for (;;) {
    proposer.log("I", "recover.cpp", `Replica is in ${replica.status} status`);
    if (replica.votes) return;
    const step = await askRound(options, signal);
    if (step === null) await proposer.pause(ROUND_MS.pause * (1 + proposer.random()), signal);
    else if (step.kind === "catch-up") await catchUp(options, step, signal);
    else await update(options, step.status);
    if (replica.votes) {
      proposer.log("I", "recover.cpp", "Successfully joined the Paxos group");
      return;
    }
  }
}

async function update(options: RecoveryOptions, status: ReplicaStatus): Promise<void> {
  options.proposer.log("I", "recover.cpp", `Updating replica status to ${status}`);
  await options.replica.updateStatus(status);
}

/** One broadcast. Null when its answers allow no step, or too few came in time. */
async function askRound(options: RecoveryOptions, signal: AbortSignal): Promise<Step | null> {
  const { proposer } = options;
  const { peers } = proposer;
  await peers.atLeast(proposer.quorum, signal);
  const round = new AbortController();
  const end = AbortSignal.any([signal, round.signal]);
  const received: Status[] = [];
  const timeout = proposer.pause(ROUND_MS.longest, end).then(
    () => null,
    () => null,
  );
  const sent = peers.members.map((member) =>
    peers.send(member, { kind: "recover", from: proposer.from }, end).catch(() => null),
  );
  const decided = new Promise<Step | null>((resolve) => {
    const each = sent.map(async (answer) => {
      const given = await answer;
      if (given?.kind !== "status") return;
      proposer.log(
        "I",
        "recover.cpp",
        `Received a recover response from a replica in ${given.status} status`,
      );
      received.push(given);
      const step = nextStep(options.replica.status, received, proposer.quorum, options.autoInitialize);
      if (step !== null) resolve(step);
    });
    void Promise.all(each).then(() => resolve(null));
  });
  const step = await Promise.race([decided, timeout]);
  round.abort();
  signal.throwIfAborted();
  return step;
}

/** What the answers so far allow; pure. */
export function nextStep(
  status: ReplicaStatus,
  received: readonly Status[],
  quorum: number,
  autoInitialize: boolean,
): Step | null {
  const count = (...wanted: ReplicaStatus[]) =>
    received.filter((answer) => wanted.includes(answer.status)).length;
  const voters = received.filter((answer) => answer.status === "VOTING");
  if (voters.length >= quorum) {
    return {
      kind: "catch-up",
      begin: Math.min(...voters.map((voter) => voter.begin)),
      end: Math.max(...voters.map((voter) => voter.end)),
    };
  }
  const cluster = 2 * quorum - 1;
  if (!autoInitialize) return null;
  if (status === "EMPTY" && count("EMPTY", "STARTING") >= cluster)
    return { kind: "status", status: "STARTING" };
  if (status === "STARTING" && count("STARTING", "VOTING") >= cluster)
    return { kind: "status", status: "VOTING" };
  return null;
}

async function catchUp(
  options: RecoveryOptions,
  step: Step & { readonly kind: "catch-up" },
  signal: AbortSignal,
): Promise<void> {
  const { proposer, replica, own } = options;
  await update(options, "RECOVERING");
  proposer.log("I", "recover.cpp", `Starting catch-up from position ${step.begin} to ${step.end}`);
  const positions = replica.missing(step.end, step.begin);
  await fillPositions(proposer, replica, own, { number: 0, by: `catch-up ${own}` }, positions, signal);
  await update(options, "VOTING");
}

/** Fills the positions one after the other, each until our own replica has learned it. */
export async function fillPositions(
  proposer: Proposer,
  replica: Replica,
  own: string,
  first: Ballot,
  positions: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  let ballot = first;
  for (const position of positions) {
    while (replica.missing(position, position).length > 0) {
      const timeout = new AbortController();
      const either = AbortSignal.any([signal, timeout.signal]);
      const timer = proposer.pause(POSITION_MS, either).then(
        () => timeout.abort(),
        () => {},
      );
      try {
        ballot = await fill(proposer, own, ballot, position, either);
      } catch (error) {
        signal.throwIfAborted();
        if (!timeout.signal.aborted) throw error;
      } finally {
        timeout.abort();
        await timer;
      }
    }
  }
}
