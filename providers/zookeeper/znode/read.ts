/** Reads the live tree of a ZNode into the shape of its spec. Changes nothing. */
import { canonicalJson, type Json, type JsonObject } from "../../../src/value/json.js";
import type { ZooKeeperClient } from "../../../src/zookeeper/types.js";
import { isZooKeeperError } from "../../../src/zookeeper/zookeeper-error.js";
import type { ProviderContext } from "../../provider.js";
import { serverAcl } from "./access.js";
import {
  type AclSpec,
  childPath,
  dataFields,
  type NodeSpec,
  permissionNames,
  sameAcl,
  type TreeSpec,
} from "./tree.js";

interface Reading {
  readonly client: ZooKeeperClient;
  readonly context: ProviderContext;
  readonly exclusive: boolean;
  readonly facts: { [path: string]: JsonObject };
}

export interface LiveTree {
  readonly live: JsonObject;
  /** By path: versions, times, ids of transactions. */
  readonly facts: JsonObject;
}

/** The live tree, or null when its root is not there. Rejects with ZooKeeperError. */
export async function readTree(
  client: ZooKeeperClient,
  tree: TreeSpec,
  context: ProviderContext,
): Promise<LiveTree | null> {
  const reading: Reading = { client, context, exclusive: tree.exclusive, facts: {} };
  const node = await readNode(tree.path, tree, reading);
  if (node === null) return null;
  // How to reach it is what was used to read it: it cannot differ from what is declared.
  const {
    data: _d,
    dataBase64: _b,
    dataSecret: _s,
    acl: _a,
    children: _c,
    undeclared: _u,
    ...reached
  } = tree;
  return { live: { ...(reached as unknown as JsonObject), ...node }, facts: reading.facts };
}

async function readNode(path: string, declared: NodeSpec, reading: Reading): Promise<JsonObject | null> {
  const { client, context } = reading;
  try {
    const { data, stat } = await client.getData(path);
    const { acl } = await client.getAcl(path);
    reading.facts[path] = {
      version: stat.version,
      aversion: stat.aversion,
      cversion: stat.cversion,
      czxid: `0x${stat.czxid.toString(16)}`,
      mzxid: `0x${stat.mzxid.toString(16)}`,
      changed: new Date(Number(stat.mtime)).toISOString(),
      children: stat.numChildren,
    };
    const entries = await Promise.all(
      Object.entries(declared.children).map(
        async ([name, child]) => [name, await readNode(childPath(path, name), child, reading)] as const,
      ),
    );
    // A missing child is null, "known not to be there": left out, it would count as not read.
    const children = Object.fromEntries(entries);
    return {
      ...dataOf(data, declared, context),
      acl: await aclOf(acl, declared.acl, context),
      children,
      ...(reading.exclusive
        ? { undeclared: await undeclared(path, declared, client, stat.numChildren) }
        : {}),
    };
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return null;
    throw error;
  }
}

function dataOf(data: Buffer | null, declared: NodeSpec, context: ProviderContext): JsonObject {
  if (declared.dataSecret === undefined) return { ...dataFields(data, declared) };
  const fingerprint = context.secrets.fingerprint(data ?? Buffer.alloc(0));
  return { dataSecret: { $secret: declared.dataSecret.$secret, fingerprint } };
}

/** The declared entries where they say the same (a password is a digest on the server), otherwise the server's own. */
async function aclOf(
  live: Awaited<ReturnType<ZooKeeperClient["getAcl"]>>["acl"],
  declared: readonly AclSpec[],
  context: ProviderContext,
): Promise<Json> {
  const wanted = await serverAcl(declared, context);
  const entries = live.map((entry): Json => {
    const at = wanted.findIndex((candidate) => sameAcl([candidate], [entry]));
    const same = declared[at];
    if (same !== undefined) return same as unknown as Json;
    return { scheme: entry.scheme, id: entry.id, permissions: permissionNames(entry.perms) };
  });
  return entries.sort((a, b) => canonicalJson(a).localeCompare(canonicalJson(b)));
}

async function undeclared(
  path: string,
  declared: NodeSpec,
  client: ZooKeeperClient,
  count: number,
): Promise<string[]> {
  if (count === 0) return [];
  const { children } = await client.getChildren(path);
  const known = new Set(Object.keys(declared.children));
  return children.filter((name) => !known.has(name) && !(path === "/" && name === "zookeeper")).sort();
}
