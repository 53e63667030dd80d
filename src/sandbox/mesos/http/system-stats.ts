/** /system/stats.json: of the machine that the simulation runs on. */
import { cpus, freemem, loadavg, totalmem } from "node:os";
import { double, type WireObject } from "../model/wire.js";

export function systemStats(): WireObject {
  const [one, five, fifteen] = loadavg();
  return {
    avg_load_15min: double(fifteen ?? 0),
    avg_load_1min: double(one ?? 0),
    avg_load_5min: double(five ?? 0),
    cpus_total: cpus().length,
    mem_free_bytes: freemem(),
    mem_total_bytes: totalmem(),
  };
}

/** The same for /metrics/snapshot. */
export function systemMetrics(): ReadonlyMap<string, number> {
  const [one, five, fifteen] = loadavg();
  return new Map([
    ["system/cpus_total", cpus().length],
    ["system/load_1min", one ?? 0],
    ["system/load_5min", five ?? 0],
    ["system/load_15min", fifteen ?? 0],
    ["system/mem_free_bytes", freemem()],
    ["system/mem_total_bytes", totalmem()],
  ]);
}
