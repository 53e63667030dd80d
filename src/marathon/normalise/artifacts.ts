/** What is fetched into the sandbox: `fetch`, and `uris` of older definitions. */
import type { Json, JsonObject } from "../../value/json.js";
import { filled, inList, isOpaque, without } from "./parts.js";

/** Endings of what Mesos' fetcher unpacks. */
const ARCHIVES = [".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".gz", ".tgz", ".tbz2", ".txz", ".zip"];

export function normaliseArtifacts(fetch: Json): Json {
  return inList(fetch, (item) => filled(item, { extract: true, executable: false, cache: false }));
}

/** `uris` becomes `fetch`, as Marathon does it: unpacked or not by the ending of the path. */
export function withoutUris(app: JsonObject): JsonObject {
  const { uris } = app;
  if (uris === undefined || isOpaque(uris)) return app;
  const rest = without(app, ["uris"]);
  if (!Array.isArray(uris) || uris.length === 0) return rest;
  const fetch = (uris as readonly Json[]).map((uri) =>
    typeof uri === "string" ? { uri, extract: isArchive(uri) } : { uri, extract: false },
  );
  return { ...rest, fetch };
}

function isArchive(uri: string): boolean {
  const path = uri.replace(/[?#].*$/, "");
  return ARCHIVES.some((ending) => path.endsWith(ending));
}
