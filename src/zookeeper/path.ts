/** Paths of znodes: their rules (PathUtils.validatePath), parents, and the chroot in front of them. */

/** What is wrong with `path`, or null. */
export function pathFault(path: string): string | null {
  if (!path.startsWith("/")) return "a path begins with /";
  if (path.length > 1 && path.endsWith("/")) return "a path does not end with /";
  if (path.includes("//")) return "a path has no empty name in it";
  if (path.split("/").some((name) => name === "." || name === "..")) return "a path has no . or .. in it";
  for (const character of path) {
    const point = character.codePointAt(0) ?? 0;
    const control = point <= 0x1f || (point >= 0x7f && point <= 0x9f);
    if (control || (point >= 0xd800 && point <= 0xf8ff) || (point >= 0xfff0 && point <= 0xffff)) {
      return `the character U+${point.toString(16).padStart(4, "0")} is not allowed in a path`;
    }
  }
  return null;
}

/** `/a/b` → `/a`; null for `/`. */
export function parentPath(path: string): string | null {
  if (path === "/") return null;
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

/** All ancestors, nearest to the root first, without `/` itself: `/a/b/c` → `/a`, `/a/b`. */
export function ancestorPaths(path: string): string[] {
  const found: string[] = [];
  for (let at = parentPath(path); at !== null && at !== "/"; at = parentPath(at)) found.unshift(at);
  return found;
}

/** Puts the chroot (`""` for none) in front of a client's path. */
export function withChroot(chroot: string, path: string): string {
  if (chroot === "") return path;
  return path === "/" ? chroot : chroot + path;
}

/** The client's path of a server's one; one outside the chroot is left as it is. */
export function withoutChroot(chroot: string, path: string): string {
  if (chroot === "" || !(path === chroot || path.startsWith(`${chroot}/`))) return path;
  return path === chroot ? "/" : path.slice(chroot.length);
}
