/**
 * The one place with a listening socket: node:http turned into requests and answers as data. Every answer says by its Server
 * header that this is a simulation, and must not be kept by caches.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { type Answer, type HttpRequest, json } from "./message.js";

export const SERVER_NAME = "ferry-sandbox-marathon (simulation)";

const ALWAYS = {
  "Cache-Control": "no-cache, no-store, must-revalidate",
  Pragma: "no-cache",
  Expires: "0",
  "X-Frame-Options": "DENY",
  "X-XSS-Protection": "1; mode=block",
};

/** Shorter bodies are sent as they are. */
const GZIP_FROM_BYTES = 256;

export class HttpServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly handle: (request: HttpRequest) => Promise<Answer>,
    private readonly compression: boolean,
  ) {
    this.server = createServer((incoming, response) => void this.serve(incoming, response));
    this.server.requestTimeout = 0;
    this.server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
    });
  }

  /** Resolves with the port, which the system chose when 0 was asked for. Rejects when it is taken. */
  listen(address: string | null, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, address ?? undefined, () => {
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
      answer = json({ message: error instanceof Error ? error.message : String(error) }, 500);
    }
    if (!response.destroyed) this.send(incoming, response, answer);
  }

  private send(incoming: IncomingMessage, response: ServerResponse, answer: Answer): void {
    const headers = { ...ALWAYS, ...answer.headers, Server: SERVER_NAME };
    if (answer.stream !== undefined) {
      response.writeHead(answer.status, headers);
      response.flushHeaders();
      answer.stream({
        write: (text) => response.write(text),
        onDrain: (call) => void response.on("drain", call),
        end: () => void response.end(),
        onClose: (call) => void response.on("close", call),
      });
      return;
    }
    let body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body, "utf8");
    const length: Record<string, string> = {};
    const accepts = String(incoming.headers["accept-encoding"] ?? "");
    const packed = "Content-Encoding" in answer.headers;
    if (this.compression && !packed && body.length >= GZIP_FROM_BYTES && /\bgzip\b/.test(accepts)) {
      body = gzipSync(body, { level: 1 });
      length["Content-Encoding"] = "gzip";
    }
    if (answer.status !== 204) length["Content-Length"] = String(body.length);
    response.writeHead(answer.status, { ...headers, ...length });
    response.end(incoming.method === "HEAD" ? undefined : body);
  }
}

async function requestOf(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const target = incoming.url ?? "/";
  const mark = target.indexOf("?");
  const raw = mark < 0 ? target : target.slice(0, mark);
  return {
    method: incoming.method ?? "GET",
    path: decoded(raw),
    target,
    query: new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1)),
    headers: headersOf(incoming),
    body: Buffer.concat(chunks),
    remote: (incoming.socket.remoteAddress ?? "").replace(/^::ffff:/, ""),
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function headersOf(incoming: IncomingMessage): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) found.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return found;
}
