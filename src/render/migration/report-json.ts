/** The report of a migration as JSON: the data as it is, with times one can read beside the milliseconds. A contract (docs/commands.md). */
import type { MigrationReport } from "../../migration/report/report.js";
import type { Json } from "../../value/json.js";

export function reportJson(report: MigrationReport): Json {
  const { begunMs, endedMs } = report;
  return {
    ...(report as unknown as Record<string, Json>),
    begunAt: begunMs === null ? null : new Date(begunMs).toISOString(),
    endedAt: endedMs === null ? null : new Date(endedMs).toISOString(),
  };
}
