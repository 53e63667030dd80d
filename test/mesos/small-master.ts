/**
 * A master of a few lines on loopback: answers calls as a test says, and keeps what it was sent; a GET counts as a call whose type is
 * `GET /path`. No state of its own.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { JsonObject } from "../../src/value/json.js";

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly call: JsonObject;
}

export class SmallMaster {
  readonly received: Received[] = [];
  private readonly server;
  address = "";

  /** `answer`: null breaks the connection. `tls`: key and certificate, PEM. */
  constructor(
    public answer: (call: JsonObject) => Reply | null,
    tls?: Buffer,
  ) {
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        const call = body === "" ? { type: `GET ${request.url}` } : (JSON.parse(body) as JsonObject);
        const { authorization, "content-type": contentType } = request.headers;
        this.received.push({ path: request.url ?? "", authorization, contentType, call });
        const reply = this.answer(call);
        if (reply === null) {
          request.socket.destroy();
          return;
        }
        response.writeHead(reply.status ?? 200, { ...reply.headers }).end(reply.body ?? "");
      });
    };
    this.server =
      tls === undefined ? createServer(listener) : createTlsServer({ key: tls, cert: tls }, listener);
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.address = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  get types(): string[] {
    return this.received.map(({ call }) => String(call["type"]));
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** As a standby sends on: without a scheme, with Mesos' prefix. */
export function redirectTo(address: string): Reply {
  return { status: 307, headers: { location: `//${address}/master/api/v1` } };
}

export function json(value: JsonObject): Reply {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}
