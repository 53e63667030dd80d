/** Creating znodes of all kinds, alone or with their missing parents. */
import { badArguments, createFault, createNeeds } from "./arguments.js";
import type { Calls } from "./calls.js";
import { OPCODES } from "./codes.js";
import { ancestorPaths, pathFault } from "./path.js";
import { createOpcode, readCreated, writeCreate } from "./records.js";
import { SINCE } from "./server-version.js";
import { type Acl, type CreateMode, PERMS, type Stat } from "./types.js";
import { isZooKeeperError } from "./zookeeper-error.js";

export const OPEN_ACL: readonly Acl[] = [{ perms: PERMS.all, scheme: "world", id: "anyone" }];

export interface CreateOptions {
  readonly acl?: readonly Acl[];
  readonly mode?: CreateMode;
  readonly ttlMs?: number;
  /** Asks for the new znode's stat; on servers before 3.5 there is none, and it is created all the same. */
  readonly withStat?: boolean;
}

export interface Created {
  readonly path: string;
  readonly stat?: Stat;
}

export function createZnode(
  calls: Calls,
  path: string,
  data: Buffer | null,
  options: CreateOptions,
): Promise<Created> {
  const mode = options.mode ?? "persistent";
  const fault = createFault(path, mode, options.ttlMs);
  if (fault !== null) return Promise.reject(badArguments("create", path, fault));
  const acl = options.acl ?? OPEN_ACL;
  const record = { path: calls.full(path), data, acl, mode, ttlMs: options.ttlMs };
  const ask = (opcode: number) =>
    calls.call<Created>({
      operation: "create",
      path,
      opcode,
      encode: (writer) => writeCreate(writer, record),
      decode: (reader) => {
        const created = readCreated(reader, opcode);
        return { ...created, path: calls.own(created.path) };
      },
    });
  const since = createNeeds(mode);
  if (since !== null) return calls.needing(since, "create", path, () => ask(createOpcode(mode, true)));
  if (options.withStat !== true) return ask(OPCODES.create);
  const withStat = calls.needing(SINCE.createWithStat, "create", path, () => ask(OPCODES.create2));
  return withStat.catch((error: unknown) => {
    if (isZooKeeperError(error, "UNIMPLEMENTED")) return ask(OPCODES.create);
    throw error;
  });
}

/** Creates what is missing above `path`, the chroot included: it is a parent like any other. */
export async function createParents(calls: Calls, path: string, acl: readonly Acl[]): Promise<void> {
  const fault = pathFault(path);
  if (fault !== null) throw badArguments("createParents", path, fault);
  const bare = calls.bare();
  for (const parent of ancestorPaths(calls.full(path))) {
    try {
      await createZnode(bare, parent, null, { acl });
    } catch (error) {
      if (!isZooKeeperError(error, "NODE_EXISTS", "NO_AUTH")) throw error;
      // Not permitted to create here matters only when it is not there.
      if (error.code === "NO_AUTH" && !(await isThere(bare, parent))) throw error;
    }
  }
}

function isThere(calls: Calls, path: string): Promise<boolean> {
  return calls.call({
    operation: "exists",
    path,
    opcode: OPCODES.exists,
    encode: (writer) => writer.string(calls.full(path)).boolean(false),
    decode: () => true,
    unless: { code: "NO_NODE", answer: () => false },
  });
}
