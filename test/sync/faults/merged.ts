/**
 * The looser rule, for a direction that compared whole states on its way: several versions may have become the last of
 * them, a znode may have been made anew, and its version raised by writing the same again. But what the target shows of a
 * path is what the source has shown, in that order, and ends the same. Pure.
 */
import type { Change, Transaction } from "../../../src/zookeeper/learner/transaction.js";
import { aclText, dataText } from "../history.js";

const GONE = "gone";

interface Shown {
  readonly data: string[];
  readonly acl: string[];
}

export function mergedFaults(
  source: readonly Transaction[],
  target: readonly Transaction[],
  root: string,
): string[] {
  const [right, left] = [shownBelow(source, root), shownBelow(target, root)];
  const paths = new Set([...right.keys(), ...left.keys()]);
  return [...paths].flatMap((path) => {
    const [was, is] = [right.get(path), left.get(path)];
    return (["data", "acl"] as const).flatMap((field) => {
      const fault = faultOf(was?.[field] ?? [], is?.[field] ?? []);
      return fault === null ? [] : [`${path} ${field}: ${fault}`];
    });
  });
}

function faultOf(source: readonly string[], target: readonly string[]): string | null {
  const [end, reached] = [source.at(-1) ?? GONE, target.at(-1) ?? GONE];
  if (end !== reached) return `ends as ${end} on the source, as ${reached} on the target`;
  let at = 0;
  for (const value of target) {
    if (value === GONE) continue;
    const found = source.indexOf(value, at);
    if (found < 0)
      return `the target shows ${value} after ${source[at] ?? "nothing"}; the source did not, or earlier`;
    at = found; // the same again is a version made level
  }
  return null;
}

function shownBelow(transactions: readonly Transaction[], root: string): Map<string, Shown> {
  const found = new Map<string, Shown>();
  const of = (path: string): Shown | null => {
    if (path !== root && !path.startsWith(`${root}/`)) return null;
    if (path.endsWith("/ferry-bump")) return null;
    const known = found.get(path) ?? { data: [], acl: [] };
    found.set(path, known);
    return known;
  };
  for (const { body } of transactions) {
    if (body.kind === "changes") for (const change of body.changes) note(of(change.path), change);
    if (body.kind === "close-session") for (const path of body.paths ?? []) gone(of(path));
  }
  return found;
}

function note(shown: Shown | null, change: Change): void {
  if (change.kind === "create" || change.kind === "setData") shown?.data.push(dataText(change.data));
  if (change.kind === "create" || change.kind === "setAcl") shown?.acl.push(aclText(change.acl));
  if (change.kind === "delete") gone(shown);
}

function gone(shown: Shown | null): void {
  shown?.data.push(GONE);
  shown?.acl.push(GONE);
}
