/** The transactions of both sides that have to do with one path, for whoever must find out why a run failed. Pure. */
import type { Change, Transaction } from "../../../src/zookeeper/learner/transaction.js";
import { aclText, dataText } from "../history.js";
import type { Evidence } from "./evidence.js";

const MOST_LINES = 40;

/** In the order of the leaders' clocks, which are one clock here. */
export function traceOf(path: string, { transactions, writers }: Evidence): string[] {
  const lines = (["a", "b"] as const).flatMap((side) =>
    transactions[side].flatMap((transaction) => {
      const by = writers[side].has(transaction.session) ? "client" : "ferry";
      return stepsOf(path, transaction).map((step) => ({
        timeMs: transaction.timeMs,
        text: `${transaction.timeMs % 1_000_000} ${side} 0x${transaction.zxid.toString(16)} ${by}: ${step}`,
      }));
    }),
  );
  return lines
    .toSorted((one, other) => one.timeMs - other.timeMs)
    .slice(-MOST_LINES)
    .map(({ text }) => text);
}

function stepsOf(path: string, { body }: Transaction): string[] {
  if (body.kind === "close-session") return body.paths?.includes(path) ? ["session ended"] : [];
  if (body.kind !== "changes") return [];
  const copy = body.changes.some(
    ({ kind, path: at, ...more }) =>
      kind === "setData" &&
      at.endsWith("/checkpoint") &&
      "data" in more &&
      more.data?.includes('"copy":true') === true,
  );
  return body.changes
    .filter((change) => change.path === path)
    .map((change) => shown(change) + (copy ? " (copy)" : ""));
}

function shown(change: Change): string {
  switch (change.kind) {
    case "create":
      return `create ${dataText(change.data)} ${aclText(change.acl)}`;
    case "delete":
      return "delete";
    case "setData":
      return `set ${dataText(change.data)} version ${change.version}`;
    case "setAcl":
      return `acl ${aclText(change.acl)} version ${change.version}`;
  }
}
