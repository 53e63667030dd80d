/**
 * One master asked about itself, leader or not, without following anybody: the only way to see two leaders, or a replica that has
 * not caught up. It never waits for a leader and never tries again.
 */
import { Shape, ShapeError } from "../http/shape.js";
import type { Json } from "../value/json.js";
import { MesosError } from "./mesos-error.js";
import { type Registry, registryOf } from "./registry.js";
import type { Transport } from "./transport.js";

/** By name, as `master/elected`; facts, section 9. */
export type Metrics = ReadonlyMap<string, number>;

export type MasterHealth =
  | { readonly kind: "up" }
  /** It answers, but not with 200. */
  | { readonly kind: "unwell"; readonly reason: string }
  /** No connection, or no answer in time. */
  | { readonly kind: "unreachable"; readonly reason: string };

export interface MasterState {
  /** `host:port`. */
  readonly address: string;
  readonly version: string;
  /** It takes itself for the leader. Two masters can at once. */
  readonly elected: boolean;
  /** `host:port` that it sends to: itself when it leads, dead or alive otherwise; null when it knows nobody. */
  readonly sendsTo: string | null;
  /** Whether its own replica of the log votes. Null: it keeps its registry elsewhere. The same for the one that follows. */
  readonly logRecovered: boolean | null;
  /** How many replicas it sees, itself among them. */
  readonly ensembleSize: number | null;
  readonly uptimeSeconds: number;
  /** The numbers of a standby are 0. */
  readonly agents: Presence & { readonly unreachable: number };
  readonly frameworks: Presence;
  readonly tasks: {
    readonly staging: number;
    readonly starting: number;
    readonly running: number;
    readonly killing: number;
    readonly unreachable: number;
  };
}

export interface Presence {
  readonly active: number;
  readonly inactive: number;
  readonly connected: number;
  readonly disconnected: number;
}

/** A metric that takes long would hold back all of them. */
const SNAPSHOT = "/metrics/snapshot?timeout=5secs";

/** Rejects with MesosError, or with the reason of `signal`; so do all that follow. */
export async function metricsOf(transport: Transport, master: string, signal: AbortSignal): Promise<Metrics> {
  const value = await jsonAt(transport, master, SNAPSHOT, signal);
  return shapedAt(master, SNAPSHOT, () => {
    const { value: all } = Shape.of(value);
    const numbers = Object.entries(all).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    );
    return new Map(numbers);
  });
}

/** Never rejects but with the reason of `signal`. */
export async function healthOf(
  transport: Transport,
  master: string,
  signal: AbortSignal,
): Promise<MasterHealth> {
  const outcome = await transport.ask(master, "/health", signal);
  if (outcome.kind !== "answer") return { kind: "unreachable", reason: outcome.reason };
  const { status } = outcome.answer;
  return status === 200 ? { kind: "up" } : { kind: "unwell", reason: `status ${status}` };
}

export async function stateOf(
  transport: Transport,
  master: string,
  signal: AbortSignal,
): Promise<MasterState> {
  const metrics = await metricsOf(transport, master, signal);
  const version = await jsonAt(transport, master, "/version", signal);
  const sendsTo = await transport.leaderBy(master, signal);
  return {
    address: master,
    version: shapedAt(master, "/version", () => Shape.of(version).text("version")),
    sendsTo,
    ...measured(metrics),
  };
}

function measured(metrics: Metrics): Omit<MasterState, "address" | "version" | "sendsTo"> {
  const number = (name: string): number => metrics.get(name) ?? 0;
  const presence = (what: string): Presence => ({
    active: number(`master/${what}_active`),
    inactive: number(`master/${what}_inactive`),
    connected: number(`master/${what}_connected`),
    disconnected: number(`master/${what}_disconnected`),
  });
  const recovered = metrics.get("registrar/log/recovered");
  return {
    elected: number("master/elected") === 1,
    logRecovered: recovered === undefined ? null : recovered === 1,
    ensembleSize: metrics.get("registrar/log/ensemble_size") ?? null,
    uptimeSeconds: number("master/uptime_secs"),
    agents: { ...presence("slaves"), unreachable: number("master/slaves_unreachable") },
    frameworks: presence("frameworks"),
    tasks: {
      staging: number("master/tasks_staging"),
      starting: number("master/tasks_starting"),
      running: number("master/tasks_running"),
      killing: number("master/tasks_killing"),
      unreachable: number("master/tasks_unreachable"),
    },
  };
}

/** The flags that a master was started with, all as text. An agent answers in the same way. */
export async function flagsAt(
  transport: Transport,
  master: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const value = await jsonAt(transport, master, "/flags", signal);
  return shapedAt(master, "/flags", () => {
    const { value: flags } = Shape.of(value).object("flags");
    const texts = Object.entries(flags).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    return Object.fromEntries(texts);
  });
}

/** Null of a standby. */
export async function registryAt(
  transport: Transport,
  master: string,
  signal: AbortSignal,
): Promise<Registry | null> {
  const path = "/registrar(1)/registry";
  const value = await jsonAt(transport, master, path, signal);
  return shapedAt(master, path, () => registryOf(value));
}

/** Of any node: a GET that must be answered with JSON. */
export async function jsonAt(
  transport: Transport,
  master: string,
  path: string,
  signal: AbortSignal,
): Promise<Json> {
  const { body } = await transport.get(master, path, signal);
  try {
    return JSON.parse(body) as Json;
  } catch {
    throw unexpected(master, path, "the answer is no JSON: is this a master of Mesos?");
  }
}

export function shapedAt<T>(master: string, path: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw unexpected(master, path, error.message);
  }
}

function unexpected(master: string, path: string, reason: string): MesosError {
  return new MesosError("unexpected-answer", { call: `GET ${path}`, master, status: 200, reason });
}
