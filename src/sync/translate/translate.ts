/**
 * A transaction of the source → operations on the target. Pure but for the shadows it keeps count of: called once for each
 * transaction, in order. It decides what a change means on the other side, not whether the target agrees.
 */
import { nodeOwner } from "../../zookeeper/learner/node-owner.js";
import type { Change, Transaction } from "../../zookeeper/learner/transaction.js";
import type { SyncSpec } from "../spec.js";
import type { Shadows } from "./shadows.js";
import type { TargetOp } from "./target-op.js";

/** What the source had before the transaction; null when it is not known (a restart by DIFF). */
export interface SourceView {
  lookup(path: string): { readonly version: number } | null;
}

export interface TranslateContext {
  /** Path of the target, or null when it is not synchronised. */
  readonly toTarget: (path: string) => string | null;
  readonly shadows: Shadows;
  /** Ephemeral znodes that are left out, by the target's path. */
  readonly skipped: Shadows;
  readonly source: SourceView | null;
  /** Every single write is reported: versions rise by one. */
  readonly exact: boolean;
  readonly options: Pick<SyncSpec, "ephemerals" | "containers">;
}

export function translate(transaction: Transaction, context: TranslateContext): TargetOp[] {
  const { body } = transaction;
  switch (body.kind) {
    case "changes": {
      const source = body.changes.length > 1 ? new WithinMulti(context.source) : context.source;
      return body.changes.flatMap((change) => {
        const ops = translateChange(change, { ...context, source });
        if (source instanceof WithinMulti) source.note(change);
        return ops;
      });
    }
    case "close-session":
      return translateClose(transaction.session, context);
    default:
      return [];
  }
}

/** Versions as they are in the middle of a multi: the operations before count already. */
class WithinMulti implements SourceView {
  private readonly changed = new Map<string, number | null>();

  constructor(private readonly before: SourceView | null) {}

  lookup(path: string): { readonly version: number } | null {
    const version = this.changed.get(path);
    if (version === undefined) return this.before?.lookup(path) ?? null;
    return version === null ? null : { version };
  }

  note(change: Change): void {
    if (change.kind === "create") this.changed.set(change.path, 0);
    else if (change.kind === "delete") this.changed.set(change.path, null);
    else if (change.kind === "setData") this.changed.set(change.path, change.version);
  }
}

function translateClose(session: bigint, { shadows, skipped }: TranslateContext): TargetOp[] {
  for (const path of skipped.ofSession(session)) skipped.remove(path);
  // The server's list, from 3.6 on, is of the moment; ours is of the same moment, and has only what takes part.
  return shadows.ofSession(session).flatMap((path): TargetOp[] => {
    shadows.remove(path);
    // Whatever its version is: the session it stood for is gone.
    return [
      { kind: "delete", path, version: null, expect: -1 },
      { kind: "shadow-drop", path },
    ];
  });
}

function translateChange(change: Change, context: TranslateContext): TargetOp[] {
  const path = context.toTarget(change.path);
  if (path === null) return [];
  if (change.kind !== "create" && context.skipped.has(path)) {
    if (change.kind === "delete") context.skipped.remove(path);
    return [];
  }
  switch (change.kind) {
    case "create":
      return translateCreate(change, path, context);
    case "delete": {
      const version = context.source?.lookup(change.path)?.version ?? null;
      return deleteOps(path, version, context.shadows);
    }
    case "setData": {
      const before = context.source?.lookup(change.path)?.version;
      const times = context.exact || before === undefined ? 1 : Math.max(1, change.version - before);
      return [{ kind: "setData", path, data: change.data, version: change.version, times }];
    }
    case "setAcl":
      return [{ kind: "setAcl", path, acl: change.acl, version: change.version }];
  }
}

function deleteOps(path: string, version: number | null, shadows: Shadows): TargetOp[] {
  const deletion: TargetOp = { kind: "delete", path, version };
  return shadows.remove(path) ? [deletion, { kind: "shadow-drop", path }] : [deletion];
}

function translateCreate(
  change: Extract<Change, { kind: "create" }>,
  path: string,
  { shadows, skipped, options }: TranslateContext,
): TargetOp[] {
  const { data, acl } = change;
  const owner = nodeOwner(change.owner);
  const plain = { kind: "create", path, data, acl, mode: "persistent", ttlMs: 0 } as const;
  switch (owner.kind) {
    case "persistent":
      return [plain];
    case "ephemeral":
      if (options.ephemerals === "skip") {
        skipped.add(path, owner.session);
        return [];
      }
      shadows.add(path, owner.session);
      return [plain, { kind: "shadow-add", path, session: owner.session }];
    case "container":
      return [options.containers === "keep" ? { ...plain, mode: "container" } : plain];
    case "ttl":
      return [
        options.containers === "keep"
          ? { ...plain, mode: "persistent-ttl", ttlMs: Number(owner.ttlMs) }
          : plain,
      ];
  }
}
