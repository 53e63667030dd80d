/** A standby's way to the leader: the request as it came, the answer as it comes, and a Via header on both. */
import { Agent, request as send } from "undici";
import { type Answer, type HttpRequest, plainText } from "./message.js";

export interface ProxyOptions {
  /** `host:port` of this process. */
  readonly self: string;
  /** Milliseconds. */
  readonly connectMs: number;
  readonly readMs: number;
  readonly maxConnections: number;
}

const VIA = "X-Marathon-Via";
/** Of one connection only. */
const NOT_PASSED = [
  "connection",
  "host",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "upgrade",
  "expect",
  "server",
  "te",
];

export class LeaderProxy {
  private readonly agent: Agent;

  constructor(private readonly options: ProxyOptions) {
    const { connectMs, readMs, maxConnections } = options;
    this.agent = new Agent({
      connect: { timeout: connectMs },
      headersTimeout: readMs,
      bodyTimeout: readMs,
      connections: maxConnections,
    });
  }

  /** Never rejects: what goes wrong is an answer, 502 for a leader that cannot be reached and for a circle. */
  async pass(request: HttpRequest, leader: string): Promise<Answer> {
    const via = `1.1 ${this.options.self}`;
    const before = request.headers.get(VIA.toLowerCase());
    if (before?.split(/,\s*/).includes(via) === true) return plainText(502, "Detected proxying loop.");
    try {
      const answer = await send(`http://${leader}${request.target}`, {
        dispatcher: this.agent,
        method: request.method as "GET",
        headers: { ...passed(request.headers), [VIA]: before === undefined ? via : `${before}, ${via}` },
        body: request.body.length > 0 ? request.body : null,
      });
      const body = Buffer.from(await answer.body.arrayBuffer());
      const headers = headersOf(answer.headers);
      return { status: answer.statusCode, headers: { ...headers, [VIA]: via }, body };
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      const unreachable = [
        "ECONNREFUSED",
        "UND_ERR_CONNECT_TIMEOUT",
        "ECONNRESET",
        "UND_ERR_SOCKET",
      ].includes(code);
      const words = error instanceof Error ? error.message : String(error);
      return plainText(
        unreachable ? 502 : 500,
        `Could not forward the request to the leader ${leader}: ${words}`,
      );
    }
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }
}

function passed(headers: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !NOT_PASSED.includes(name)));
}

function headersOf(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || NOT_PASSED.includes(name)) continue;
    // As Marathon writes them, so that both nodes answer alike.
    found[canonical(name)] = Array.isArray(value) ? value.join(", ") : value;
  }
  return found;
}

function canonical(name: string): string {
  return name
    .replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/^Www-/, "WWW-")
    .replace(/-Xss-/, "-XSS-");
}
