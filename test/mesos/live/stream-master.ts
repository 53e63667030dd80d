/** A master that streams what a test says, and answers other calls from a table. It sends no heartbeat by itself. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonObject } from "../../../src/value/json.js";

export class StreamMaster {
  /** By call; else an answer with nothing in it. */
  readonly answers = new Map<string, JsonObject>();
  /** Calls in their order. */
  readonly calls: string[] = [];
  /** Status for SUBSCRIBE; 200 streams. */
  status = 200;
  /** Seconds; 0 as of a version that has no heartbeats. */
  heartbeat = 15;
  /** Answers 503 as one that no longer leads, and keeps its streams. */
  refuse = false;
  private readonly streams = new Set<ServerResponse>();
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { type } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { type: string };
      this.calls.push(type);
      if (this.refuse) response.writeHead(503).end("No leader elected");
      else if (type === "SUBSCRIBE") this.begin(response);
      else response.end(JSON.stringify({ type, ...this.answers.get(type) }));
    });
  });
  address = "";

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.address = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  get streaming(): number {
    return this.streams.size;
  }

  times(type: string): number {
    return this.calls.filter((call) => call === type).length;
  }

  send(event: JsonObject): void {
    const text = JSON.stringify(event);
    for (const stream of this.streams) stream.write(`${Buffer.byteLength(text)}\n${text}`);
  }

  /** As a master that dies: streams end. */
  cut(): void {
    for (const stream of this.streams) stream.destroy();
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private begin(response: ServerResponse): void {
    if (this.status !== 200) {
      response.writeHead(this.status).end("no");
      return;
    }
    this.streams.add(response);
    response.on("close", () => this.streams.delete(response));
    const { get_state } = this.answers.get("GET_STATE") ?? {};
    const heartbeat = this.heartbeat === 0 ? {} : { heartbeat_interval_seconds: this.heartbeat };
    this.send({ type: "SUBSCRIBED", subscribed: { get_state: get_state ?? {}, ...heartbeat } });
  }
}
