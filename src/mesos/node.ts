/**
 * What one master or agent says of itself over HTTP, whoever leads. It asks only, once, and an answer that does not come is an
 * answer too. Recorded shapes: facts, sections 3 and 9.
 */
import { Exchange } from "../http/exchange.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import type { MesosConnection } from "./connection.js";

export type NodeConnection = Omit<MesosConnection, "masters">;

export type NodeAnswer<T> =
  | { readonly kind: "seen"; readonly value: T }
  /** It does not answer, or not with what it should. */
  | { readonly kind: "silent"; readonly reason: string }
  /** It answers, and does not let ferry look: 401, 403. */
  | { readonly kind: "refused"; readonly reason: string };

export interface MasterSeen {
  /** Whether it says that it leads; two may in a split brain. */
  readonly elected: boolean;
  /** Whether its own replica of the log votes. */
  readonly recovered: boolean;
  /** Members of the log as it counts them; null when it does not say. */
  readonly ensembleSize: number | null;
  /** 0 on a standby. */
  readonly activeAgents: number;
  readonly version: string;
}

export interface AgentSeen {
  /** Given by the first master that took it; empty before that. */
  readonly id: string;
  readonly registered: boolean;
  readonly version: string;
}

export class MesosNodes {
  private readonly exchange: Exchange;

  constructor(private readonly connection: NodeConnection) {
    this.exchange = new Exchange(connection);
  }

  /** `endpoint`: host:port. Rejects only with the reason of `signal`. */
  async master(endpoint: string, signal: AbortSignal): Promise<NodeAnswer<MasterSeen>> {
    const metrics = await this.get(endpoint, "/metrics/snapshot", signal);
    if (metrics.kind !== "seen") return metrics;
    const version = await this.get(endpoint, "/version", signal);
    const number = (name: string): number | null => numberAt(metrics.value, name);
    const value: MasterSeen = {
      elected: number("master/elected") === 1,
      recovered: number("registrar/log/recovered") === 1,
      ensembleSize: number("registrar/log/ensemble_size"),
      activeAgents: number("master/slaves_active") ?? 0,
      version: version.kind === "seen" ? textAt(version.value, "version") : "",
    };
    return { kind: "seen", value };
  }

  /** `endpoint`: host:port. Rejects only with the reason of `signal`. */
  async agent(endpoint: string, signal: AbortSignal): Promise<NodeAnswer<AgentSeen>> {
    const state = await this.get(endpoint, "/state", signal);
    if (state.kind !== "seen") return state;
    const metrics = await this.get(endpoint, "/metrics/snapshot", signal);
    if (metrics.kind !== "seen") return metrics;
    const value: AgentSeen = {
      id: textAt(state.value, "id"),
      registered: numberAt(metrics.value, "slave/registered") === 1,
      version: textAt(state.value, "version"),
    };
    return { kind: "seen", value };
  }

  close(): Promise<void> {
    return this.exchange.close();
  }

  private async get(endpoint: string, path: string, signal: AbortSignal): Promise<NodeAnswer<JsonObject>> {
    const node = `${this.connection.scheme}://${endpoint}`;
    const outcome = await this.exchange.send(node, { method: "GET", path }, signal);
    if (outcome.kind !== "answer") return { kind: "silent", reason: outcome.reason };
    const { status, body } = outcome.answer;
    if (status === 401 || status === 403) return { kind: "refused", reason: `${path} is answered ${status}` };
    if (status !== 200) return { kind: "silent", reason: `${path} is answered ${status}` };
    const value = parsed(body);
    return value === null ? { kind: "silent", reason: `${path} is no JSON` } : { kind: "seen", value };
  }
}

function parsed(body: string): JsonObject | null {
  try {
    const value = JSON.parse(body) as Json;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function numberAt(value: JsonObject, name: string): number | null {
  const found = value[name];
  return typeof found === "number" ? found : null;
}

function textAt(value: JsonObject, name: string): string {
  const found = value[name];
  return typeof found === "string" ? found : "";
}
