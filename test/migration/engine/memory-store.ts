/** A store in memory that outlives the processes of a test, with the promises of the real ones. Each process has its own face of it. */
import { DiagnosticError, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { newRecord } from "../../../src/migration/model/new-record.js";
import type { MigrationPlan } from "../../../src/migration/model/plan.js";
import type { Claim, Input, MigrationStore } from "../../../src/migration/model/ports.js";
import type { MigrationRecord, Request } from "../../../src/migration/model/record.js";
import type { MigrationSpec } from "../../../src/migration/model/spec.js";

/** Called before and after everything that is durable; never comes back in a process that has died. */
export type Gate = (point: string) => Promise<void>;

export class Memory {
  record: MigrationRecord | null = null;
  inbox: { readonly id: number; readonly input: Input }[] = [];
  holder: object | null = null;
  /** Refuses writes as long as it is set. */
  fault: Error | null = null;
  private ids = 0;

  put(input: Input): void {
    this.inbox.push({ id: this.ids++, input });
  }

  merged(record: MigrationRecord): { readonly record: MigrationRecord; readonly taken: readonly number[] } {
    const taken: number[] = [];
    let { approvals, request } = record;
    for (const { id, input } of this.inbox) {
      if (input.kind === "approve") {
        const { kind: _kind, ...approval } = input;
        approvals = [...approvals, approval];
        taken.push(id);
      } else if (request === null) {
        request = input as Request;
        taken.push(id);
      }
    }
    return { record: taken.length === 0 ? record : { ...record, approvals, request }, taken };
  }
}

export class MemoryStore implements MigrationStore {
  readonly location = "memory";

  constructor(
    private readonly memory: Memory,
    private readonly gate: Gate,
    private readonly isDead: (holder: object) => boolean,
  ) {}

  async list(): Promise<readonly MigrationRecord[]> {
    return this.memory.record === null ? [] : [this.memory.record];
  }

  async read(): Promise<MigrationRecord | null> {
    return this.memory.record === null ? null : this.memory.merged(this.memory.record).record;
  }

  async create(spec: MigrationSpec, plan: MigrationPlan, createdMs: number): Promise<MigrationRecord> {
    this.memory.record = newRecord(`${spec.name}-1`, spec, plan, createdMs);
    return this.memory.record;
  }

  async claim(_id: string, _who: string, options: { readonly force?: boolean } = {}): Promise<Claim> {
    const { memory, gate } = this;
    await gate("claim");
    const { holder, record } = memory;
    if (record === null) throw new Error("no migration");
    if (holder !== null && !this.isDead(holder) && options.force !== true) throw refusal("migration-locked");
    memory.holder = this;
    const epoch = record.epoch + 1;
    memory.record = { ...record, epoch, revision: record.revision + 1 };
    let seen: readonly number[] = [];
    const stillOurs = (): MigrationRecord => {
      if (memory.record?.epoch !== epoch) throw refusal("migration-taken-over");
      return memory.record;
    };
    return {
      record: memory.record,
      mayLinger: holder !== null && !this.isDead(holder),
      refresh: async () => {
        await gate("refresh");
        const merged = memory.merged(stillOurs());
        seen = merged.taken;
        return merged.record;
      },
      write: async (next) => {
        await gate("before a write");
        if (memory.fault !== null) throw memory.fault;
        if (next.revision !== stillOurs().revision + 1) throw new Error("a revision was left out");
        memory.record = next;
        memory.inbox = memory.inbox.filter(({ id }) => !seen.includes(id));
        seen = [];
        await gate("after a write");
        return next;
      },
      release: async () => {
        if (memory.holder === this) memory.holder = null;
      },
    };
  }

  async request(_id: string, input: Input): Promise<MigrationRecord> {
    this.memory.put(input);
    const record = await this.read();
    if (record === null) throw new Error("no migration");
    return record;
  }

  async holder(): Promise<string | null> {
    return this.memory.holder === null ? null : "somebody";
  }

  async close(): Promise<void> {}
}

function refusal(code: string): DiagnosticError {
  return new DiagnosticError([errorDiagnostic(code, code)]);
}
