/** What a project declares of a platform: which servers are where. Read from checked specs; computes only. */
import { isObject, type Json, type JsonObject } from "../../value/json.js";

export interface Server {
  /** As in the spec, as text. */
  readonly id: string;
  /** `ip:port`; of a ZooKeeper server where clients connect. */
  readonly at: string;
  /** Whether it is declared to run. */
  readonly wanted: boolean;
}

export const TIERS = ["ensemble", "masters", "agents", "marathon", "framework"] as const;
export type Tier = (typeof TIERS)[number];

/** One resource whose servers ferry deploys. */
export interface Part {
  readonly tier: Tier;
  readonly address: string;
  readonly servers: readonly Server[];
}

export interface DeclaredResource {
  readonly address: string;
  readonly kind: string;
  readonly spec: JsonObject;
}

const KINDS: Readonly<Record<string, { readonly tier: Tier; readonly port: number }>> = {
  ZooKeeperEnsemble: { tier: "ensemble", port: 2181 },
  MesosMasters: { tier: "masters", port: 5050 },
  MesosAgents: { tier: "agents", port: 5051 },
  MarathonInstance: { tier: "marathon", port: 8080 },
  MesosFramework: { tier: "framework", port: 4400 },
};

/** The parts in the order of their tiers. */
export function partsOf(resources: readonly DeclaredResource[]): Part[] {
  const hosts = new Map(resources.map(({ address, spec }) => [address, spec["address"]]));
  const parts = resources.flatMap(({ address, kind, spec }) => {
    const known = KINDS[kind];
    if (known === undefined) return [];
    const servers = objects(spec["servers"] ?? spec["agents"]).map((server) =>
      serverOf(server, hosts, known.port),
    );
    return [{ tier: known.tier, address, servers }];
  });
  return parts.sort((a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier));
}

function serverOf(server: JsonObject, hosts: ReadonlyMap<string, Json | undefined>, preset: number): Server {
  const host = typeof server["host"] === "string" ? hosts.get(server["host"]) : undefined;
  const ip = server["ip"] ?? host ?? "127.0.0.1";
  const port = server["clientPort"] ?? server["port"] ?? preset;
  return {
    id: String(server["id"]),
    at: `${String(ip)}:${String(port)}`,
    wanted: server["running"] !== false,
  };
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}
