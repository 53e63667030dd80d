/** Every path that a ZNode declares: its own and those of its children. Computes only. */
import { isObject, type JsonObject } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { objectAt, textAt } from "./input.js";

export interface DeclaredPath {
  /** Absolute path of the znode. */
  readonly path: string;
  /** Where it stands in the spec. */
  readonly at: readonly string[];
  readonly node: JsonObject;
}

function below(path: string, node: JsonObject, at: readonly string[], found: DeclaredPath[]): void {
  found.push({ path, at, node });
  for (const [name, child] of Object.entries(objectAt(node, "children"))) {
    if (isObject(child))
      below(path === "/" ? `/${name}` : `${path}/${name}`, child, [...at, "children", name], found);
  }
}

/** Nothing when the path is known only later. */
export function declaredPaths(znode: LoadedResource): DeclaredPath[] {
  const path = textAt(znode.spec, "path");
  const found: DeclaredPath[] = [];
  if (path !== undefined) below(path, znode.spec, [], found);
  return found;
}

/** What tells ensembles apart: the address, or the connect string as written. */
export function ensembleOf(znode: LoadedResource): string | undefined {
  return textAt(znode.spec, "ensemble") ?? textAt(znode.spec, "connectString");
}
