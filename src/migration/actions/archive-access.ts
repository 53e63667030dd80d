/** Where archives of a migration lie, and the key that opens them: for the step that writes one and the one that goes back to it. */
import { join } from "node:path";
import { parseKey, type RandomBytes, type StateKey } from "../../../state/encryption.js";
import type { SideSpec } from "../../sync/spec.js";
import { unsafe } from "../coordination/refusal.js";
import type { MigrationSpec, SideName } from "../model/spec.js";

export interface ArchiveAccess {
  /** Of this migration: `…/archive-a.ferry` and nothing else lies there. Absolute. */
  readonly folder: string;
  /** Of the record; what the archive is bound to. */
  readonly migrationId: string;
  readonly sideSpec: (side: SideName) => Promise<SideSpec>;
  readonly secret: (reference: string) => Promise<Buffer>;
  readonly random: RandomBytes;
}

/** Name of the file that holds how the side was declared. */
export const PLATFORM_FILE = "platform.json";

export function archivePath(folder: string, side: SideName): string {
  return join(folder, `archive-${side}.ferry`);
}

/** Rejects with DiagnosticError: without a key there is no archive. */
export async function archiveKey(
  { archiveKey: reference }: MigrationSpec,
  secret: ArchiveAccess["secret"],
): Promise<StateKey> {
  const text = reference === null ? "" : (await secret(reference)).toString("utf8").trim();
  const bytes = parseKey(text);
  if (reference !== null && bytes !== null) return { bytes, reference };
  throw unsafe(`the archive cannot be encrypted with ${reference ?? "no key"}`, {
    detail: "A key is 32 bytes, as 64 hexadecimal digits or base64. Nothing was written or touched.",
    remedy: "Make one with `openssl rand -hex 32`, name it in spec.archiveKey, then resume the migration.",
  });
}
