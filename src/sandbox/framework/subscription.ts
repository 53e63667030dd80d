/**
 * One subscription to one master: the stream of events, the calls beside it in their order, and its end. It never reconnects:
 * what comes after the end is for others to decide.
 */
import { Agent, Pool } from "undici";
import type { JsonObject } from "../../value/json.js";
import type { MasterAddress } from "./cluster.js";
import { RecordDecoder } from "./record-io.js";

export interface SubscriptionOptions {
  readonly master: MasterAddress;
  /** The SUBSCRIBE call. */
  readonly call: JsonObject;
  /** `principal:secret`, or null. */
  readonly credential: string | null;
  readonly onEvent: (event: JsonObject) => void;
  /** Called once, when the stream has ended in whatever way; never before it has begun. */
  readonly onEnd: (why: string) => void;
  readonly log: (text: string) => void;
}

export type SubscribeOutcome =
  | { readonly kind: "subscribed"; readonly subscription: Subscription }
  /** This master does not lead; the address of the one that does. */
  | { readonly kind: "elsewhere"; readonly master: MasterAddress }
  /** Worth another try. */
  | { readonly kind: "later"; readonly why: string }
  | { readonly kind: "refused"; readonly why: string };

const PATH = "/api/v1/scheduler";
const JSON_TYPE = { "content-type": "application/json", accept: "application/json" };

/** Never rejects. */
export async function subscribe(options: SubscriptionOptions): Promise<SubscribeOutcome> {
  const { master, call, credential } = options;
  const agent = new Agent({ bodyTimeout: 0, headersTimeout: 10_000, connect: { timeout: 5_000 } });
  const origin = `http://${master.hostname}:${master.port}`;
  const authorization = authorizationOf(credential);
  try {
    const answer = await agent.request({
      origin,
      path: PATH,
      method: "POST",
      headers: { ...JSON_TYPE, ...authorization },
      body: JSON.stringify(call),
    });
    const streamId = answer.headers["mesos-stream-id"];
    if (answer.statusCode === 200 && typeof streamId === "string") {
      const pool = new Pool(origin, { connections: 1, pipelining: 1 });
      const subscription = new Subscription(options, pool, agent, {
        ...authorization,
        "mesos-stream-id": streamId,
      });
      void subscription.read(answer.body);
      return { kind: "subscribed", subscription };
    }
    const text = await answer.body.text();
    await agent.destroy();
    return refusalOf(answer.statusCode, answer.headers["location"], text);
  } catch (error) {
    await agent.destroy();
    return { kind: "later", why: error instanceof Error ? error.message : String(error) };
  }
}

function authorizationOf(credential: string | null): Record<string, string> {
  return credential === null ? {} : { authorization: `Basic ${Buffer.from(credential).toString("base64")}` };
}

function refusalOf(status: number, location: string | string[] | undefined, text: string): SubscribeOutcome {
  const [, hostname, port] = /^(?:https?:)?\/\/([^/:]+):(\d+)/.exec(String(location ?? "")) ?? [];
  if (status === 307 && hostname !== undefined) {
    return { kind: "elsewhere", master: { hostname, port: Number(port) } };
  }
  const why = `${status}: ${text}`;
  return status === 503 ? { kind: "later", why } : { kind: "refused", why };
}

export class Subscription {
  private ended = false;
  /** Calls go out one after the other: an ACCEPT must not overtake a REVIVE. */
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: SubscriptionOptions,
    private readonly pool: Pool,
    private readonly agent: Agent,
    private readonly headers: Record<string, string>,
  ) {}

  /** A lost call is logged and forgotten: reconciliation and retries are there for that. */
  send(call: JsonObject): void {
    this.last = this.last.then(() => this.post(call));
  }

  /** Ends the stream; onEnd is not called for it. */
  async close(): Promise<void> {
    if (!this.ended) {
      this.ended = true;
      await Promise.race([this.last, new Promise<void>((resolve) => setTimeout(resolve, 1_000).unref())]);
    }
    await Promise.all([this.agent.destroy(), this.pool.destroy()]);
  }

  async read(body: AsyncIterable<Buffer>): Promise<void> {
    const decoder = new RecordDecoder();
    let why = "the master ended the stream";
    try {
      for await (const chunk of body) {
        for (const record of decoder.push(chunk)) {
          if (this.ended) return;
          this.options.onEvent(JSON.parse(record) as JsonObject);
        }
      }
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    if (this.ended) return;
    this.ended = true;
    this.options.onEnd(why);
    await this.close();
  }

  private async post(call: JsonObject): Promise<void> {
    if (this.ended) return;
    try {
      const answer = await this.pool.request({
        path: PATH,
        method: "POST",
        headers: { ...JSON_TYPE, ...this.headers },
        body: JSON.stringify(call),
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 300)
        this.options.log(`${String(call["type"])} was answered ${answer.statusCode}: ${text}`);
    } catch (error) {
      if (!this.ended)
        this.options.log(
          `${String(call["type"])} failed: ${error instanceof Error ? error.message : String(error)}`,
        );
    }
  }
}
