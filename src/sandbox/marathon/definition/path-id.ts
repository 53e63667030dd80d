/** Ids of apps, pods and groups: paths such as `/shop/web`, made absolute, checked and turned into other spellings. Pure. */
import type { Fault } from "./refusal.js";

export const ROOT = "/";

/** The pattern as Marathon shows it; a segment's first and last characters are no dashes. */
const SEGMENT_TEXT =
  "^(([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])\\.)*([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])|(\\.|\\.\\.)$";
const SEGMENT =
  /^(?:(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])|\.|\.\.)$/;
const RESERVED = ["restart", "tasks", "versions"];

export function segmentsOf(id: string): string[] {
  return id.split("/").filter((segment) => segment !== "");
}

/** Absolute, with `.` and `..` resolved. A relative id is seen from `base`. */
export function absoluteId(id: string, base: string = ROOT): string {
  const all = id.startsWith("/") ? segmentsOf(id) : [...segmentsOf(base), ...segmentsOf(id)];
  const kept: string[] = [];
  for (const segment of all) {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
  }
  return `/${kept.join("/")}`;
}

export function parentOf(id: string): string {
  return `/${segmentsOf(id).slice(0, -1).join("/")}`;
}

/** All groups above, the root last. The root has none. */
export function ancestorsOf(id: string): string[] {
  const segments = segmentsOf(id);
  return segments.map((_, at) => `/${segments.slice(0, segments.length - 1 - at).join("/")}`);
}

/** The outermost group of the path; null for an id directly below the root, and for the root. */
export function topLevelOf(id: string): string | null {
  const segments = segmentsOf(id);
  return segments.length < 2 ? null : (segments[0] ?? null);
}

/** Whether `id` is `group` or below it. */
export function isWithin(id: string, group: string): boolean {
  return group === ROOT || id === group || id.startsWith(`${group}/`);
}

/** `shop_web`: in task ids and in ZooKeeper. */
export function safeId(id: string): string {
  return segmentsOf(id).join("_");
}

/** `web.shop`: the name of the Mesos task. */
export function hostnameOf(id: string): string {
  return segmentsOf(id).reverse().join(".");
}

/** What is wrong with the id of an app or a pod. */
export function idFaults(id: string, path = "/id"): Fault[] {
  const segments = segmentsOf(id);
  const faults: Fault[] = [];
  if (segments.length === 0) faults.push({ path, error: "Path must contain at least one path element" });
  faults.push(...segmentFaults(id, path));
  if (RESERVED.includes(segments.at(-1) ?? "")) {
    const words = RESERVED.join(", ");
    faults.push({ path, error: `must not end with any of the following reserved keywords: ${words}` });
  }
  return faults;
}

/** What is wrong with the characters of an id, an empty path being right. */
export function segmentFaults(id: string, path: string): Fault[] {
  if (segmentsOf(id).every((segment) => SEGMENT.test(segment))) return [];
  return [{ path, error: `must fully match regular expression '${SEGMENT_TEXT}'` }];
}
