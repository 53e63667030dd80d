/**
 * What a client finds of the subtrees that are to be carried over: what it may not do there, whether anything is there already, and where
 * servers elect. It changes nothing: whether it may create is asked by a multi that cannot succeed.
 */
import { OPEN_ACL } from "../../zookeeper/create.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";

/** No znode has it. */
const IMPOSSIBLE_VERSION = 2 ** 31 - 1;
/** Znodes looked at for elections below one path, and how deep. */
const ELECTION_LOOKS = 500;
const ELECTION_DEPTH = 3;

/** `/mesos: write`, for each right that is needed and not there. Rejects with ZooKeeperError for other reasons. */
export async function missingRights(client: ZooKeeperClient, paths: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const path of paths) {
    const there = await nearestExisting(client, path);
    if (there === path && !(await mayRead(client, path))) missing.push(`${path}: read`);
    if (!(await mayCreateIn(client, there))) missing.push(`${path}: write`);
  }
  return missing;
}

async function nearestExisting(client: ZooKeeperClient, path: string): Promise<string> {
  for (let at = path; at !== "/"; at = parentOf(at)) {
    if (await isThere(client, at)) return at;
  }
  return "/";
}

/** Newer servers do not even say whether a znode is there to those who may not read it, but only where it is. */
async function isThere(client: ZooKeeperClient, path: string): Promise<boolean> {
  try {
    return (await client.exists(path)) !== null;
  } catch (error) {
    if (isZooKeeperError(error, "NO_AUTH")) return true;
    throw error;
  }
}

async function mayRead(client: ZooKeeperClient, path: string): Promise<boolean> {
  try {
    await client.getChildren(path);
    await client.getData(path);
    return true;
  } catch (error) {
    if (isZooKeeperError(error, "NO_AUTH")) return false;
    throw error;
  }
}

/** A multi is carried out whole or not at all, and its last operation fails for certain: nothing is ever created. */
async function mayCreateIn(client: ZooKeeperClient, parent: string): Promise<boolean> {
  const probe = `${parent === "/" ? "" : parent}/ferry-looks-for-rights`;
  try {
    await client.multi([
      { op: "create", path: probe, data: null, acl: OPEN_ACL, mode: "persistent" },
      { op: "check", path: parent, version: IMPOSSIBLE_VERSION },
    ]);
    return true;
  } catch (error) {
    if (isZooKeeperError(error, "NO_AUTH")) return false;
    if (isZooKeeperError(error, "BAD_VERSION")) return true;
    throw error;
  }
}

/** Paths that hold something. An empty `log_replicas`, as agents and masters make it, is nothing. */
export async function occupiedPaths(client: ZooKeeperClient, paths: readonly string[]): Promise<string[]> {
  const occupied: string[] = [];
  for (const path of paths) {
    const children = await childrenOf(client, path);
    const kept = children.filter((name) => name !== "log_replicas");
    const replicas = kept.length < children.length ? await childrenOf(client, `${path}/log_replicas`) : [];
    if (kept.length + replicas.length > 0) occupied.push(path);
  }
  return occupied;
}

/** Znodes below `paths`, but not those themselves, with a sequential ephemeral child: where somebody elects or locks. */
export async function electionsBelow(
  client: ZooKeeperClient,
  paths: readonly string[],
  known: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    let left = ELECTION_LOOKS;
    let level = [path];
    for (let depth = 0; depth < ELECTION_DEPTH && level.length > 0; depth++) {
      const next: string[] = [];
      for (const parent of level) {
        if (left-- <= 0) break;
        const children = await childrenOf(client, parent);
        if (parent !== path && !known.includes(parent) && (await holdsElection(client, parent, children)))
          found.push(parent);
        else next.push(...children.map((name) => `${parent}/${name}`));
      }
      level = next;
    }
  }
  return [...new Set(found)].sort();
}

async function holdsElection(
  client: ZooKeeperClient,
  parent: string,
  children: readonly string[],
): Promise<boolean> {
  const candidate = children.find((name) => /\d{10}$/.test(name));
  if (candidate === undefined) return false;
  const stat = await client.exists(`${parent}/${candidate}`);
  return stat !== null && stat.ephemeralOwner !== 0n;
}

/** None where the znode is not there or may not be read. */
async function childrenOf(client: ZooKeeperClient, path: string): Promise<readonly string[]> {
  try {
    return (await client.getChildren(path)).children;
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE", "NO_AUTH")) return [];
    throw error;
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
