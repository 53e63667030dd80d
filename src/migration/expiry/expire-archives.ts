/**
 * Deletes archives that allow no way back any more, and closes the migrations they belong to. A migration that somebody carries out at the
 * moment is left for the next time; a file that is not the archive of that migration is never deleted.
 */
import { rm } from "node:fs/promises";
import { type Diagnostic, DiagnosticError, warningDiagnostic } from "../../diagnostics/diagnostic.js";
import { readHeader } from "../archive/read.js";
import type { AuditSink } from "../audit/event.js";
import type { Clock } from "../engine/clock.js";
import { Ledger } from "../engine/ledger.js";
import { archive } from "../engine/transitions.js";
import type { MigrationStore } from "../model/ports.js";
import { archiveExpiry, type Expired } from "./archive-expiry.js";

export interface ExpiryOptions {
  readonly store: MigrationStore;
  readonly audit: AuditSink;
  readonly clock: Clock;
  /** As in claims: host and process. */
  readonly who: string;
}

export interface ExpiryResult {
  /** Ids of migrations that count as archived from now on. */
  readonly closed: readonly string[];
  /** Archives that were deleted. */
  readonly deleted: readonly string[];
  /** Warnings: archives that are still somewhere. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Safe to repeat. Rejects with DiagnosticError when the store cannot be read or written. */
export async function expireArchives(options: ExpiryOptions): Promise<ExpiryResult> {
  const { store, clock } = options;
  const closed: string[] = [];
  const deleted: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const one of archiveExpiry(await store.list(), clock.now())) {
    const found = await expire(options, one);
    if (found === "busy") continue;
    if (one.closes) closed.push(one.id);
    if (found.kind === "deleted") deleted.push(found.path);
    // Without a record to close, it was missed before, or somebody has taken it away.
    if (found.kind === "kept" && (one.closes || !found.isMissing)) diagnostics.push(found.diagnostic);
  }
  return { closed, deleted, diagnostics };
}

/** Claimed meanwhile, so that nobody begins a way back from it. */
async function expire(
  { store, audit, clock, who }: ExpiryOptions,
  listed: Expired,
): Promise<Removed | "busy"> {
  const claim = await claimed(store, listed.id, who);
  if (claim === null) return "busy";
  try {
    const ledger = new Ledger(claim, audit, clock, who);
    const record = await ledger.refresh();
    const [still] = record.request === null ? archiveExpiry([record], clock.now()) : [];
    if (still === undefined || still.closes !== listed.closes) return "busy";
    const removed = await removeArchive(still);
    if (!still.closes) return removed;
    await ledger.announce(record.epoch - 1);
    await ledger.update((present) => archive(present, reasonOf(removed)));
    return removed;
  } finally {
    await claim.release();
  }
}

async function claimed(store: MigrationStore, id: string, who: string) {
  try {
    return await store.claim(id, who);
  } catch (error) {
    const isHeld =
      error instanceof DiagnosticError &&
      error.diagnostics.some(({ code }) => code === "migration-locked" || code === "migration-taken-over");
    if (isHeld) return null;
    throw error;
  }
}

type Removed =
  | { readonly kind: "none" }
  | { readonly kind: "deleted"; readonly path: string }
  | {
      readonly kind: "kept";
      readonly path: string;
      readonly isMissing: boolean;
      readonly diagnostic: Diagnostic;
    };

async function removeArchive({ id, name, path }: Expired): Promise<Removed> {
  if (path === null) return { kind: "none" };
  try {
    const { migration } = await readHeader(path);
    if (migration === id) {
      await rm(path);
      return { kind: "deleted", path };
    }
    return kept(name, path, `it is the archive of ${migration}`, false);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isMissing =
      error instanceof DiagnosticError &&
      error.diagnostics.some(({ code, summary }) => code === "archive-unreadable" && /ENOENT/.test(summary));
    return kept(name, path, isMissing ? "it is not on this machine" : reason, isMissing);
  }
}

function kept(name: string, path: string, why: string, isMissing: boolean): Removed {
  const summary = `the archive ${path} has expired and was not deleted: ${why}`;
  const diagnostic = warningDiagnostic("archive-left", summary, {
    detail: "It allows no way back any more, and holds, encrypted, everything that the ZooKeeper of A held.",
    remedy: "Delete it where it lies, and its copies.",
    address: `Migration/${name}`,
  });
  return { kind: "kept", path, isMissing, diagnostic };
}

function reasonOf(removed: Removed): string {
  const over = "The time for a way back is over";
  if (removed.kind === "none") return `${over}.`;
  return removed.kind === "deleted"
    ? `${over}; ${removed.path} was deleted.`
    : `${over}; ${removed.path} could not be deleted.`;
}
