/** What changed outside ferry: live against what the state last saw. Says nothing of what is wanted. */
import type { ReadResult } from "../../providers/provider.js";
import type { RecordedResource } from "../../state/model.js";
import type { JsonObject } from "../value/json.js";
import { baselineOf } from "./baseline.js";
import { diffValues } from "./diff.js";
import type { DriftEntry } from "./plan.js";
import type { Sensitivity } from "./sensitivity.js";

/** Null when the thing is as the state last saw it, or when ferry itself was in the middle of it. */
export function driftOf(
  record: RecordedResource,
  reading: ReadResult,
  { rules, masker }: Sensitivity,
): DriftEntry | null {
  const { address, kind } = record;
  const entry = { address, kind, fields: [] };
  if (reading.status === "unreadable") {
    const why = reading.diagnostics[0]?.summary ?? "it cannot be read";
    return { ...entry, status: "unreadable", message: masker.text(why) };
  }
  if (record.intent !== undefined || record.live === null) return null;
  if (reading.status === "absent") return { ...entry, status: "gone", message: "it is no longer there" };
  if (reading.live === record.live) return null;
  const known = lastSeen(record.live, record.spec);
  const now = baselineOf({ live: reading.live, recorded: known, desired: known }, rules);
  const fields = diffValues(known, now, rules).map((difference) =>
    masker.field({ ...difference, forcesReplacement: false }),
  );
  if (fields.length === 0) return null;
  const count = fields.length === 1 ? "1 field" : `${fields.length} fields`;
  return { address, kind, status: "changed", fields, message: `${count} changed outside ferry` };
}

/** Fields that could not be read then are taken as applied. */
function lastSeen(live: JsonObject, spec: JsonObject): JsonObject {
  const missing = Object.keys(spec).filter((key) => !Object.hasOwn(live, key));
  return missing.length === 0
    ? live
    : { ...live, ...Object.fromEntries(missing.map((key) => [key, spec[key] ?? null])) };
}
