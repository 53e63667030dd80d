/**
 * Overlays: documents of an environment laid over the documents of the project, as merge patches (RFC 7386) by kind and
 * name. Computes; reading the files is the loader's.
 */
import { didYouMean } from "../diagnostics/suggestion.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import type { Report } from "./report.js";
import type { MergedDocument, RawDocument } from "./sources.js";

/** RFC 7386: maps are merged, null removes, everything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

export function idOf(document: { readonly kind: string; readonly name: string }): string {
  return `${document.kind}/${document.name}`;
}

/** Paths at which a patch removes something that is not there. */
function idleRemovals(target: Json | undefined, patch: JsonObject, path: string[] = []): string[][] {
  return Object.entries(patch).flatMap(([key, value]) => {
    const below = isObject(target) ? target[key] : undefined;
    if (value === null) return below === undefined ? [[...path, key]] : [];
    return isObject(value) ? idleRemovals(below, value, [...path, key]) : [];
  });
}

export function unpatched(document: RawDocument): MergedDocument {
  return { kind: document.kind, name: document.name, value: document.value, origins: [document] };
}

function patched(base: MergedDocument, overlay: RawDocument): MergedDocument {
  const value = mergePatch(base.value, overlay.value);
  return { ...base, value: isObject(value) ? value : base.value, origins: [...base.origins, overlay] };
}

/**
 * Lays `overlays` over `documents`, in order. Where a name is used twice the first is patched; the repetition is reported
 * elsewhere.
 */
export function applyOverlays(
  documents: readonly MergedDocument[],
  overlays: readonly RawDocument[],
  environment: string,
  report: Report,
): MergedDocument[] {
  const result = [...documents];
  const positions = new Map<string, number>();
  result.forEach((document, index) => {
    if (!positions.has(idOf(document))) positions.set(idOf(document), index);
  });
  for (const overlay of overlays) {
    const position = positions.get(idOf(overlay));
    const base = position === undefined ? undefined : result[position];
    const place = { document: unpatched(overlay), path: ["metadata", "name"] };
    if (position === undefined || base === undefined) {
      report.error(
        "overlay-without-target",
        place,
        `the overlay of ${environment} patches ${idOf(overlay)}, which does not exist`,
        {
          remedy: didYouMean(idOf(overlay), positions.keys(), "document"),
        },
      );
      continue;
    }
    for (const path of idleRemovals(base.value, overlay.value)) {
      report.warning(
        "overlay-removes-nothing",
        { ...place, path, target: "key" },
        `the overlay of ${environment} removes ${path.join(".")} of ${idOf(overlay)}, which is not set`,
        {
          remedy: "leave the line out, or correct the name of the field",
        },
      );
    }
    result[position] = patched(base, overlay);
  }
  return result;
}
