/**
 * The lock file: whole from its first moment (written aside, then linked), so nobody ever reads half an owner.
 *
 * Invariant that makes taking over safe: a lock file that holds owner X is replaced or removed only by the process that
 * holds the claim file `lock.takeover.X`, and only after it has seen X in the lock file while holding the claim. Claims are
 * made and taken over by the same rule, so a crash in the middle of a take-over is taken over in turn. Since ids are random
 * and never come back, a late contender that still believes in X finds another owner and gives up.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { LockOwner } from "../backend.js";
import { type Liveness, parseOwner } from "../owner.js";
import { errorCode, ifPresent, type StateFiles } from "./files.js";

/** What `lockHolder` shows for a lock file that is none: `ferry state unlock unreadable` removes it. */
const UNREADABLE: LockOwner = {
  id: "unreadable",
  who: "unknown",
  host: "unknown",
  pid: 0,
  processStart: "",
  operation: "unknown",
  since: "unknown",
};

export interface Held {
  readonly kind: "held";
  readonly by: LockOwner;
  readonly liveness: Liveness;
}

export type Taken =
  | Held
  /** `from`: the owner that was gone, if there was one. */
  | { readonly kind: "taken"; readonly from: { readonly owner: LockOwner; readonly reason: string } | null };

export class LockFile {
  private readonly path: string;

  constructor(
    private readonly folder: string,
    private readonly files: StateFiles,
    private readonly judge: (owner: LockOwner) => Liveness,
  ) {
    this.path = join(folder, "lock");
  }

  holder(): Promise<LockOwner | null> {
    return this.readOwner(this.path);
  }

  /** One attempt; does not wait. */
  take(owner: LockOwner): Promise<Taken> {
    return this.takeFile(this.path, owner);
  }

  /**
   * Removes the lock if it holds `id`. `remover` stands in the claim meanwhile, under an id of its own: were it the id of
   * the lock, a crash here would leave a claim that only its own holder could take over. False when the lock does not
   * hold `id` or is being taken over just now.
   */
  async remove(id: string, remover: LockOwner): Promise<boolean> {
    const removed = await this.underClaim(id, { ...remover, id: randomUUID() }, async () => {
      if ((await this.readOwner(this.path))?.id !== id) return false;
      await ifPresent(this.files.unlink(this.path));
      return true;
    });
    return removed === true;
  }

  /** For the holder: removes what crashed contenders left behind. Never removes what a living one may still use. */
  async cleanUp(own: LockOwner): Promise<void> {
    for (const name of await this.files.readdir(this.folder)) {
      if (!/^lock\..+/.test(name) || name === claimName(own.id)) continue;
      const path = join(this.folder, name);
      const owner = await this.readOwner(path);
      // A torn file aside is being written or was left half written; its writer, if it lives, writes it again.
      const torn = owner === UNREADABLE && (name.endsWith(ASIDE) || (await this.isOld(path)));
      const abandoned = torn || (owner !== UNREADABLE && owner !== null && this.isGone(owner));
      if (abandoned) await ifPresent(this.files.unlink(path));
    }
  }

  private async takeFile(path: string, owner: LockOwner): Promise<Taken> {
    for (;;) {
      const holder = await this.readOwner(path);
      if (holder === null) {
        if (await this.place(path, owner)) return { kind: "taken", from: null };
        continue;
      }
      if (holder.id === owner.id) return { kind: "taken", from: null };
      const liveness = holder === UNREADABLE ? unreadable : this.judge(holder);
      if (liveness.kind !== "gone") return { kind: "held", by: holder, liveness };
      const replaced = await this.underClaim(holder.id, owner, () => this.replace(path, holder, owner));
      if (replaced === true) return { kind: "taken", from: { owner: holder, reason: liveness.reason } };
      if (replaced !== false) return replaced;
    }
  }

  /** Runs `action` while holding the claim on `id`; tells who has it when a living process does. */
  private async underClaim(
    id: string,
    owner: LockOwner,
    action: () => Promise<boolean>,
  ): Promise<boolean | Held> {
    const path = join(this.folder, claimName(id));
    const claim = await this.takeFile(path, owner);
    if (claim.kind === "held") return claim;
    try {
      return await action();
    } finally {
      await ifPresent(this.files.unlink(path));
    }
  }

  private async replace(path: string, expected: LockOwner, owner: LockOwner): Promise<boolean> {
    if ((await this.readOwner(path))?.id !== expected.id) return false;
    const aside = asideName(path, owner);
    await this.writeAside(aside, owner);
    // In one step from the old owner to the new one: there is no moment without a lock file.
    // Null: the holder's cleaning was quicker than we; try again.
    return (await ifPresent(this.files.rename(aside, path).then(() => true))) ?? false;
  }

  /** False when somebody else was quicker, be it with the lock or with cleaning up the file aside. */
  private async place(path: string, owner: LockOwner): Promise<boolean> {
    const aside = asideName(path, owner);
    await this.writeAside(aside, owner);
    try {
      await this.files.link(aside, path);
      return true;
    } catch (error) {
      if (["EEXIST", "ENOENT"].includes(errorCode(error))) return false;
      if (!NO_LINKS.includes(errorCode(error))) throw error;
      return await this.placeWithoutLinks(path, owner);
    } finally {
      await ifPresent(this.files.unlink(aside));
    }
  }

  /** On disks without hard links the file is created exclusively; a crash before its content leaves it unreadable. */
  private async placeWithoutLinks(path: string, owner: LockOwner): Promise<boolean> {
    try {
      await this.files.writeNew(path, ownerBytes(owner));
      return true;
    } catch (error) {
      if (errorCode(error) === "EEXIST") return false;
      throw error;
    }
  }

  private async writeAside(path: string, owner: LockOwner): Promise<void> {
    // The name holds the owner's random id: only a file of an earlier attempt of this very owner can be there.
    await ifPresent(this.files.unlink(path));
    await this.files.writeNew(path, ownerBytes(owner));
  }

  private async readOwner(path: string): Promise<LockOwner | null> {
    const bytes = await ifPresent(this.files.readFile(path));
    if (bytes === null) return null;
    return parseOwner(bytes.toString("utf8")) ?? UNREADABLE;
  }

  private isGone(owner: LockOwner): boolean {
    return this.judge(owner).kind === "gone";
  }

  private async isOld(path: string): Promise<boolean> {
    const stat = await ifPresent(this.files.stat(path));
    return stat !== null && Date.now() - stat.mtimeMs > TORN_FILE_AGE_MS;
  }
}

const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];
const ASIDE = ".tmp";
const TORN_FILE_AGE_MS = 60 * 60 * 1000;

const unreadable: Liveness = { kind: "unknown", reason: "its lock file cannot be read" };

function claimName(id: string): string {
  return `lock.takeover.${id}`;
}

function asideName(path: string, owner: LockOwner): string {
  return `${path}.${owner.id}${ASIDE}`;
}

function ownerBytes(owner: LockOwner): Buffer {
  return Buffer.from(`${JSON.stringify(owner)}\n`, "utf8");
}
