/**
 * Proof from the two transaction logs: what happened to each path on the source happened to it on the target, in the same
 * order, each thing once. And the chain of checkpoints has no link twice and none missing.
 */
import type { Change, Transaction } from "../../src/zookeeper/learner/transaction.js";
import type { Acl } from "../../src/zookeeper/types.js";

/** Short, and different for different data as long as it begins differently. */
export function dataText(data: Buffer | null): string {
  return data === null ? "null" : data.toString("hex").slice(0, 64) + data.length;
}

export function aclText(acl: readonly Acl[]): string {
  return acl.map(({ perms, scheme, id }) => `${perms}:${scheme}:${id}`).join(",");
}

export function stepOf(change: Change): string {
  switch (change.kind) {
    case "create":
      return `create ${dataText(change.data)} ${aclText(change.acl)}`;
    case "delete":
      return "delete";
    case "setData":
      return `set ${change.version} ${dataText(change.data)}`;
    case "setAcl":
      return `acl ${change.version} ${aclText(change.acl)}`;
  }
}

/** Per path below `root`, what was done to it in order. */
export function histories(transactions: readonly Transaction[], root: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const owners = new Map<string, bigint>();
  const note = (path: string, step: string) => {
    if (path !== root && !path.startsWith(`${root}/`)) return;
    if (path.endsWith("/ferry-bump")) return;
    const steps = found.get(path);
    if (steps === undefined) found.set(path, [step]);
    else steps.push(step);
  };
  for (const { body, session } of transactions) {
    if (body.kind === "changes") {
      for (const change of body.changes) {
        note(change.path, stepOf(change));
        if (change.kind === "create") owners.set(change.path, change.owner);
        if (change.kind === "delete") owners.delete(change.path);
      }
    }
    if (body.kind === "close-session") {
      const own = [...owners].filter(([, owner]) => owner === session).map(([path]) => path);
      for (const path of body.paths ?? own) {
        note(path, "delete");
        owners.delete(path);
      }
    }
  }
  return found;
}

/** Paths whose histories are not the same, with both. */
export function differingHistories(a: Map<string, string[]>, b: Map<string, string[]>): string[] {
  const paths = new Set([...a.keys(), ...b.keys()]);
  return [...paths].flatMap((path) => {
    const [left, right] = [a.get(path) ?? [], b.get(path) ?? []];
    const at = left.findIndex((step, index) => step !== right[index]);
    if (at < 0 && left.length === right.length) return [];
    const where = at < 0 ? left.length : at;
    return [
      `${path}: step ${where} is ${left[where] ?? "none"} on the source, ${right[where] ?? "none"} on the target`,
    ];
  });
}

export interface Chain {
  readonly links: number;
  readonly faults: string[];
}

/** The versions of a checkpoint rise by one with each write, its zxid never falls. */
export function checkpointChain(transactions: readonly Transaction[], checkpoint: string): Chain {
  const faults: string[] = [];
  let version = 0;
  let zxid = 0n;
  for (const { body } of transactions) {
    if (body.kind !== "changes") continue;
    for (const change of body.changes) {
      if (change.path !== checkpoint || change.kind !== "setData") continue;
      const record = JSON.parse(change.data?.toString() ?? "{}") as { zxid: string };
      const next = record.zxid === "" ? 0n : BigInt(record.zxid);
      if (change.version !== version + 1) faults.push(`version ${change.version} after ${version}`);
      if (next < zxid) faults.push(`zxid ${next} after ${zxid}`);
      version = change.version;
      zxid = next;
    }
  }
  return { links: version, faults };
}
