/**
 * The one place with a listening socket: node:http turned into requests and answers as data. Every answer says by its Server
 * header that this is a simulation.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { type Answer, type HttpRequest, lengthOf, plain } from "./answer.js";

export const SERVER_NAME = "ferry-sandbox-mesos (simulation)";

/** libprocess leaves shorter bodies as they are. */
const GZIP_FROM_BYTES = 1024;

export type Handler = (request: HttpRequest) => Answer | Promise<Answer>;
/** A request that asks for another protocol on its connection. */
export type UpgradeHandler = (path: string, headers: ReadonlyMap<string, string>, socket: Socket) => void;

export class HttpServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly handle: Handler,
    upgrade?: UpgradeHandler,
  ) {
    this.server = createServer((incoming, response) => void this.serve(incoming, response));
    this.server.requestTimeout = 0;
    this.server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
    });
    if (upgrade !== undefined) {
      this.server.on("upgrade", (incoming: IncomingMessage, socket: Socket) => {
        upgrade(splitTarget(incoming.url ?? "/").path, headersOf(incoming), socket);
      });
    }
  }

  /** Resolves with the port, which was chosen by the system when 0 was asked for. Rejects when it is taken. */
  listen(ip: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, ip, () => {
        this.server.off("error", reject);
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** Cuts all connections. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.handle(await requestOf(incoming));
    } catch (error) {
      answer = plain(500, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    if (!response.destroyed) send(incoming, response, answer);
  }
}

async function requestOf(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { path, query } = splitTarget(incoming.url ?? "/");
  return {
    method: incoming.method ?? "GET",
    path,
    query,
    headers: headersOf(incoming),
    body: Buffer.concat(chunks).toString("utf8"),
    principal: null,
  };
}

function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const mark = target.indexOf("?");
  const raw = mark < 0 ? target : target.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1));
  try {
    return { path: decodeURIComponent(raw), query };
  } catch {
    return { path: raw, query };
  }
}

function headersOf(incoming: IncomingMessage): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) found.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return found;
}

function send(incoming: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const headers = { ...answer.headers, Server: SERVER_NAME };
  if (answer.stream !== undefined) {
    response.writeHead(answer.status, headers);
    response.flushHeaders();
    answer.stream({
      write: (record) => {
        for (const piece of record) response.write(piece);
      },
      end: () => void response.end(),
      onClose: (callback) => void response.on("close", callback),
    });
    return;
  }
  const pieces = typeof answer.body === "string" ? [Buffer.from(answer.body, "utf8")] : answer.body;
  const length = lengthOf(pieces);
  const accepts = incoming.headers["accept-encoding"] ?? "";
  if (length >= GZIP_FROM_BYTES && /\bgzip\b/.test(String(accepts))) {
    const packed = gzipSync(Buffer.concat(pieces), { level: 1 });
    response.writeHead(answer.status, {
      ...headers,
      "Content-Encoding": "gzip",
      "Content-Length": packed.length,
    });
    response.end(packed);
    return;
  }
  response.writeHead(answer.status, { ...headers, "Content-Length": length });
  if (incoming.method !== "HEAD") for (const piece of pieces) response.write(piece);
  response.end();
}
