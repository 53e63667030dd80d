/**
 * Who wrote what, from the log of one side: nothing of the engines where they have no business, and nothing by an engine
 * that another one has relieved. Pure.
 */
import type { Change, Transaction } from "../../../src/zookeeper/learner/transaction.js";

export interface WriteRules {
  readonly transactions: readonly Transaction[];
  /** Sessions of the test's own writers on this side. */
  readonly writers: ReadonlySet<bigint>;
  /** Where the engines may write here. */
  readonly mayWrite: (path: string) => boolean;
}

/** Writes by somebody else than the writers: an echo, or a write astray. */
export function strayWrites({ transactions, writers, mayWrite }: WriteRules): string[] {
  return transactions.flatMap(({ zxid, session, body }) => {
    if (body.kind !== "changes" || session === 0n || writers.has(session)) return [];
    const stray = body.changes.find(({ path }) => !mayWrite(path));
    if (stray === undefined) return [];
    return [
      `transaction ${hex(zxid)} of session ${hex(session)}, none of the writers': ${stray.kind} ${stray.path}`,
    ];
  });
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
