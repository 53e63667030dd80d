/**
 * The resources of a leading Marathon without a socket: requests go to the routes, answers come back parsed. And what of an
 * answer is another one each time, masked, so that it can be compared with an example.
 */
import { Refusal } from "../../../../src/sandbox/marathon/definition/refusal.js";
import { readFlags } from "../../../../src/sandbox/marathon/flags.js";
import type { ApiContext } from "../../../../src/sandbox/marathon/http/context.js";
import { type Answer, type HttpRequest, refused } from "../../../../src/sandbox/marathon/http/message.js";
import { route } from "../../../../src/sandbox/marathon/http/routes.js";
import { infoConfig } from "../../../../src/sandbox/marathon/process/settings.js";
import type { Json, JsonObject } from "../../../../src/value/json.js";
import { World } from "../engine/world.js";

export const SELF = "marathon-1.example.test:8080";
const FLAGS = [
  "--master",
  "zk://zk-1.example.test:2181/mesos",
  "--zk",
  "zk://u:p@zk-1.example.test:2181/marathon",
];

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text. */
  readonly body: Json;
  /** As sent. */
  readonly text: string;
}

export class Api {
  abdicated = 0;
  /** What was written to the event stream that was opened last. */
  stream = "";
  private readonly context: ApiContext;

  private constructor(readonly world: World) {
    const outcome = readFlags(FLAGS, {});
    if (outcome.kind === "refused") throw new Error(outcome.message);
    this.context = {
      engine: world.engine,
      streams: { open: 0 },
      node: {
        self: SELF,
        leader: () => SELF,
        abdicate: () => {
          this.abdicated += 1;
        },
        config: infoConfig(outcome.flags, "marathon-1.example.test", 8080, "nobody"),
        startedAt: world.clock.now(),
        leaderSince: () => world.clock.now(),
        metricsPrefix: "marathon",
        prometheus: true,
        maxOutstandingEvents: 1024,
      },
    };
  }

  static async start(world = new World()): Promise<Api> {
    return new Api(await world.start());
  }

  /** @param body JSON, or a text that is sent as it is */
  async ask(
    method: string,
    target: string,
    body?: Json,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const [path = "", query = ""] = target.split("?");
    const sent = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
    const request: HttpRequest = {
      method,
      path: decodeURIComponent(path),
      target,
      query: new URLSearchParams(query),
      headers: new Map(Object.entries(headers)),
      body: Buffer.from(sent),
      remote: "10.0.0.50",
    };
    const answer = await route(request, this.context).catch((error: unknown): Answer => {
      if (error instanceof Refusal) return refused(error);
      throw error;
    });
    return this.reply(answer);
  }

  /** For a server: refusals are thrown. */
  readonly handler = (request: HttpRequest): Promise<Answer> => route(request, this.context);

  get(target: string): Promise<Reply> {
    return this.ask("GET", target);
  }

  private reply({ status, headers, body, stream }: Answer): Reply {
    stream?.({
      write: (text) => {
        this.stream += text;
        return true;
      },
      onDrain: () => {},
      end: () => {},
      onClose: (call) => {
        this.closeStream = call;
      },
    });
    const text = body.toString();
    const isJson = headers["Content-Type"] === "application/json";
    return { status, headers, body: isJson ? (JSON.parse(text) as Json) : text, text };
  }

  closeStream: () => void = () => {};
}

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UUID"],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME"],
  [/agent-\w+\.example\.test/g, "HOST"],
  [/"(UUID-)?S\d"/g, '"AGENT"'],
  [/\b(10|172)\.\d+\.\d+\.\d+\b/g, "IP"],
  [/\b31[0-9]{3}\b/g, "31000"],
];

/** With what differs from run to run replaced by words; members keep their order. */
export function masked(value: Json): string {
  const text = JSON.stringify(value, null, 1);
  return MASKS.reduce((so, [pattern, word]) => so.replaceAll(pattern, word), text);
}

export function objectAt(value: Json, ...path: readonly (string | number)[]): JsonObject {
  let at: Json | undefined = value;
  for (const name of path) at = (at as { readonly [key: string]: Json })[name];
  return at as JsonObject;
}
