/**
 * Who holds a lock, and whether that process still exists. Judges only processes of this very machine; about any other
 * it says that it cannot tell, because a lock taken from a living owner costs more than a lock removed by hand.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import type { LockOwner } from "./backend.js";

export type Liveness =
  | { readonly kind: "alive" }
  | { readonly kind: "gone"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

/** The owner mark of this process for one command. `operation`: the command's name. */
export function createLockOwner(operation: string, now: Date = new Date()): LockOwner {
  const host = hostname();
  return {
    id: randomUUID(),
    who: `${userName()}@${host}`,
    host,
    pid: process.pid,
    processStart: processStart(process.pid) ?? "",
    operation,
    since: now.toISOString(),
  };
}

/** Whether the owner's process still runs. */
export function livenessOf(owner: LockOwner): Liveness {
  if (owner.host !== hostname()) {
    return {
      kind: "unknown",
      reason: `it runs on ${owner.host}, which cannot be looked at from ${hostname()}`,
    };
  }
  const theirs = parseStart(owner.processStart);
  const own = parseStart(processStart(process.pid) ?? "");
  if (theirs !== null && own !== null) {
    if (theirs.machine !== own.machine) {
      return { kind: "unknown", reason: `another machine is also called ${owner.host}` };
    }
    if (theirs.boot !== own.boot) return { kind: "gone", reason: `${owner.host} was restarted since` };
    if (theirs.pidNamespace !== own.pidNamespace) {
      return { kind: "unknown", reason: `process ${owner.pid} is in another container of this host` };
    }
  }
  if (!processExists(owner.pid)) return { kind: "gone", reason: `process ${owner.pid} is gone` };
  const current = parseStart(processStart(owner.pid) ?? "");
  if (theirs !== null && current !== null && theirs.ticks !== current.ticks) {
    return { kind: "gone", reason: `process ${owner.pid} is gone and its number belongs to another one now` };
  }
  return { kind: "alive" };
}

/** `apply by ann@build7, process 4242, since 2026-01-02T03:04:05.000Z` */
export function describeOwner(owner: LockOwner): string {
  return `${owner.operation} by ${owner.who}, process ${owner.pid}, since ${owner.since}`;
}

/** Reads an owner back from JSON; null when the text is none (torn or foreign). */
export function parseOwner(text: string): LockOwner | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const { id, who, host, pid, processStart, operation, since } = value as Record<string, unknown>;
    // The id becomes a part of file and node names.
    if (typeof id !== "string" || !/^[\w-]{1,64}$/.test(id)) return null;
    if (typeof who !== "string" || typeof host !== "string") return null;
    if (typeof pid !== "number" || typeof processStart !== "string") return null;
    if (typeof operation !== "string" || typeof since !== "string") return null;
    return { id, who, host, pid, processStart, operation, since };
  } catch {
    return null;
  }
}

interface ProcessStart {
  /** Clock ticks since boot: /proc/PID/stat field 22 (proc(5)). */
  readonly ticks: string;
  readonly boot: string;
  readonly pidNamespace: string;
  readonly machine: string;
}

/** `ticks/boot/namespace/machine`, null where there is no /proc. A zombie counts as gone. */
function processStart(pid: number): string | null {
  try {
    const fields = statFields(pid);
    const namespace = readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
    return `${fields[19] ?? ""}/${readTrimmed("/proc/sys/kernel/random/boot_id")}/${namespace}/${machineId()}`;
  } catch {
    return null;
  }
}

function parseStart(text: string): ProcessStart | null {
  const [ticks, boot, pidNamespace, machine] = text.split("/");
  if (!ticks || boot === undefined || pidNamespace === undefined || machine === undefined) return null;
  return { ticks, boot, pidNamespace, machine };
}

/** Fields of /proc/PID/stat from the third (state) on; the second may hold blanks and brackets. */
function statFields(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  try {
    return !["Z", "X"].includes(statFields(pid)[0] ?? "");
  } catch (error) {
    // Without /proc (not Linux) the answer to the signal decides; with it, the process has gone just now.
    return (error as NodeJS.ErrnoException).code !== "ENOENT" || process.platform !== "linux";
  }
}

function machineId(): string {
  try {
    return readTrimmed("/etc/machine-id");
  } catch {
    return "";
  }
}

function readTrimmed(path: string): string {
  return readFileSync(path, "utf8").trim();
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
