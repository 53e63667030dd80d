/**
 * Pings of agents, also of those whose connection broke: each agent_ping_timeout one, and after max_agent_ping_timeouts without
 * an answer the agent counts as unreachable. It decides nothing else.
 */
import type { ToAgent } from "../link/messages.js";
import type { Agent } from "../model/records.js";
import type { Context } from "./context.js";

/** Sends to the agent at the other end of the connection that a message came by. */
export type Reply = (message: ToAgent) => void;

interface Watch {
  reply: Reply;
  readonly cancel: () => void;
  /** A ping is under way. */
  waiting: boolean;
  missed: number;
}

export class Pings {
  private readonly watches = new Map<string, Watch>();

  constructor(private readonly context: Pick<Context, "clock" | "flags" | "tell">) {}

  /** The way back to an agent by the connection it came by last. */
  replyTo(agentId: string): Reply | null {
    return this.watches.get(agentId)?.reply ?? null;
  }

  /** @param lost called each time it is due, until the agent is forgotten */
  watch(agent: Agent, reply: Reply, lost: () => void): void {
    const known = this.watches.get(agent.id);
    if (known !== undefined) {
      known.reply = reply;
      return;
    }
    const { clock, flags } = this.context;
    const interval = flags.duration("agent_ping_timeout");
    let cancel = () => {};
    const watch: Watch = { reply, cancel: () => cancel(), waiting: false, missed: 0 };
    const wait = () => {
      cancel = clock.after(interval, () => {
        wait();
        this.tick(agent, watch, lost);
      });
    };
    this.watches.set(agent.id, watch);
    wait();
  }

  answered(agentId: string): void {
    const watch = this.watches.get(agentId);
    if (watch === undefined) return;
    watch.waiting = false;
    watch.missed = 0;
  }

  forget(agentId: string): void {
    this.watches.get(agentId)?.cancel();
    this.watches.delete(agentId);
  }

  private tick(agent: Agent, watch: Watch, lost: () => void): void {
    if (watch.waiting) watch.missed += 1;
    if (watch.missed >= this.context.flags.number("max_agent_ping_timeouts")) {
      lost();
      return;
    }
    watch.waiting = true;
    this.context.tell(agent, { kind: "ping", connected: agent.connected });
  }
}
