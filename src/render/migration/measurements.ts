/** The few measured values that a person wants to see first: lag, leader, agents, frameworks, tasks. Pure; what is unknown says why. */
import type { Measurement, MeasureName } from "../../migration/model/observation.js";
import type { MigrationRecord } from "../../migration/model/record.js";
import { count, duration } from "../sync/words.js";
import { safeText } from "../values.js";

export interface MeasurementLine {
  readonly name: string;
  readonly value: string;
}

const LINES: readonly {
  readonly name: string;
  readonly measures: readonly (readonly [MeasureName, string])[];
}[] = [
  { name: "lag", measures: [["sync-lag-ms", "ms"]] },
  { name: "leader", measures: [["leader-side", ""]] },
  { name: "agents", measures: [["agents-registered", "registered"]] },
  {
    name: "frameworks",
    measures: [
      ["frameworks-connected", "connected"],
      ["frameworks-missing", "missing"],
    ],
  },
  {
    name: "tasks",
    measures: [
      ["tasks-running", "running"],
      ["tasks-left", "left"],
      ["tasks-unhealthy", "unhealthy"],
      ["tasks-failed-by-us", "failed by us"],
    ],
  },
];

/** One line for each that was measured; and how old they are when that is old. */
export function measurementLines(
  { measurements, spec }: MigrationRecord,
  nowMs: number,
): readonly MeasurementLine[] {
  if (measurements.length === 0) return [];
  const lines = LINES.flatMap(({ name, measures }) => {
    const values = measures.flatMap(([measure, words]) =>
      measurements.filter((one) => one.name === measure).map((one) => valueText(one, words)),
    );
    return values.length === 0 ? [] : [{ name, value: safeText(values.join(", ")) }];
  });
  const age = nowMs - Math.max(...measurements.map(({ atMs }) => atMs));
  if (age <= spec.limits.observationSeconds * 1_000) return lines;
  return [...lines, { name: "measured", value: `${duration(age)} ago` }];
}

function valueText({ side, result }: Measurement, words: string): string {
  const where = side === null ? "" : ` on ${side.toUpperCase()}`;
  if (result.kind === "unknown")
    return `${words === "" ? "" : `${words}${where}: `}unknown (${result.reason})`;
  const value = typeof result.value === "number" ? count(result.value) : sideText(result.value);
  return `${value}${words === "" ? "" : ` ${words}`}${where}`;
}

function sideText(value: string | boolean): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value === "a" || value === "b" ? `on ${value.toUpperCase()}` : value;
}
