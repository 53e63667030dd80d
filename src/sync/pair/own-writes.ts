/**
 * Which transactions of a side ferry made itself while mirroring the other one: those must not be sent back. A multi that
 * writes our checkpoint is ours whatever session it came from, so this holds over restarts; single requests (ACLs) are told
 * by their session, which is written down on the same side before it is used.
 */
import type { Transaction } from "../../zookeeper/learner/transaction.js";
import { decodeRecord } from "../apply/checkpoint.js";
import type { CheckpointRecord } from "../control/records.js";
import { fromHex, hex } from "../feed/zxid.js";

export interface OwnWrite {
  /** When the mirrored transaction was made on its own side; 0 when it is not known. */
  readonly timeMs: number;
  /** Znodes written for the count alone. */
  readonly lost: readonly string[];
  /** Number of the multi, as the checkpoint counts them; null for a single request. */
  readonly multi: number | null;
}

const NOTHING: OwnWrite = { timeMs: 0, lost: [], multi: null };

export class OwnWrites {
  private readonly sessions = new Set<bigint>();
  private readonly prefix: string;

  /**
   * @param checkpoint znode of this side that every multi of ours writes
   * @param folder where our sessions are written down
   */
  constructor(
    private readonly checkpoint: string,
    folder: string,
  ) {
    this.prefix = `${folder}/`;
  }

  /** A session that was written down before the feed began. */
  know(session: bigint): void {
    this.sessions.add(session);
  }

  /** Null when somebody else made it. To be asked once for each transaction, in order. */
  read(transaction: Transaction): OwnWrite | null {
    const { body, session } = transaction;
    if (body.kind !== "changes") return null;
    const first = body.changes[0];
    if (first?.kind === "setData" && first.path === this.checkpoint) {
      const record = decodeRecord<CheckpointRecord>(first.data);
      const timeMs = record === null || record.copy ? 0 : record.timeMs;
      return { timeMs, lost: record?.lost ?? [], multi: first.version };
    }
    if (first?.kind === "create" && first.path.startsWith(this.prefix)) {
      this.know(fromHex(first.path.slice(this.prefix.length)));
    }
    return this.sessions.has(session) ? NOTHING : null;
  }
}

export function sessionRecord(folder: string, session: bigint): string {
  return `${folder}/${hex(session)}`;
}
