/** What people put in beside the record while an engine works on it, and how the record takes it in. Pure. */
import type { Input } from "../model/ports.js";
import type { Approval, MigrationRecord, Request } from "../model/record.js";

export interface Waiting {
  /** Sorts in the order they came. */
  readonly name: string;
  readonly input: Input;
}

export interface Merged {
  readonly record: MigrationRecord;
  /** Names of what is in the record now. */
  readonly taken: readonly string[];
}

/** All approvals, and the oldest request when none is open: the others wait until that one is answered. */
export function mergeInbox(record: MigrationRecord, waiting: readonly Waiting[]): Merged {
  const taken: string[] = [];
  let { approvals, request } = record;
  for (const { name, input } of waiting) {
    if (input.kind === "approve") {
      approvals = [...approvals, approvalOf(input)];
      taken.push(name);
    } else if (request === null) {
      request = input satisfies Request;
      taken.push(name);
    }
  }
  return { record: taken.length === 0 ? record : { ...record, approvals, request }, taken };
}

function approvalOf({ stage, who, atMs, planDigest }: Approval): Approval {
  return { stage, who, atMs, planDigest };
}
