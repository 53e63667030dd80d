/**
 * The archive of the side that is about to go: its whole ZooKeeper as a snapshot file and how its servers were declared, encrypted. Nothing of
 * it stays on the disk in clear.
 */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { keyId } from "../../../state/encryption.js";
import { DiagnosticError } from "../../diagnostics/diagnostic.js";
import { writeBootstrapFile } from "../../sync/bootstrap/bootstrap-file.js";
import { CollectFailed, CollectLost } from "../../sync/bootstrap/collect.js";
import { observerFeed } from "../../sync/engine/open-feed.js";
import { hex } from "../../sync/feed/zxid.js";
import { connectSide } from "../../sync/side/connect-side.js";
import type { SideSpec } from "../../sync/spec.js";
import { readHeader, verifyArchive } from "../archive/read.js";
import { type FileToArchive, writeArchive } from "../archive/write.js";
import { unsafe } from "../coordination/refusal.js";
import type { MigrationSpec, SideName } from "../model/spec.js";
import { type ArchiveAccess, archiveKey, archivePath, PLATFORM_FILE } from "./archive-access.js";
import { restoreStep } from "./restore-steps.js";
import type { Scope } from "./scope.js";
import { done, NOT_DONE, type StepHandler, type StepHandlers } from "./step.js";

/** A snapshot in clear, until it is encrypted: so is the name of its folder begun. */
const CLEAR = ".snapshot-";

export function archiveSteps(access: ArchiveAccess): StepHandlers {
  return { archive: archiveStep(access), "restore-ensemble": restoreStep(access) };
}

function archiveStep(access: ArchiveAccess): StepHandler<"archive"> {
  return {
    async run(scope, { side }) {
      const key = await archiveKey(scope.spec, access.secret);
      const path = archivePath(access.folder, side);
      await mkdir(access.folder, { recursive: true, mode: 0o700 });
      await removeClear(access.folder);
      const clear = await mkdtemp(join(access.folder, CLEAR));
      try {
        const snapshot = await takeSnapshot(scope, await access.sideSpec(side), clear);
        const createdMs = scope.now();
        const expiresMs = createdMs + scope.spec.rollbackRetentionHours * 3_600_000;
        const { migrationId: migration, random } = access;
        const files: FileToArchive[] = [
          { name: basename(snapshot.path), source: snapshot.path },
          { name: PLATFORM_FILE, source: platformOf(scope.spec, side) },
        ];
        await writeArchive({ path, migration, createdMs, expiresMs, key, random, files });
        const header = await verifyArchive(path, key);
        const until = new Date(expiresMs).toISOString();
        return {
          text: `${snapshot.nodes} znodes of ${side.toUpperCase()} archived in ${path}, good until ${until}`,
          facts: {
            archive: path,
            zxid: hex(snapshot.zxid),
            nodes: snapshot.nodes,
            expiresMs,
            keyId: header.keyId,
          },
        };
      } finally {
        await rm(clear, { recursive: true, force: true });
      }
    },

    async probe(scope, { side }) {
      const key = await archiveKey(scope.spec, access.secret);
      const path = archivePath(access.folder, side);
      await removeClear(access.folder);
      try {
        const header = await readHeader(path);
        if (header.migration !== access.migrationId) return NOT_DONE;
        await verifyArchive(path, key);
        return done(`${path} is whole`, { archive: path, expiresMs: header.expiresMs, keyId: keyId(key) });
      } catch (error) {
        if (error instanceof DiagnosticError) return NOT_DONE;
        throw error;
      }
    },
  };
}

/** What an attempt left that was killed: everything of that side's ZooKeeper, in clear. The migration has one engine at a time. */
export async function removeClear(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names.filter((each) => each.startsWith(CLEAR)))
    await rm(join(folder, name), { recursive: true, force: true });
}

async function takeSnapshot(scope: Scope, side: SideSpec, directory: string) {
  const client = await connectSide(side, scope.signal);
  try {
    const feed = observerFeed(side, () => Promise.resolve(client), Math.random);
    // Ephemerals end with their sessions: restored, they would elect somebody who is not there.
    const spec = {
      a: side,
      paths: [{ a: "/", b: "/", exclude: [] }],
      ephemerals: "skip" as const,
      containers: "keep" as const,
    };
    const onProgress = ({ phase, nodes }: { readonly phase: string; readonly nodes: number }) =>
      scope.report(`${phase} ${nodes} znodes`);
    const { file } = await writeBootstrapFile({ spec, directory, feed, signal: scope.signal, onProgress });
    return file;
  } catch (error) {
    scope.signal.throwIfAborted();
    if (!(error instanceof CollectFailed || error instanceof CollectLost)) throw error;
    throw unsafe(`no whole snapshot of ${side.name}: ${error.message}`, {
      detail: "No archive was written, and nothing was touched.",
      remedy: "See that a quorum port of it can be reached from here, then resume the migration.",
    });
  } finally {
    await client.close();
  }
}

/** References to secrets only, never what they hold. */
function platformOf(spec: MigrationSpec, side: SideName): Buffer {
  const { source, target, ...rest } = spec;
  const platform = side === "a" ? source : target;
  return Buffer.from(`${JSON.stringify({ format: 1, side, platform, migration: rest }, null, 2)}\n`, "utf8");
}
