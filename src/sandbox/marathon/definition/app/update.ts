/**
 * Requests turned into apps: a new one, a full replacement, a partial change of one that is there. Throws Refusals; looks at
 * one app at a time. Pure.
 */
import type { Json, JsonObject } from "../../../../value/json.js";
import { compact, without } from "../fields.js";
import { notValid } from "../refusal.js";
import { readRecord } from "../shape.js";
import { withoutLegacy } from "./legacy.js";
import { type AppContext, normaliseApp } from "./normalise.js";
import { appFaults, writtenFaults } from "./rules.js";
import { APP, APP_UPDATE } from "./shape.js";

/** POST, and apps of a group: a definition of its own. Throws a Refusal (422). */
export function createApp(body: Json, context: AppContext): JsonObject {
  return completeApp(readRecord(APP, body), context);
}

/** Full PUT. `executorResources` is lost in it (facts 1.3). */
export function replaceApp(id: string, body: Json, context: AppContext): JsonObject {
  const given = readRecord(APP_UPDATE, body);
  return completeApp({ ...without(given, "executorResources"), id }, context);
}

/** A definition of its own that is checked by its shape. */
export function completeApp(given: JsonObject, context: AppContext): JsonObject {
  const converted = withoutLegacy(without(given, "version"));
  const app = normaliseApp(converted, context);
  return checked(converted, app, context);
}

export type AppChange =
  /** The definition stored at that time. */
  | { readonly kind: "rollback"; readonly version: string }
  | { readonly kind: "change"; readonly app: JsonObject };

/**
 * Partial PUT and PATCH: what is absent stays, but for executorResources and resourceLimits. `version` must stand alone.
 * Throws a Refusal (422).
 */
export function changeApp(existing: JsonObject, body: Json, context: AppContext): AppChange {
  const given = without(readRecord(APP_UPDATE, body), "residency");
  const { version } = given;
  if (typeof version === "string") {
    if (Object.keys(given).every((name) => name === "version" || name === "id")) {
      return { kind: "rollback", version };
    }
    throw notValid([{ path: "/", error: "The 'version' field may only be combined with the 'id' field." }]);
  }
  const converted = withoutLegacy(without(given, "id"));
  const kept = without(existing, "executorResources", "resourceLimits", "residency");
  const merged = { ...kept, ...converted, ...fitting(existing, converted) };
  const app = normaliseApp(merged, { ...context, partial: true });
  return { kind: "change", app: checked(converted, app, context) };
}

/** What a change of the networks takes with it: ports of the other way of networking. */
function fitting(existing: JsonObject, change: JsonObject): JsonObject {
  if (change["networks"] === undefined || change["container"] !== undefined) return {};
  const { container } = existing;
  if (typeof container !== "object" || container === null || Array.isArray(container)) return {};
  const host = JSON.stringify(change["networks"]).includes('"host"');
  return host ? compact({ container: without(container as JsonObject, "portMappings") }) : {};
}

function checked(written: JsonObject, app: JsonObject, context: AppContext): JsonObject {
  const faults = [...writtenFaults(written, context.settings), ...appFaults(app, context.settings)];
  if (faults.length > 0) throw notValid(faults);
  return app;
}
