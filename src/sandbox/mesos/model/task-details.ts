/** The fields of TaskInfo that a task keeps for those who look at it. Only picks. */
import type { JsonObject } from "../../../value/json.js";

const KEPT = [
  "labels",
  "discovery",
  "container",
  "health_check",
  "kill_policy",
  "user",
  "max_completion_time",
] as const;

export function keptDetails(info: JsonObject): JsonObject {
  return Object.fromEntries(KEPT.flatMap((name) => (info[name] === undefined ? [] : [[name, info[name]]])));
}
