/**
 * The side that was removed comes back from its archive: its whole ZooKeeper as it was then. What has changed since on the other side is
 * brought to it afterwards, by the synchronisation. Nothing of the archive stays on this disk in clear.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StateKey } from "../../../state/encryption.js";
import { archiveDamaged } from "../archive/failures.js";
import type { ArchiveHeader } from "../archive/format.js";
import { extractArchive, readHeader } from "../archive/read.js";
import type { SideName } from "../model/spec.js";
import { type ArchiveAccess, archiveKey, archivePath } from "./archive-access.js";
import { allListen, sideOf } from "./ensemble-steps.js";
import { notYet, once, type Scope, seen, until } from "./scope.js";
import { done, NOT_DONE, type StepHandler, type StepOf } from "./step.js";

type Step = StepOf<"restore-ensemble">;

/** Noted once nothing of the former ensemble is left: what is there from then on is the restored one. */
const CLEARED = "cleared";
/** Milliseconds for an ensemble of which every server listens to tell what it holds. */
const ANSWER_MS = 10_000;

export function restoreStep(access: ArchiveAccess): StepHandler<"restore-ensemble"> {
  return {
    async run(scope, step) {
      const { side } = step;
      const clear = clearFolder(access, side);
      if (await serves(scope, step)) {
        await rm(clear, { recursive: true, force: true });
        return { text: `${nameOf(scope, step)} serves, and has its znodes`, facts: { restored: false } };
      }
      const key = await archiveKey(scope.spec, access.secret);
      try {
        const { header, snapshot } = await takeOut(access, scope, side, key, clear);
        await bringBack(scope, step, snapshot);
        await untilRestored(scope, step);
        const taken = new Date(header.createdMs).toISOString();
        return {
          text: `${nameOf(scope, step)} serves again, with its znodes of ${taken}`,
          facts: { restored: true, archivedMs: header.createdMs },
        };
      } finally {
        await rm(clear, { recursive: true, force: true });
      }
    },

    async probe(scope, step) {
      if (!(await serves(scope, step))) return NOT_DONE;
      await rm(clearFolder(access, step.side), { recursive: true, force: true });
      return done(`${nameOf(scope, step)} serves, and has its znodes`);
    },
  };
}

/** Always the same one, so that what an attempt left behind that was killed goes with the next. */
function clearFolder({ folder }: ArchiveAccess, side: SideName): string {
  return join(folder, `restore-${side}`);
}

function nameOf(scope: Scope, step: Step): string {
  const { resource, connectString } = sideOf(scope, step);
  return resource ?? connectString;
}

/** Rejects with DiagnosticError, having touched nothing: expired, damaged, another key, of another migration. */
async function takeOut(
  access: ArchiveAccess,
  scope: Scope,
  side: SideName,
  key: StateKey,
  clear: string,
): Promise<{ readonly header: ArchiveHeader; readonly snapshot: string }> {
  const path = archivePath(access.folder, side);
  const { migration } = await readHeader(path);
  if (migration !== access.migrationId)
    throw archiveDamaged(path, `it is of the migration ${migration}, and not of ${access.migrationId}`);
  await rm(clear, { recursive: true, force: true });
  await mkdir(clear, { recursive: true, mode: 0o700 });
  const header = await extractArchive(path, key, clear, scope.now());
  const file = header.files.find(({ name }) => /^snapshot\.[0-9a-f]+$/.test(name));
  if (file === undefined) throw archiveDamaged(path, "there is no snapshot in it");
  return { header, snapshot: join(clear, file.name) };
}

async function bringBack(scope: Scope, step: Step, snapshot: string): Promise<void> {
  const side = sideOf(scope, step);
  if (side.resource === null) {
    scope.report(
      `please start ${side.connectString} with the znodes it had: empty the data directory of every server, put ${snapshot} into version-2/ there, and start them only then. Ferry waits until it answers, and then deletes that file`,
    );
    await until(scope, `${side.connectString} to answer`, () => allListen(scope, step, true));
    return;
  }
  // A removal that was cut off left some of its servers: with them, those that are new would make a quorum without its znodes.
  if (scope.facts.get(scope.action.id)?.[CLEARED] !== true) {
    if (await scope.ensembles.isThere(side, scope)) await scope.ensembles.remove(side, scope);
    await scope.note({ [CLEARED]: true });
  }
  await scope.ensembles.deploy(side, scope, snapshot);
}

async function untilRestored(scope: Scope, step: Step): Promise<void> {
  const { side } = step;
  // It has forgotten what the session has seen, and would refuse it for ever.
  await scope.coordination.renew(side);
  const { mesosPath } = scope.spec;
  await until(scope, `${nameOf(scope, step)} to have ${mesosPath}`, async () =>
    (await scope.coordination.exists(side, mesosPath))
      ? seen(null)
      : notYet(`${mesosPath} is not there: it was started empty`),
  );
}

/** Every server answers and the tree is there: either it was never removed, or an earlier attempt has brought it back. */
async function serves(scope: Scope, step: Step): Promise<boolean> {
  const listening = await once(scope, () => allListen(scope, step, true));
  if (listening.kind !== "seen") return false;
  await scope.coordination.renew(step.side);
  const deadline = Math.min(scope.deadline, performance.now() + ANSWER_MS);
  const look = await once({ ...scope, deadline }, async () => {
    const exists = await scope.coordination.exists(step.side, scope.spec.mesosPath);
    return exists ? seen(null) : notYet("it is empty");
  });
  return look.kind === "seen";
}
