/**
 * Which process a recorded pid means, from /proc. A number alone is never believed: numbers are used again, so a process
 * is its pid, its start time and the boot it runs in. Reads only.
 */
import { readFileSync } from "node:fs";

/** Fields of /proc/PID/stat that matter here; source: proc_pid_stat(5). */
export interface ProcessStat {
  readonly pid: number;
  /** Name of the program, at most 15 bytes; may hold blanks, brackets and line ends. */
  readonly comm: string;
  /** One letter; Z and X are processes that have ended. */
  readonly state: string;
  /** Process group. */
  readonly group: number;
  /** Field 22, clock ticks since boot, as text because only equality matters. */
  readonly startTime: string;
}

export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

/** Reads the text of /proc/PID/stat; null when it is none. */
export function parseStat(text: string): ProcessStat | null {
  const open = text.indexOf(" (");
  // The last bracket ends the name: no later field can hold one.
  const close = text.lastIndexOf(") ");
  if (open < 1 || close < open + 2) return null;
  const pid = text.slice(0, open);
  const fields = text
    .slice(close + 2)
    .trim()
    .split(" ");
  const [state, group, startTime] = [fields[0], fields[2], fields[19]];
  if (!/^\d+$/.test(pid) || state === undefined || !/^[A-Za-z]$/.test(state)) return null;
  if (group === undefined || !/^-?\d+$/.test(group)) return null;
  if (startTime === undefined || !/^\d+$/.test(startTime)) return null;
  return { pid: Number(pid), comm: text.slice(open + 2, close), state, group: Number(group), startTime };
}

/** The process with that number now; null when there is none, or only the remains of one. */
export function liveStat(pid: number): ProcessStat | null {
  try {
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
    return stat === null || "ZXx".includes(stat.state) ? null : stat;
  } catch {
    return null;
  }
}

/** Identifier of the running boot of this machine; "" where there is no /proc. */
export function currentBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return "";
  }
}

/** Whether exactly that process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identity.bootId === currentBootId() && liveStat(identity.pid)?.startTime === identity.startTime;
}
