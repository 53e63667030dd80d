/**
 * What was found on both sides before a migration, as data: each part known, or unknown with the reason. A plan is made of it; it is never
 * guessed, and a plan from a survey that was not made says so.
 */
import type { SideName } from "../model/spec.js";

export type Part<T> =
  | { readonly kind: "known"; readonly value: T }
  | { readonly kind: "unknown"; readonly reason: string };

export type BySide<T> = Readonly<Record<SideName, T>>;

export interface ZooKeeperFacts {
  /** One for each server that answers, by ServerRef.name. */
  readonly servers: readonly { readonly name: string; readonly version: string }[];
  /** Whether a majority serves. */
  readonly quorum: boolean;
  /** `/mesos: write`: what ferry may not do there and has to. */
  readonly rightsMissing: readonly string[];
  /** Subtrees below the copied paths in which servers elect: `/marathon/leader-curator`. */
  readonly elections: readonly string[];
  /** Copied paths that hold something already. On B they must be empty. */
  readonly occupied: readonly string[];
}

export interface MasterFacts {
  /** ServerRef.name. */
  readonly name: string;
  readonly up: boolean;
  readonly leading: boolean;
  /** Its replica of the log votes. */
  readonly recovered: boolean;
  readonly version: string | null;
  /** Its --quorum; null when it does not say. */
  readonly quorum: number | null;
}

/** Amounts by the name of the resource: cpus, mem and disk in megabytes, gpus; of sets and ranges how many. */
export type Amounts = Readonly<Record<string, number>>;

export interface AgentFacts {
  /** ServerRef.name; its address where it is none of them. */
  readonly name: string;
  readonly version: string | null;
  readonly hostname: string;
  readonly registered: boolean;
  readonly active: boolean;
  readonly maintenance: "none" | "scheduled" | "down";
  readonly attributes: Readonly<Record<string, string>>;
  readonly total: Amounts;
  readonly used: Amounts;
  /** Of `used`, what is reserved for a role. */
  readonly reserved: Readonly<Record<string, Amounts>>;
}

export interface FrameworkFacts {
  /** FrameworkRef.name where it is one of them, else as Mesos shows it. */
  readonly name: string;
  readonly id: string;
  readonly connected: boolean;
  readonly checkpoint: boolean;
  readonly failoverTimeoutSeconds: number;
  /** Running tasks by the name of the agent. */
  readonly tasks: Readonly<Record<string, number>>;
}

/** An app or pod of a Marathon, as far as moving it is concerned. */
export interface AppFacts {
  readonly framework: string;
  readonly id: string;
  readonly instances: number;
  /** Has volumes of its own, which stay on their agent. */
  readonly resident: boolean;
  /** Labelled to have one instance at a time. */
  readonly single: boolean;
  readonly healthChecked: boolean;
  /** As Marathon has them: `["rack", "CLUSTER", "r1"]`. */
  readonly constraints: readonly (readonly string[])[];
  /** Of one instance. */
  readonly needs: Amounts;
}

/** Sequence counter of a parent: how many children were ever made in it. */
export interface CounterFacts {
  readonly path: string;
  readonly a: number;
  readonly b: number;
}

export interface Survey {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly zookeeper: BySide<Part<ZooKeeperFacts>>;
  /** Those that answer on B in mode replace must not be there yet. */
  readonly masters: BySide<Part<readonly MasterFacts[]>>;
  readonly agents: BySide<Part<readonly AgentFacts[]>>;
  /** All that Mesos knows, also those that are not named in the specification. */
  readonly frameworks: Part<readonly FrameworkFacts[]>;
  readonly apps: Part<readonly AppFacts[]>;
  readonly counters: Part<readonly CounterFacts[]>;
  readonly clockSkewMs: Part<number>;
  /** `a#1 → zk-b#2`: pairs that have to reach each other and do not. */
  readonly unreachable: Part<readonly string[]>;
  /** `zk-b#1: 200 MB free, 600 MB needed`. */
  readonly diskShort: Part<readonly string[]>;
  /** Masters and Marathons that nobody starts again when they end, which they do by design. */
  readonly unsupervised: Part<readonly string[]>;
}

/** Nothing was looked at, for one reason: a plan from it shows what the declaration alone says. */
export function notSurveyed(reason: string): Survey {
  const part = { kind: "unknown", reason } as const;
  const sides = { a: part, b: part };
  return {
    atMs: 0,
    zookeeper: sides,
    masters: sides,
    agents: sides,
    frameworks: part,
    apps: part,
    counters: part,
    clockSkewMs: part,
    unreachable: part,
    diskShort: part,
    unsupervised: part,
  };
}

/** The value, or what to take where it is not known. */
export function valueOr<T>(part: Part<T>, otherwise: T): T {
  return part.kind === "known" ? part.value : otherwise;
}
