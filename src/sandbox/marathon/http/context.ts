/** What the resources are given: the leading engine, and what the process knows of itself. Types only. */
import type { JsonObject } from "../../../value/json.js";
import type { Engine } from "../engine/engine.js";
import type { Answer, HttpRequest } from "./message.js";

export interface NodeInfo {
  /** `host:port` of this process, as it is told to others. */
  readonly self: string;
  /** `host:port` of the leader, null when nobody leads. */
  leader(): string | null;
  /** Gives the leadership up; the process ends soon after the answer. */
  abdicate(): void;
  /** marathon_config, zookeeper_config and http_config of /v2/info. */
  readonly config: JsonObject;
  /** Of the metrics; milliseconds since 1970. */
  readonly startedAt: number;
  readonly leaderSince: () => number;
  readonly metricsPrefix: string;
  readonly prometheus: boolean;
  /** Undelivered events after which a stream is cut. */
  readonly maxOutstandingEvents: number;
}

export interface ApiContext {
  readonly engine: Engine;
  readonly node: NodeInfo;
  readonly streams: { open: number };
}

export type Handler = (request: HttpRequest, context: ApiContext) => Answer | Promise<Answer>;
