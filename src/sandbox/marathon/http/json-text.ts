/**
 * JSON as Marathon writes it: doubles with a decimal point in most answers (`256.0`), as whole numbers in events and in the status
 * of pods (`256`). Which fields are doubles is known by their names. Pure.
 */
import { isObject, type Json } from "../../../value/json.js";

const DOUBLES = new Set([
  "cpus",
  "mem",
  "disk",
  "backoffFactor",
  "minimumHealthCapacity",
  "maximumOverCapacity",
  "backoff",
  "maxLaunchDelay",
  "scalar",
  "averageSeconds",
  "medianSeconds",
]);

export type Doubles = "pointed" | "plain";

export function jsonText(value: Json, doubles: Doubles = "pointed"): string {
  return doubles === "plain" ? JSON.stringify(value) : write(value, "");
}

function write(value: Json, name: string): string {
  if (typeof value === "number") return number(value, DOUBLES.has(name));
  if (Array.isArray(value))
    return `[${(value as readonly Json[]).map((item) => write(item, name)).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const isGauge = name === "gauges";
  const parts = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}:${write(item, isGauge ? "gauge" : keyOf(name, key))}`,
  );
  return `{${parts.join(",")}}`;
}

/** The value of a gauge is a double, that of a counter is not. */
function keyOf(parent: string, key: string): string {
  return parent === "gauge" && key === "value" ? "scalar" : key;
}

function number(value: number, isDouble: boolean): string {
  return isDouble && Number.isInteger(value) ? value.toFixed(1) : String(value);
}
