/**
 * This master's replica of the log: requests answered one after the other, each answer given only when what it promises is
 * on disk. It knows nobody else.
 */
import type { LogAnswer, LogRequest, ReplicaStatus } from "./log-messages.js";
import type { WriteLog } from "./process-end.js";
import {
  answer,
  EMPTY_REPLICA,
  holesAndUnlearned,
  missingPositions,
  type ReplicaRecord,
  type ReplicaState,
  withRecord,
} from "./replica-state.js";
import type { ReplicaStorage } from "./replica-storage.js";

export class Replica {
  private held: ReplicaState = EMPTY_REPLICA;
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly storage: ReplicaStorage,
    private readonly log: WriteLog,
  ) {}

  /** As on disk. */
  get state(): ReplicaState {
    return this.held;
  }

  get status(): ReplicaStatus {
    return this.held.status;
  }

  get votes(): boolean {
    return this.held.status === "VOTING";
  }

  /** Reads what is on disk. Before it the replica must not be asked. */
  async open(): Promise<void> {
    this.held = await this.storage.load();
    const { begin, end } = this.held;
    const { holes, unlearned } = holesAndUnlearned(this.held);
    const text = `Replica recovered with log positions ${begin} -> ${end} with ${holes} holes and ${unlearned} unlearned`;
    this.log("I", "replica.cpp", text);
  }

  /** Waits for what is under way; later requests get no answer. */
  async close(): Promise<void> {
    this.closed = true;
    await this.turn.catch(() => {});
    await this.storage.close();
  }

  /** Rejects only when the disk does not take what must be stored. */
  handle(request: LogRequest): Promise<LogAnswer> {
    this.describe(request);
    return this.inTurn(async () => {
      if (this.closed) return { kind: "silence" };
      const verdict = answer(this.held, request);
      this.describeAnswer(request, verdict.answer);
      if (verdict.record !== null) await this.store(verdict.record);
      else if (request.kind === "promise" && verdict.answer.kind !== "ignore") await this.storage.sync();
      return verdict.answer;
    });
  }

  /** The next step of recovery. */
  async updateStatus(status: ReplicaStatus): Promise<void> {
    await this.inTurn(() => this.store({ kind: "status", status }));
    this.log("I", "replica.cpp", `Persisted replica status to ${status}`);
  }

  /** Positions up to `to` that are not learned here. */
  missing(to: number, from?: number): number[] {
    return missingPositions(this.held, to, from);
  }

  private async store(record: ReplicaRecord): Promise<void> {
    const next = withRecord(this.held, record);
    await this.storage.append(record, next);
    this.held = next;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }

  private describe(request: LogRequest): void {
    const { from } = request;
    const say = (text: string) => this.log("I", "replica.cpp", text);
    if (request.kind === "recover") {
      say(`Replica in ${this.status} status received a broadcasted recover request from ${from}`);
    } else if (request.kind === "write") {
      if (this.status === "VOTING")
        say(`Replica received write request for position ${request.position} from ${from}`);
    } else if (request.kind === "learned") {
      say(`Replica received learned notice for position ${request.position} from ${from}`);
    } else if (this.status === "VOTING") {
      const { number } = request.ballot;
      say(
        request.position === undefined
          ? `Replica received implicit promise request from ${from} with proposal ${number}`
          : `Replica received explicit promise request from ${from} for position ${request.position} with proposal ${number}`,
      );
    }
  }

  private describeAnswer(request: LogRequest, given: LogAnswer): void {
    const what = request.kind === "write" ? "write" : "promise";
    if (given.kind === "ignore") {
      const text = `Replica ignoring ${what} request from ${request.from} as it is in ${this.status} status`;
      this.log("I", "replica.cpp", text);
    } else if (given.kind === "reject" && request.kind === "promise") {
      this.log("I", "replica.cpp", `Replica denying promise request with proposal ${request.ballot.number}`);
    }
  }
}
