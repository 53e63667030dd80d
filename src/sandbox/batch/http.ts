/**
 * The batch framework's API, with Chronos' paths: jobs as JSON over HTTP. Who does not lead sends its clients to the leader. Every
 * answer says by its Server header that this is a simulation.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Json } from "../../value/json.js";
import { jobJson, readJob } from "./job.js";
import type { Scheduler } from "./scheduler.js";

export const SERVER_NAME = "ferry-sandbox-batch (simulation)";

export interface BatchHttpOptions {
  /** Null while this process does not lead. */
  readonly scheduler: () => Scheduler | null;
  /** `host:port`, or null when nobody is known to lead. */
  readonly leader: () => string | null;
  readonly now: () => number;
  /** What GET /v1/info says besides leader and framework id. */
  readonly about: Readonly<Record<string, string | boolean>>;
}

interface Answer {
  readonly status: number;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

export class BatchHttp {
  private readonly server: Server;

  constructor(private readonly options: BatchHttpOptions) {
    this.server = createServer((incoming, response) => void this.serve(incoming, response));
  }

  /** Resolves with the port, which the system chose when 0 was asked for. Rejects when it is taken. */
  listen(address: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, address, () => {
        this.server.off("error", reject);
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.answer(incoming);
    } catch (error) {
      answer = { status: 500, body: { message: error instanceof Error ? error.message : String(error) } };
    }
    const text = answer.body === undefined ? "" : JSON.stringify(answer.body);
    const type: Record<string, string> = text === "" ? {} : { "Content-Type": "application/json" };
    response.writeHead(answer.status, { Server: SERVER_NAME, ...type, ...answer.headers });
    response.end(text);
  }

  private async answer(incoming: IncomingMessage): Promise<Answer> {
    const target = incoming.url ?? "/";
    const url = new URL(target, "http://batch.invalid");
    if (url.pathname === "/ping") return { status: 200, body: "pong" };
    const scheduler = this.options.scheduler();
    const leader = this.options.leader();
    if (scheduler === null) {
      if (leader === null) return { status: 503, body: { message: "nobody leads at the moment: try again" } };
      return { status: 307, headers: { Location: `http://${leader}${target}` } };
    }
    const path = decodeURIComponent(url.pathname).replace(/^\/v1/, "");
    const name = /^\/scheduler\/(?:job|task\/kill)\/([^/]+)$/.exec(path)?.[1];
    switch (`${incoming.method} ${name === undefined ? path : path.slice(0, -name.length)}`) {
      case "GET /info":
        return { status: 200, body: { ...this.options.about, leader, frameworkId: scheduler.frameworkId } };
      case "GET /scheduler/jobs":
        return { status: 200, body: scheduler.list.map(jobJson) };
      case "POST /scheduler/iso8601":
      case "PUT /scheduler/iso8601":
        return this.add(scheduler, await bodyOf(incoming));
    }
    const deed = name === undefined ? undefined : DEEDS[`${incoming.method} ${path.slice(0, -name.length)}`];
    if (name === undefined || deed === undefined) {
      return { status: 404, body: { message: `there is no ${incoming.method} ${path}` } };
    }
    if (scheduler.job(name) === null) return { status: 404, body: { message: `there is no job '${name}'` } };
    await deed(scheduler, name);
    return { status: 204 };
  }

  private async add(scheduler: Scheduler, text: string): Promise<Answer> {
    let value: Json;
    try {
      value = JSON.parse(text) as Json;
    } catch (error) {
      return { status: 400, body: { message: `the job is not JSON: ${String(error)}` } };
    }
    const name = typeof value === "object" && value !== null && "name" in value ? String(value.name) : "";
    const job = readJob(value, this.options.now(), scheduler.job(name));
    if (typeof job === "string") return { status: 400, body: { message: `${job}. Nothing was changed` } };
    await scheduler.put(job);
    return { status: 204 };
  }
}

const DEEDS: Readonly<Record<string, (scheduler: Scheduler, name: string) => Promise<void> | void>> = {
  "PUT /scheduler/job/": (scheduler, name) => scheduler.run(name),
  "DELETE /scheduler/job/": (scheduler, name) => scheduler.remove(name),
  "DELETE /scheduler/task/kill/": (scheduler, name) => scheduler.kill(name),
};

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
