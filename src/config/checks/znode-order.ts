/**
 * The order among ZNodes of one ensemble: a znode waits for the ZNode that declares its nearest parent, so that it is made
 * after it and deleted before it. Adds to dependsOn, reports nothing.
 */
import { type CheckInput, ofKind, textAt } from "./input.js";
import { declaredPaths, ensembleOf } from "./znode-paths.js";

function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
    parents.push(path.slice(0, at));
  return [...parents, "/"];
}

export function orderZNodes(input: CheckInput): void {
  const owners = new Map<string, string>();
  const znodes = ofKind(input, "ZNode");
  for (const znode of znodes) {
    for (const { path } of declaredPaths(znode)) owners.set(`${ensembleOf(znode)}\n${path}`, znode.address);
  }
  for (const znode of znodes) {
    const path = textAt(znode.spec, "path");
    if (path === undefined || path === "/") continue;
    const parent = parentsOf(path).find((other) => owners.has(`${ensembleOf(znode)}\n${other}`));
    const owner = parent === undefined ? undefined : owners.get(`${ensembleOf(znode)}\n${parent}`);
    if (owner !== undefined && owner !== znode.address) znode.dependsOn.add(owner);
  }
}
