/**
 * The proposer's side of the log's Paxos: asking for promises, writing, filling a position. As in Mesos each request goes
 * once to the members known at that moment, and the first quorum of answers decides; answers that never come are waited for
 * until the caller gives up.
 */
import {
  type Action,
  type Ballot,
  type LogAnswer,
  type LogRequest,
  type LogValue,
  NO_BALLOT,
} from "./log-messages.js";
import type { WriteLog } from "./process-end.js";

/** The members of the log as this master sees them, and the way to them. */
export interface LogPeers {
  /** UPIDs, our own included. */
  readonly members: readonly string[];
  atLeast(size: number, signal: AbortSignal): Promise<void>;
  /** Null when no answer will come. */
  send(member: string, request: LogRequest, signal: AbortSignal): Promise<LogAnswer | null>;
}

export interface Proposer {
  readonly quorum: number;
  readonly peers: LogPeers;
  /** Sender's name in the other replicas' logs. */
  readonly from: string;
  readonly log: WriteLog;
  /** Milliseconds; the timer of a test may be another. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** A failed CHECK: the process must end by SIGABRT with this text. */
export class CheckFailed extends Error {
  /** @param where Mesos' source file, for the log. */
  constructor(
    readonly where: string,
    message: string,
  ) {
    super(`Check failed: ${message}`);
    this.name = "CheckFailed";
  }
}

export type Promised =
  | { readonly kind: "promised"; readonly end: number; readonly action: Action | null }
  | { readonly kind: "refused"; readonly ballot: Ballot };

/** Milliseconds between two tries to fill a position: this to twice this. */
const RETRY_MS = 100;

/** Asks all members for a promise: for one position, or for everything not written yet. */
export async function promisePhase(
  proposer: Proposer,
  ballot: Ballot,
  position: number | undefined,
  signal: AbortSignal,
): Promise<Promised> {
  const request = {
    kind: "promise",
    from: proposer.from,
    ballot,
    ...(position === undefined ? {} : { position }),
  } as const;
  const what = `${position === undefined ? "implicit" : "explicit"} promise`;
  let end = 0;
  let action: Action | null = null;
  const votes = new Votes(proposer, what);
  return ask(proposer, request, signal, (answer): Promised | null => {
    if (answer.kind === "accept") {
      if (answer.action?.learned) return { kind: "promised", end: answer.end, action: answer.action };
      end = Math.max(end, answer.end);
      action = newer(action, answer.action ?? null);
    }
    const refused = votes.count(answer);
    if (refused !== null) return { kind: "refused", ballot: refused };
    return votes.accepted ? { kind: "promised", end, action } : null;
  });
}

/** Writes a value at a position; null = a quorum took it, else the highest ballot it was refused for. */
export async function writePhase(
  proposer: Proposer,
  ballot: Ballot,
  position: number,
  value: LogValue,
  signal: AbortSignal,
): Promise<Ballot | null> {
  const votes = new Votes(proposer, "write");
  const request = { kind: "write", from: proposer.from, ballot, position, value } as const;
  const outcome = await ask(proposer, request, signal, (answer) => {
    const refused = votes.count(answer);
    if (refused !== null) return { refused };
    return votes.accepted ? { refused: null } : null;
  });
  return outcome.refused;
}

/** Tells all members that the value is final; resolves when our own replica knows it. */
export async function learnPhase(
  proposer: Proposer,
  own: string,
  learned: { readonly ballot: Ballot; readonly position: number; readonly value: LogValue },
  signal: AbortSignal,
): Promise<void> {
  const request = { kind: "learned", from: proposer.from, ...learned } as const;
  const { ballot, position, value } = request;
  const message = { kind: "learned", from: proposer.from, ballot, position, value } as const;
  const sent = proposer.peers.members.map(
    (member) => [member, proposer.peers.send(member, message, signal)] as const,
  );
  await Promise.all(sent.filter(([member]) => member === own).map(([, answer]) => answer));
}

/**
 * Decides a position: what was written there before by whomever, else a NOP. Gives the ballot it ended with. Throws
 * CheckFailed as Mesos does when replicas that do not vote answer first twice (recorded in scenario 6d).
 */
export async function fill(
  proposer: Proposer,
  own: string,
  first: Ballot,
  position: number,
  signal: AbortSignal,
): Promise<Ballot> {
  let ballot = first;
  for (;;) {
    const refused = await tryFill(proposer, own, ballot, position, signal);
    if (refused === null) return ballot;
    if (refused.number < ballot.number) {
      const numbers = `${refused.number} vs. ${ballot.number}`;
      throw new CheckFailed("consensus.cpp", `highestNackProposal >= proposal (${numbers}) `);
    }
    ballot = { number: refused.number + 1, by: first.by };
    await proposer.pause(RETRY_MS * (1 + proposer.random()), signal);
  }
}

/** Null when the position is learned. */
async function tryFill(
  proposer: Proposer,
  own: string,
  ballot: Ballot,
  position: number,
  signal: AbortSignal,
): Promise<Ballot | null> {
  const promised = await promisePhase(proposer, ballot, position, signal);
  if (promised.kind === "refused") return promised.ballot;
  const { action } = promised;
  const value = action?.performed?.value ?? ({ type: "NOP" } as const);
  if (action?.learned !== true) {
    const refused = await writePhase(proposer, ballot, position, value, signal);
    if (refused !== null) return refused;
  }
  await learnPhase(proposer, own, { ballot, position, value }, signal);
  return null;
}

/** Sends to everybody and gives the first thing that `decide` makes of the answers, as they come. */
async function ask<T>(
  proposer: Proposer,
  request: LogRequest,
  signal: AbortSignal,
  decide: (answer: LogAnswer) => T | null,
): Promise<T> {
  const { peers, quorum } = proposer;
  await peers.atLeast(quorum, signal);
  return new Promise<T>((resolve, reject) => {
    let done = false;
    const settle = (act: () => void) => {
      done = true;
      signal.removeEventListener("abort", aborted);
      act();
    };
    const aborted = () => settle(() => reject(signal.reason));
    signal.addEventListener("abort", aborted, { once: true });
    const received = (answer: LogAnswer | null) => {
      if (done || answer === null || answer.kind === "silence") return;
      const decision = decide(answer);
      if (decision !== null) settle(() => resolve(decision));
    };
    const failed = (error: unknown) => {
      if (!done) settle(() => reject(error));
    };
    for (const member of peers.members) peers.send(member, request, signal).then(received, failed);
  });
}

/** Counts the first quorum of answers. */
class Votes {
  private responses = 0;
  private ignores = 0;
  private nack: Ballot | null = null;

  constructor(
    private readonly proposer: Proposer,
    private readonly what: string,
  ) {}

  /** The highest ballot refused for, once a quorum has answered and not all agreed; number 0 when a quorum ignored. */
  count(answer: LogAnswer): Ballot | null {
    if (answer.kind === "ignore") return this.ignored();
    this.responses += 1;
    if (answer.kind === "reject" && (this.nack === null || this.nack.number < answer.ballot.number)) {
      this.nack = answer.ballot;
    }
    return this.responses >= this.proposer.quorum ? this.nack : null;
  }

  get accepted(): boolean {
    return this.nack === null && this.responses >= this.proposer.quorum;
  }

  private ignored(): Ballot | null {
    this.ignores += 1;
    if (this.ignores < this.proposer.quorum) return null;
    const text = `Aborting ${this.what} request because ${this.ignores} ignores received`;
    this.proposer.log("I", "consensus.cpp", text);
    return NO_BALLOT;
  }
}

function newer(a: Action | null, b: Action | null): Action | null {
  if (b?.performed === undefined) return a;
  if (a?.performed === undefined) return b;
  return b.performed.ballot.number > a.performed.ballot.number ? b : a;
}
