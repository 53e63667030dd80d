/**
 * Who wrote what, from the log of one side: nothing of the engines where they have no business, and nothing by an engine
 * that another one has relieved. Pure.
 */
import type { Change, Transaction } from "../../../src/zookeeper/learner/transaction.js";
import { dataText } from "../history.js";

export interface WriteRules {
  readonly transactions: readonly Transaction[];
  /** Sessions of the test's own writers on this side. */
  readonly writers: ReadonlySet<bigint>;
  /** Where the engines may write here. */
  readonly mayWrite: (path: string) => boolean;
  /** Where they may bring versions and counters level, and change nothing else: whole states were compared. */
  readonly mayLevel: (path: string) => boolean;
}

/** Writes by somebody else than the writers: an echo, or a write astray. */
export function strayWrites({ transactions, writers, mayWrite, mayLevel }: WriteRules): string[] {
  const data = new Map<string, string>();
  const isLevelling = (change: Change) =>
    mayLevel(change.path) &&
    (isBump(change.path) || (change.kind === "setData" && dataText(change.data) === data.get(change.path)));
  return transactions.flatMap(({ zxid, session, body }) => {
    if (body.kind !== "changes") return [];
    const isKnown = session === 0n || writers.has(session);
    const stray = isKnown
      ? undefined
      : body.changes.find((change) => !mayWrite(change.path) && !isLevelling(change));
    for (const change of body.changes) {
      if (change.kind === "create" || change.kind === "setData") data.set(change.path, dataText(change.data));
    }
    if (stray === undefined) return [];
    const by = `session ${hex(session)}, none of the writers'`;
    return [`transaction ${hex(zxid)} of ${by}: ${stray.kind} ${stray.path}`];
  });
}

/** Made and deleted in one transaction, to raise a counter. */
function isBump(path: string): boolean {
  return path.endsWith("/ferry-bump");
}

/** @param control the folder of the synchronisation on this side: /ferry/sync/<name> */
export function staleWrites(
  transactions: readonly Transaction[],
  writers: ReadonlySet<bigint>,
  control: string,
  root: string,
): string[] {
  const engines = new Map<bigint, string>();
  const faults: string[] = [];
  let owner = "";
  for (const { zxid, session, body } of transactions) {
    if (body.kind !== "changes" || writers.has(session)) continue;
    const told = body.changes.flatMap((change) => engineIn(change, control));
    for (const { path, engine } of told) {
      engines.set(session, engine);
      if (path === `${control}/owner`) owner = engine;
      else if (engine !== owner)
        faults.push(`transaction ${hex(zxid)}: ${path} by ${engine} while ${owner} owns it`);
    }
    const by = engines.get(session);
    const alone = body.changes.find(({ path }) => path.startsWith(`${root}/`));
    if (told.length === 0 && alone !== undefined && by !== undefined && by !== owner) {
      faults.push(`transaction ${hex(zxid)}: ${alone.kind} ${alone.path} by ${by} while ${owner} owns it`);
    }
  }
  return faults;
}

/** The engine that wrote an owner record or a checkpoint. */
function engineIn(change: Change, control: string): { readonly path: string; readonly engine: string }[] {
  const { path, kind } = change;
  const isRecord = path === `${control}/owner` || /\/(a-to-b|b-to-a)\/checkpoint$/.test(path);
  if (kind !== "setData" || !path.startsWith(`${control}/`) || !isRecord) return [];
  const { engine } = JSON.parse(change.data?.toString() ?? "{}") as { engine?: string };
  return engine === undefined ? [] : [{ path, engine }];
}

function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}
