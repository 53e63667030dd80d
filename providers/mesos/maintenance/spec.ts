/** A MesosMaintenance's spec, filled in and typed, and what a schedule says in the same shape. Pure. */
import { type Diagnostic, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { Machine, MaintenanceStatus, Window } from "../../../src/mesos/answers.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { isAmong } from "./windows.js";

/** Machines in one order and in small letters, as Mesos compares them; the start in UTC. What is not known yet stays. */
export function normaliseMaintenance(spec: JsonObject): JsonObject {
  const { machines, start } = spec;
  return {
    ...spec,
    state: spec["state"] ?? "scheduled",
    ...(Array.isArray(machines) ? { machines: sorted((machines as readonly Json[]).map(machineJson)) } : {}),
    ...(typeof start === "string" && !Number.isNaN(Date.parse(start))
      ? { start: timeText(Date.parse(start)) }
      : {}),
  };
}

function machineJson(value: Json): Json {
  if (!isObject(value) || typeof value["hostname"] !== "string") return value;
  return { ...value, hostname: value["hostname"].toLowerCase() };
}

function sorted(machines: readonly Json[]): Json[] {
  const nameOf = (value: Json): string => (isObject(value) ? String(value["hostname"]) : "");
  return [...machines].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0));
}

/** Of milliseconds; without them where they are 0. */
function timeText(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

export function machinesOf(spec: JsonObject | null): Machine[] {
  const machines = spec?.["machines"];
  if (!Array.isArray(machines)) return [];
  return (machines as readonly Json[]).flatMap((value) => {
    const { hostname, ip } = isObject(value) ? value : {};
    return typeof hostname === "string" && typeof ip === "string" ? [{ hostname, ip }] : [];
  });
}

/** Of a normalised spec whose values are known. */
export function windowOf(spec: JsonObject): Window {
  const { start, durationSeconds } = spec;
  return {
    machines: machinesOf(spec),
    startNs: Date.parse(String(start)) * 1e6,
    durationNs: typeof durationSeconds === "number" ? Math.round(durationSeconds * 1e9) : null,
  };
}

/** To the millisecond: finer things are lost in doubles. */
export function sameTime(one: Window, other: Window): boolean {
  const ms = (ns: number | null): number => (ns === null ? -1 : Math.round(ns / 1e6));
  return ms(one.startNs) === ms(other.startNs) && ms(one.durationNs) === ms(other.durationNs);
}

/**
 * The fields that say what is in the world: the windows in which any of `owned` is and that are at the wanted time, or else the
 * first of them. Null when none of them is in the schedule. Machines that are in another window are left out, so that they show.
 */
export function liveFields(
  wanted: Window,
  owned: readonly Machine[],
  schedule: readonly Window[],
  status: MaintenanceStatus,
): JsonObject | null {
  const touching = schedule.filter((window) => window.machines.some((each) => isAmong(each, owned)));
  const chosen = touching.find((window) => sameTime(window, wanted)) ?? touching[0];
  if (chosen === undefined) return null;
  const machines = touching.filter((window) => sameTime(window, chosen)).flatMap((window) => window.machines);
  const down = machines.filter((machine) => isAmong(machine, status.down));
  const state = down.length === 0 ? "scheduled" : down.length === machines.length ? "down" : "partly down";
  const found = normaliseMaintenance({
    machines: machines.map(({ hostname, ip }) => ({ hostname, ip })),
    start: timeText(Math.round(chosen.startNs / 1e6)),
    state,
  });
  const { durationNs } = chosen;
  return { ...found, durationSeconds: durationNs === null ? null : Math.round(durationNs / 1e6) / 1000 };
}

export function comparedFields(spec: JsonObject): Json {
  // What a plan was made on can have its machines in another order.
  const { machines = null, start = null, durationSeconds = null, state = null } = normaliseMaintenance(spec);
  return { machines, start, durationSeconds, state };
}

export function validateMaintenance(spec: JsonObject): { path: string; diagnostic: Diagnostic }[] {
  const found: { path: string; diagnostic: Diagnostic }[] = [];
  const { start } = spec;
  if (typeof start === "string" && Number.isNaN(Date.parse(start))) {
    const remedy = "Write a day and a time that exist, as 2027-03-01T22:00:00Z.";
    found.push({
      path: "start",
      diagnostic: errorDiagnostic("mesos-window", `${start} is no time`, { remedy }),
    });
  }
  const machines = machinesOf(spec);
  machines.forEach((machine, at) => {
    if (!isAmong(machine, machines.slice(0, at))) return;
    const text = `the machine ${machine.hostname} (${machine.ip}) is listed twice`;
    const diagnostic = errorDiagnostic("mesos-window", text, { remedy: "List it once." });
    found.push({ path: `machines[${at}]`, diagnostic });
  });
  return found;
}
