/** Numbers, times and names of a synchronisation as people read them. Pure. */
import { harmless } from "../../sync/verify/shown.js";

export { harmless };

/** `12,345` */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `1 znode`, `2 znodes` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Milliseconds: `0.8 ms`, `120 ms`, `4.2 s`, `3 min 5 s`. */
export function millis(value: number): string {
  if (value < 10) return `${Math.round(value * 10) / 10} ms`;
  if (value < 1_000) return `${Math.round(value)} ms`;
  return duration(value);
}

/** Milliseconds as `4.2 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(value: number): string {
  const seconds = value / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.round((seconds % 3_600) / 60)} min`;
}

/** `2026-01-02 03:04:05 UTC` */
export function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `no`, one line or several, each with its own beginning. */
export function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => (line === "" ? "" : " ".repeat(by) + line));
}
