/** What a record says of a resource whose last action may have been cut off. Computes only. */
import type { RecordedResource } from "../../state/model.js";
import type { JsonObject } from "../value/json.js";

/**
 * The last applied spec; of a resource whose creation was cut off, the spec it was being created with, because parts of
 * it may be there.
 */
export function recordedSpec(record: RecordedResource): JsonObject {
  const wanted = record.intent?.spec ?? null;
  return Object.keys(record.spec).length === 0 && wanted !== null ? wanted : record.spec;
}
