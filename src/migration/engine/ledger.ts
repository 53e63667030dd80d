/**
 * The record in the hands of one engine: edits go one after the other, each told to the audit log before it is written and durable
 * before it counts. It decides nothing.
 */
import { changesBetween } from "../audit/changes.js";
import type { AuditSink } from "../audit/event.js";
import type { Claim } from "../model/ports.js";
import type { MigrationRecord } from "../model/record.js";
import type { Clock } from "./clock.js";

export class Ledger {
  private present: MigrationRecord;
  /** As stored, without what others put in since: the log tells the difference to it. */
  private stored: MigrationRecord;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly claim: Claim,
    private readonly audit: AuditSink,
    private readonly clock: Clock,
    private readonly who: string,
  ) {
    this.present = claim.record;
    this.stored = claim.record;
  }

  get record(): MigrationRecord {
    return this.present;
  }

  /** Tells the audit log that this engine took it up, on top of what the one before it wrote. */
  async announce(previousEpoch: number): Promise<void> {
    const before = { ...this.stored, epoch: previousEpoch };
    await this.audit.append(changesBetween(before, this.stored, this.who), this.clock.now());
  }

  /** Takes in what others asked meanwhile; rejects once somebody else has claimed the migration. */
  refresh(): Promise<MigrationRecord> {
    return this.inTurn(async () => {
      this.present = await this.claim.refresh();
      return this.present;
    });
  }

  /** Resolves when the edited record is durable; an edit that changes nothing writes nothing. */
  update(edit: (record: MigrationRecord) => MigrationRecord): Promise<MigrationRecord> {
    return this.inTurn(async () => {
      const edited = edit(this.present);
      if (edited === this.present) return this.present;
      const now = this.clock.now();
      const next = { ...edited, revision: this.stored.revision + 1, updatedMs: now };
      // A request that came in and is answered by this very write was never stored.
      const before = { ...this.stored, request: this.present.request };
      const events = changesBetween(before, next, this.who);
      if (events.length > 0) await this.audit.append(events, now);
      try {
        this.present = await this.claim.write(next);
      } catch (error) {
        if (events.length > 0) await this.takeBack(next, error);
        throw error;
      }
      this.stored = this.present;
      return this.present;
    });
  }

  /** The log was told before the write: it must not go on saying what did not come about. */
  private async takeBack({ id, name, revision }: MigrationRecord, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    const event = {
      kind: "not-written" as const,
      actor: this.who,
      migration: id,
      revision,
      subject: name,
      before: null,
      after: { reason },
      text: `Revision ${revision} was not written: ${reason}`,
    };
    // The failure of the write is what the caller has to hear of.
    await this.audit.append([event], this.clock.now()).catch(() => undefined);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work, work);
    this.last = result.catch(() => undefined);
    return result;
  }
}
