/**
 * Which znodes a feed over client watches looks at: chosen subtrees without what is excluded and reserved, and the way from
 * "/" down to them. Pure; asked for every event.
 */
import { ancestorPaths, parentPath } from "../../zookeeper/path.js";
import { RESERVED } from "../control/layout.js";

/** `in` takes part with all below it that is not excluded; `way` is passed through to something that does; `out` is not looked at. */
export type Place = "in" | "way" | "out";

export class FeedScope {
  /** Roots that lie below no other root: watching these recursively sees everything that is `in`. */
  readonly outermost: readonly string[];
  /** Proper ancestors of those, "/" first. */
  readonly ancestors: readonly string[];
  /** Whether what is at and below a path takes part, until a deeper mark says otherwise. */
  private readonly marks = new Map<string, boolean>();
  private readonly steps = new Map<string, Set<string>>();

  /** @param exclude subtrees that stay out; a root may begin within one, or exactly where it begins */
  constructor(roots: readonly string[], exclude: readonly string[]) {
    for (const path of exclude) this.marks.set(path, false);
    for (const path of roots) this.marks.set(path, true);
    const covered = (path: string) => roots.some((root) => root !== path && isWithin(path, root));
    this.outermost = [...new Set(roots)].filter((root) => !covered(root));
    const above = this.outermost.flatMap((root) => chain(root).slice(0, -1));
    this.ancestors = [...new Set(above)];
    for (const root of roots) this.addWay(root);
  }

  place(path: string): Place {
    if (RESERVED.some((reserved) => isWithin(path, reserved))) return "out";
    for (let at: string | null = path; at !== null; at = parentPath(at)) {
      const mark = this.marks.get(at);
      if (mark === true) return "in";
      if (mark === false) break;
    }
    return this.steps.has(path) ? "way" : "out";
  }

  /** Children of `path` that are, or lead to, a root: to be looked at even where `path` may not be read. */
  next(path: string): readonly string[] {
    return [...(this.steps.get(path) ?? [])].filter((child) => this.place(child) !== "out");
  }

  private addWay(root: string): void {
    const links = chain(root);
    for (const [at, path] of links.entries()) {
      const child = links[at + 1];
      if (child === undefined) return;
      const children = this.steps.get(path) ?? new Set();
      this.steps.set(path, children.add(child));
    }
  }
}

/** From "/" to `path`, both included. */
function chain(path: string): string[] {
  return path === "/" ? ["/"] : ["/", ...ancestorPaths(path), path];
}

function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || ancestor === "/" || path.startsWith(`${ancestor}/`);
}
