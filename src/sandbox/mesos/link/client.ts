/**
 * An agent's connection to a master: opened by the agent, both sides talk on it, and its end is what Mesos sees as a broken
 * TCP link. It never opens a second one by itself.
 */
import { request } from "node:http";
import type { Socket } from "node:net";
import { readLines, writeLine } from "./lines.js";
import { type Envelope, type FromAgent, LINK_PATH, LINK_PROTOCOL, type ToAgent } from "./messages.js";

export interface LinkEvents {
  readonly onOpen: () => void;
  readonly onMessage: (pid: string, message: ToAgent) => void;
  /** Once, also when it could not be opened. */
  readonly onClose: (reason: string) => void;
  /** The master refused the credential; onClose follows. */
  readonly onRefused: () => void;
}

export interface Credential {
  readonly principal: string;
  readonly secret: string;
}

export class MasterLink {
  private socket: Socket | null = null;
  private closed = false;
  private readonly events: LinkEvents;

  constructor(host: string, port: number, credential: Credential | null, events: LinkEvents) {
    this.events = events;
    const headers: Record<string, string> = { Connection: "Upgrade", Upgrade: LINK_PROTOCOL };
    if (credential !== null) {
      const pair = Buffer.from(`${credential.principal}:${credential.secret}`).toString("base64");
      headers["Authorization"] = `Basic ${pair}`;
    }
    const outgoing = request({ host, port, path: LINK_PATH, method: "POST", headers });
    outgoing.on("upgrade", (_response, socket: Socket, head) => this.opened(socket, head));
    outgoing.on("response", (response) => {
      if (response.statusCode === 401) events.onRefused();
      response.resume();
      this.over(`the master answered ${response.statusCode}`);
    });
    outgoing.on("error", (error) => this.over(error.message));
    outgoing.end();
  }

  send(pid: string, message: FromAgent): void {
    const envelope: Envelope<FromAgent> = { pid, message };
    if (this.socket !== null) writeLine(this.socket, envelope);
  }

  close(): void {
    this.socket?.destroy();
    this.over("closed by the agent");
  }

  private opened(socket: Socket, head: Buffer): void {
    if (this.closed) {
      socket.destroy();
      return;
    }
    this.socket = socket;
    socket.on("error", (error) => this.over(error.message));
    socket.on("close", () => this.over("the connection ended"));
    this.events.onOpen();
    readLines(socket, head, (value) => {
      const { pid, message } = value as Envelope<ToAgent>;
      if (!this.closed) this.events.onMessage(pid, message);
    });
  }

  private over(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.events.onClose(reason);
  }
}
