/**
 * The connections of a fleet's agents to one master, all of them on a few TCP connections. For an agent it is a connection of its
 * own; what it is told of that connection is what a single one would tell.
 */
import type { Connection, ConnectionHandler, Leader } from "../mesos/agent/agent.js";
import { MasterLink } from "../mesos/link/client.js";

/** More would only keep more sockets busy: the master works through them one after the other. */
const AGENTS_PER_LINK = 1000;

/** One TCP connection and those on it. */
class SharedLink {
  readonly handlers = new Map<string, ConnectionHandler>();
  private readonly link: MasterLink;
  private open = false;
  over = false;

  constructor(leader: Leader) {
    this.link = new MasterLink(leader.host, leader.port, null, {
      onOpen: () => {
        this.open = true;
        for (const handler of [...this.handlers.values()]) handler.onOpen();
      },
      onMessage: (pid, message) => this.handlers.get(pid)?.onMessage(message),
      onClose: (reason) => {
        this.over = true;
        for (const handler of [...this.handlers.values()]) handler.onClose(reason);
        this.handlers.clear();
      },
      onRefused: () => {
        for (const handler of [...this.handlers.values()]) handler.onRefused();
      },
    });
  }

  join(pid: string, handler: ConnectionHandler): Connection {
    this.handlers.set(pid, handler);
    if (this.open) {
      // Not before the caller has the connection in its hands.
      setImmediate(() => {
        if (this.handlers.get(pid) === handler) handler.onOpen();
      });
    }
    return {
      send: (from, message) => this.link.send(from, message),
      close: () => {
        if (this.handlers.get(pid) !== handler) return;
        this.handlers.delete(pid);
        if (this.handlers.size === 0) this.link.close();
      },
    };
  }
}

export class SharedLinks {
  private links: SharedLink[] = [];
  private leader = "";

  connect(leader: Leader, pid: string, handler: ConnectionHandler): Connection {
    const key = `${leader.host}:${leader.port}`;
    if (key !== this.leader) this.links = [];
    this.leader = key;
    this.links = this.links.filter(({ over }) => !over);
    let link = this.links.find(({ handlers }) => handlers.size < AGENTS_PER_LINK);
    if (link === undefined) {
      link = new SharedLink(leader);
      this.links.push(link);
    }
    return link.join(pid, handler);
  }
}
