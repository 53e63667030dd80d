/**
 * Log messages between masters: JSON by POST below /sandbox/log/, in place of libprocess' own protocol. One request, one
 * answer or none; it never retries.
 */
import { Agent, request } from "undici";
import type { Json } from "../../../value/json.js";
import { type LogAnswer, type LogRequest, readLogAnswer, readLogRequest } from "./log-messages.js";
import { parseUpid } from "./upid.js";

const PREFIX = "/sandbox/log/";

/** Milliseconds after which nobody waits any more: longer than any timeout of the registry but the fetch. */
const PATIENCE_MS = 60_000;

export class LogTransport {
  private readonly agent = new Agent({ headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS });

  /** To the replica of that UPID. Null when no answer comes, for whatever reason. */
  async send(upid: string, message: LogRequest, signal: AbortSignal): Promise<LogAnswer | null> {
    const to = parseUpid(upid);
    if (to === null || signal.aborted) return null;
    try {
      const { statusCode, body } = await request(`http://${to.host}:${to.port}${PREFIX}${message.kind}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(message),
        dispatcher: this.agent,
        // A learned notice is sent on even when the writer has what it wants.
        ...(message.kind === "learned" ? {} : { signal }),
      });
      const text = await body.text();
      return statusCode === 200 ? readLogAnswer(JSON.parse(text) as Json) : null;
    } catch {
      return null; // refused, reset, too late, not ours: in libprocess a message without an answer
    }
  }

  /** Breaks off what is under way. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

/** Answers a POST that came in. Never rejects. */
export async function answerLogRequest(
  path: string,
  body: string,
  handle: (message: LogRequest) => Promise<LogAnswer>,
): Promise<{ readonly status: number; readonly body: string }> {
  const message = parsed(body);
  if (message === null) return { status: 400, body: "Failed to parse the log message\n" };
  if (path !== `${PREFIX}${message.kind}`) return { status: 404, body: "" };
  try {
    return { status: 200, body: JSON.stringify(await handle(message)) };
  } catch (error) {
    return { status: 500, body: `${error instanceof Error ? error.message : String(error)}\n` };
  }
}

function parsed(body: string): LogRequest | null {
  try {
    return readLogRequest(JSON.parse(body) as Json);
  } catch {
    return null;
  }
}
