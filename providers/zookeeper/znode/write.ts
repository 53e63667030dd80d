/**
 * Brings the live tree of a ZNode to its spec. Every write names the version it was decided on, so that a change made
 * by somebody else meanwhile is never overwritten; children nobody declared are never deleted unless the spec says so.
 */
import { type Diagnostic, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { ZooKeeperClient } from "../../../src/zookeeper/types.js";
import { isZooKeeperError } from "../../../src/zookeeper/zookeeper-error.js";
import type { Progress, ProviderContext } from "../../provider.js";
import { serverAcl, serverData } from "./access.js";
import { childPath, declaredNodes, type NodeSpec, sameAcl, type TreeSpec } from "./tree.js";

export class TreeError extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.summary);
    this.name = "TreeError";
  }
}

export interface Writing {
  readonly address: string;
  readonly client: ZooKeeperClient;
  readonly context: ProviderContext;
  readonly report: (progress: Progress) => void;
}

/** Creates and changes what is declared, parents first; `former` tells which nodes were declared before and go. */
export async function writeTree(tree: TreeSpec, former: TreeSpec | null, writing: Writing): Promise<void> {
  const nodes = declaredNodes(tree.path, tree);
  for (const { path, node } of nodes) {
    writing.context.signal.throwIfAborted();
    await writeNode(path, node, writing);
  }
  const kept = new Set(nodes.map(({ path }) => path));
  const gone =
    former === null ? [] : declaredNodes(former.path, former).filter(({ path }) => !kept.has(path));
  for (const { path } of gone.reverse()) await deleteNode(path, tree.exclusive, writing);
  if (tree.exclusive) for (const { path, node } of nodes) await deleteUndeclared(path, node, writing);
}

/** Deletes what is declared, children first. */
export async function deleteTree(tree: TreeSpec, writing: Writing): Promise<void> {
  const nodes = declaredNodes(tree.path, tree);
  if (!tree.exclusive) await refuseUndeclared(nodes, writing);
  for (const { path } of nodes.reverse()) await deleteNode(path, tree.exclusive, writing);
}

/** What is to be made and is there already was made by somebody else since the plan: it is not taken over. */
export async function refuseExisting(path: string, { address, client }: Writing): Promise<void> {
  if ((await client.exists(path)) === null) return;
  throw new TreeError(
    errorDiagnostic(
      "exists-unmanaged",
      `${address}: ${path} exists already, and the state does not know it`,
      {
        address,
        detail: "Somebody made it since the plan. It is untouched.",
        remedy: `Import it with \`ferry import ${address} ${path}\`, or declare another path.`,
      },
    ),
  );
}

async function writeNode(path: string, node: NodeSpec, writing: Writing): Promise<void> {
  const { client, context, report } = writing;
  const data = await serverData(node, context);
  const acl = await serverAcl(node.acl, context);
  const stat = await client.exists(path);
  if (stat === null) {
    report({ message: `create ${path}` });
    await client.createParents(path);
    try {
      await client.create(path, data, { acl });
      return;
    } catch (error) {
      if (!isZooKeeperError(error, "NODE_EXISTS")) throw error; // ours, when the answer to an earlier try was lost
    }
  }
  await changeData(path, data, writing);
  await changeAcl(path, acl, writing);
}

async function changeData(path: string, wanted: Buffer, { address, client, report }: Writing): Promise<void> {
  const { data, stat } = await client.getData(path);
  if ((data ?? Buffer.alloc(0)).equals(wanted)) return;
  report({ message: `set the data of ${path}` });
  await guarded(address, path, () => client.setData(path, wanted, stat.version));
}

async function changeAcl(
  path: string,
  wanted: Awaited<ReturnType<typeof serverAcl>>,
  { address, client, report }: Writing,
): Promise<void> {
  const { acl, stat } = await client.getAcl(path);
  if (sameAcl(acl, wanted)) return;
  report({ message: `set the access list of ${path}` });
  await guarded(address, path, () => client.setAcl(path, wanted, stat.aversion));
}

async function guarded<T>(address: string, path: string, write: () => Promise<T>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isZooKeeperError(error, "BAD_VERSION")) throw error;
    throw new TreeError(
      errorDiagnostic(
        "changed-meanwhile",
        `${address}: ${path} was changed by somebody else while ferry was about to write it`,
        {
          address,
          detail:
            "Their change was not overwritten. Nodes before this one are as declared, those after it are untouched.",
          remedy: "Run `ferry plan` to see what it holds now, then apply again.",
        },
      ),
    );
  }
}

async function deleteNode(path: string, withChildren: boolean, writing: Writing): Promise<void> {
  const { client, report, address } = writing;
  const stat = await client.exists(path);
  if (stat === null) return;
  const { children } = await client.getChildren(path);
  if (children.length > 0 && !withChildren) throw new TreeError(hasUndeclared(address, path, children));
  for (const name of children) await deleteNode(childPath(path, name), withChildren, writing);
  report({ message: `delete ${path}` });
  await guarded(address, path, () => client.delete(path, stat.version));
}

async function deleteUndeclared(path: string, node: NodeSpec, writing: Writing): Promise<void> {
  const { children } = await writing.client.getChildren(path);
  const extra = children.filter(
    (name) => node.children[name] === undefined && !(path === "/" && name === "zookeeper"),
  );
  for (const name of extra) await deleteNode(childPath(path, name), true, writing);
}

/** Before anything is deleted: a half-deleted tree helps nobody. */
async function refuseUndeclared(
  nodes: ReturnType<typeof declaredNodes>,
  { client, address }: Writing,
): Promise<void> {
  for (const { path, node } of nodes) {
    if ((await client.exists(path)) === null) continue;
    const { children } = await client.getChildren(path);
    const extra = children.filter((name) => node.children[name] === undefined);
    if (extra.length > 0) throw new TreeError(hasUndeclared(address, path, extra));
  }
}

function hasUndeclared(address: string, path: string, names: readonly string[]): Diagnostic {
  const some = names.slice(0, 5).join(", ");
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return errorDiagnostic(
    "undeclared-children",
    `${address}: ${path} is not deleted, because it has children that nobody declared: ${some}${more}`,
    {
      address,
      detail:
        "They may belong to a running application. They are untouched, and so is everything below them.",
      remedy:
        "Delete them yourself, or declare the znode with `exclusive: true` and apply that first; then its children go with it.",
    },
  );
}
