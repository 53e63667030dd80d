/** Ids of apps, groups and pods as paths: absolute forms, parents, and how they stand in URLs. Computes only. */

/** `/shop/web` from `web` in `/shop`, `../db` in `/shop`, or from an absolute id. Never ends with a slash but for `/`. */
export function absoluteId(id: string, group = "/"): string {
  const base = id.startsWith("/") ? [] : segmentsOf(group);
  const segments: string[] = [...base];
  for (const segment of id.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") segments.pop();
    else segments.push(segment);
  }
  return `/${segments.join("/")}`;
}

export function segmentsOf(id: string): string[] {
  return id.split("/").filter((segment) => segment !== "");
}

/** The group an app, pod or group is in; `/` for the root itself. */
export function parentId(id: string): string {
  return `/${segmentsOf(id).slice(0, -1).join("/")}`;
}

/** As a part of a URL's path: `/shop/web`, each segment encoded; nothing for the root. */
export function urlPath(id: string): string {
  return segmentsOf(id)
    .map((segment) => `/${encodeURIComponent(segment)}`)
    .join("");
}

/** Whether `id` is below `group`, at any depth. */
export function isBelow(id: string, group: string): boolean {
  return group === "/" ? id !== "/" : id.startsWith(`${group}/`);
}
