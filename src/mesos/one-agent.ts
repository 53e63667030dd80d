/** One agent asked about itself: whether this process of it has joined a master, and under which id. It never tries again. */
import { Shape } from "../http/shape.js";
import { jsonAt, metricsOf, shapedAt } from "./one-master.js";
import type { Transport } from "./transport.js";

export interface AgentState {
  /** Given by the first master that took it; empty before that. */
  readonly id: string;
  readonly registered: boolean;
  readonly version: string;
}

/** `agent`: `host:port`. Rejects with MesosError, or with the reason of `signal`. */
export async function agentStateOf(
  transport: Transport,
  agent: string,
  signal: AbortSignal,
): Promise<AgentState> {
  const state = await jsonAt(transport, agent, "/state", signal);
  const metrics = await metricsOf(transport, agent, signal);
  return shapedAt(agent, "/state", () => {
    const shape = Shape.of(state);
    return {
      id: shape.optionalText("id") ?? "",
      registered: metrics.get("slave/registered") === 1,
      version: shape.optionalText("version") ?? "",
    };
  });
}
