/** Log lines in the form of glog, to stderr: `I1123 05:49:24.270143  9198 master.cpp:1] text`. Only writes. */
import type { Severity, WriteLog } from "../coordination/process-end.js";

/** @param least severities below it are not written: INFO, WARNING or ERROR of --logging_level */
export function glog(write: (line: string) => void, least: string): WriteLog {
  const order: readonly Severity[] = ["I", "W", "E", "F"];
  const from = Math.max(0, ["INFO", "WARNING", "ERROR"].indexOf(least));
  return (severity, where, text) => {
    if (order.indexOf(severity) < from) return;
    const now = new Date();
    const two = (value: number) => String(value).padStart(2, "0");
    const day = `${two(now.getUTCMonth() + 1)}${two(now.getUTCDate())}`;
    const time = now.toISOString().slice(11, 23);
    const micros = String(Math.floor((performance.now() % 1) * 1000)).padStart(3, "0");
    write(`${severity}${day} ${time}${micros} ${String(process.pid).padStart(5)} ${where}] ${text}\n`);
  };
}
