/** One side of a path rule: a subtree and what is left out of it, as paths of that side. Pure. */
import type { PathRule, Side } from "../spec.js";

export interface Subtree {
  readonly root: string;
  readonly exclude: readonly string[];
}

/** @param rule whose excluded paths are below its path of side a */
export function subtreeOf({ a, b, exclude }: PathRule, side: Side): Subtree {
  if (side === "a") return { root: a, exclude };
  const prefix = b === "/" ? "" : b;
  const cut = a === "/" ? 0 : a.length;
  return { root: b, exclude: exclude.map((path) => prefix + path.slice(cut)) };
}
