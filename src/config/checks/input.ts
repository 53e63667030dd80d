/** What checks across resources look at. Data and small readers; checks themselves are one to a file. */
import type { ValuePath } from "../../schema/validators.js";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import { Report } from "../report.js";
import type { LoadedResource } from "../resources/resource.js";
import type { Place } from "../sources.js";

export interface CheckInput {
  readonly resources: readonly LoadedResource[];
  readonly byAddress: ReadonlyMap<string, LoadedResource>;
  readonly report: Report;
}

/** A field of a resource's spec. */
export function specPlace(
  resource: LoadedResource,
  path: ValuePath,
  target: "key" | "value" = "value",
): Place {
  return { document: resource.document, path: ["spec", ...path], target };
}

/** `file:line:column` of a field, for a detail that names a second place. */
export function placeName(resource: LoadedResource, path: ValuePath): string {
  return Report.nameOf(specPlace(resource, path));
}

export function objectAt(value: JsonObject, key: string): JsonObject {
  const child = value[key];
  return isObject(child) ? child : {};
}

export function textAt(value: JsonObject, key: string): string | undefined {
  const child = value[key];
  return typeof child === "string" ? child : undefined;
}

export function numberAt(value: JsonObject, key: string): number | undefined {
  const child = value[key];
  return typeof child === "number" ? child : undefined;
}

/** Items of a list that are maps, with their positions. */
export function itemsAt(
  value: JsonObject,
  key: string,
): { readonly item: JsonObject; readonly index: number }[] {
  const list = value[key];
  if (!Array.isArray(list)) return [];
  return (list as readonly Json[]).flatMap((item, index) => (isObject(item) ? [{ item, index }] : []));
}

/** The servers of an ensemble. */
export function serversOf(ensemble: LoadedResource): { readonly item: JsonObject; readonly index: number }[] {
  return itemsAt(ensemble.spec, "servers");
}

export function ofKind(input: CheckInput, kind: string): LoadedResource[] {
  return input.resources.filter((resource) => resource.kind === kind);
}
