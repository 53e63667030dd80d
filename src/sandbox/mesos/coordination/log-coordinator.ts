/**
 * The one writer of the log on the leading master: elected by a quorum of promises, it fills what its own replica misses and
 * then writes position after position. It never tells whether a refused write was stored somewhere.
 */
import { learnPhase, type Proposer, promisePhase, writePhase } from "./consensus.js";
import type { Ballot, LogValue } from "./log-messages.js";
import { fillPositions } from "./log-recovery.js";
import type { Replica } from "./replica.js";

export type Election =
  /** `end` is the last position of the log, all of which is learned here now. */
  | { readonly kind: "elected"; readonly end: number }
  /** Another has promises of the same or a higher number. */
  | { readonly kind: "denied" }
  /** A quorum does not vote yet. */
  | { readonly kind: "ignored" };

export class LogCoordinator {
  private ballot: Ballot;
  private next: number | null = null;

  /** @param own UPID of the replica. */
  constructor(
    private readonly proposer: Proposer,
    private readonly replica: Replica,
    private readonly own: string,
  ) {
    this.ballot = { number: 0, by: `coordinator ${own}` };
  }

  /** May be tried again when it is lost, with one number more than our own replica has promised. */
  async elect(signal: AbortSignal): Promise<Election> {
    const number = Math.max(this.ballot.number, this.replica.state.promised.number) + 1;
    this.ballot = { ...this.ballot, number };
    const promised = await promisePhase(this.proposer, this.ballot, undefined, signal);
    if (promised.kind === "refused") return { kind: promised.ballot.number === 0 ? "ignored" : "denied" };
    const { end } = promised;
    this.proposer.log("I", "coordinator.cpp", "Coordinator attempting to fill missing positions");
    await fillPositions(
      this.proposer,
      this.replica,
      this.own,
      this.ballot,
      this.replica.missing(end),
      signal,
    );
    this.next = end + 1;
    return { kind: "elected", end };
  }

  /** Writes at the next position and gives it. Rejects with `Coordinator demoted` when another coordinator was elected. */
  async write(value: LogValue, signal: AbortSignal): Promise<number> {
    if (this.next === null) throw new Error("Coordinator is not elected");
    const position = this.next;
    const text = `Coordinator attempting to write ${value.type} action at position ${position}`;
    this.proposer.log("I", "coordinator.cpp", text);
    const refused = await writePhase(this.proposer, this.ballot, position, value, signal);
    if (refused !== null) {
      this.next = null;
      throw new Error("Coordinator demoted");
    }
    await learnPhase(this.proposer, this.own, { ballot: this.ballot, position, value }, signal);
    this.next = position + 1;
    return position;
  }
}
