/**
 * A snapshot is fuzzy: what was committed while it was sent may be in it already. This leaves out of such a transaction
 * what the snapshot shows, by the servers' rules of replay (learner protocol, section 5) turned round. Pure.
 */
import type { Change, Transaction } from "../../zookeeper/learner/transaction.js";

interface Known {
  readonly version: number;
  readonly aversion: number;
}

/** @param lookup what the snapshot and the transactions before have made of a path */
export function withoutKnown(transaction: Transaction, lookup: (path: string) => Known | null): Transaction {
  const { body } = transaction;
  if (body.kind !== "changes") return transaction;
  // Within a multi each operation sees the ones before it.
  const within = new Map<string, Known | null>();
  const changes: Change[] = [];
  for (const change of body.changes) {
    const before = within.get(change.path);
    const known = before === undefined ? lookup(change.path) : before;
    if (isNews(change, known)) changes.push(change);
    within.set(change.path, after(change, known));
  }
  return { ...transaction, body: { kind: "changes", changes } };
}

function isNews(change: Change, known: Known | null): boolean {
  switch (change.kind) {
    case "create":
      return known === null;
    case "delete":
      return known !== null;
    case "setData":
      return known !== null && known.version < change.version;
    case "setAcl":
      return known !== null && known.aversion < change.version;
  }
}

function after(change: Change, known: Known | null): Known | null {
  switch (change.kind) {
    case "create":
      return known ?? { version: 0, aversion: 0 };
    case "delete":
      return null;
    case "setData":
      return known === null ? null : { ...known, version: change.version };
    case "setAcl":
      return known === null ? null : { ...known, aversion: change.version };
  }
}
