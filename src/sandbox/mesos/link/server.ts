/** The master's end of the connections that agents open. It answers the upgrade and moves messages; it decides nothing. */
import type { Socket } from "node:net";
import { SERVER_NAME } from "../http/server.js";
import { readLines, writeLine } from "./lines.js";
import { type Envelope, type FromAgent, LINK_PROTOCOL, type ToAgent } from "./messages.js";

/** One TCP connection; it may carry many agents. */
export interface AgentConnection {
  send(pid: string, message: ToAgent): void;
  close(): void;
}

export interface ConnectionEvents {
  readonly onMessage: (pid: string, message: FromAgent) => void;
  readonly onClose: () => void;
}

const REFUSALS = { 401: "Unauthorized", 404: "Not Found", 503: "Service Unavailable" } as const;

/** Refuses the upgrade with an HTTP status. */
export function refuseLink(socket: Socket, status: keyof typeof REFUSALS): void {
  socket.end(
    `HTTP/1.1 ${status} ${REFUSALS[status]}\r\nServer: ${SERVER_NAME}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  );
}

export function acceptLink(
  socket: Socket,
  events: (connection: AgentConnection) => ConnectionEvents,
): AgentConnection {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nServer: ${SERVER_NAME}\r\nConnection: Upgrade\r\nUpgrade: ${LINK_PROTOCOL}\r\n\r\n`,
  );
  const connection: AgentConnection = {
    send: (pid, message) => writeLine(socket, { pid, message } satisfies Envelope<ToAgent>),
    close: () => void socket.destroy(),
  };
  const { onMessage, onClose } = events(connection);
  socket.on("error", () => socket.destroy());
  socket.on("close", onClose);
  readLines(socket, Buffer.alloc(0), (value) => {
    const { pid, message } = value as Envelope<FromAgent>;
    onMessage(pid, message);
  });
  return connection;
}
