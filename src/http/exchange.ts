/**
 * One request to one node of a service that speaks JSON, over undici, and what came of it as a value. It never tries again
 * and never chooses a node: that is for the client of each service.
 */
import type { Dispatcher } from "undici";
import type { Json } from "../value/json.js";
import { DEFAULT_CONNECT_TIMEOUT_MS, DEFAULT_REQUEST_TIMEOUT_MS, type HttpConnection } from "./connection.js";

export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From the slash on, encoded, with the query. */
  readonly path: string;
  readonly body?: Json;
  /** Other than application/json, e.g. text/event-stream. */
  readonly accept?: string;
}

/** `PUT /v2/apps/shop/web`, for messages. */
export function nameOf(call: Call): string {
  return `${call.method} ${call.path}`;
}

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Outcome =
  | { readonly kind: "answer"; readonly answer: Answer }
  /** The connection was never there. */
  | { readonly kind: "not-sent"; readonly reason: string }
  /** It broke, or time ran out, after the request may have been received. */
  | { readonly kind: "broken"; readonly reason: string; readonly timedOut: boolean };

/** An answer whose body is read as it comes. */
export interface StreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array> & { text(): Promise<string> };
  /** Ends the connection; safe to repeat. */
  cancel(): void;
}

export class Exchange {
  private readonly agent: Promise<Dispatcher>;
  private readonly timeoutMs: number;

  constructor(private readonly connection: HttpConnection) {
    this.timeoutMs = connection.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
    this.agent = makeAgent(connection);
    // Reported by the first request, if there ever is one.
    this.agent.catch(() => undefined);
  }

  /** Never rejects, but with the reason of `signal` once that is aborted. */
  async send(node: string, call: Call, signal: AbortSignal): Promise<Outcome> {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    try {
      const answer = await this.request(node, call, AbortSignal.any([signal, timeout]));
      const body = await answer.body.text();
      return { kind: "answer", answer: { status: answer.status, headers: answer.headers, body } };
    } catch (error) {
      signal.throwIfAborted();
      return outcomeOf(error, timeout.aborted, this.timeoutMs);
    }
  }

  /** Opens a stream: the timeout is for its beginning only. */
  async open(node: string, call: Call, signal: AbortSignal): Promise<StreamAnswer | Outcome> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error("no answer in time")), this.timeoutMs);
    try {
      return await this.request(node, call, AbortSignal.any([signal, late.signal]), 0);
    } catch (error) {
      signal.throwIfAborted();
      return outcomeOf(error, late.signal.aborted, this.timeoutMs);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await (await this.agent).destroy();
  }

  private async request(
    node: string,
    call: Call,
    signal: AbortSignal,
    bodyTimeout: number = this.timeoutMs,
  ): Promise<StreamAnswer> {
    // Loading the library takes as long as planning a small project, and most projects have nothing behind HTTP.
    const { request } = await import("undici");
    const answer = await request(`${node}${call.path}`, {
      method: call.method,
      headers: this.headers(call),
      dispatcher: await this.agent,
      headersTimeout: this.timeoutMs,
      bodyTimeout,
      signal,
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    const { body } = answer;
    // Whoever iterates gets the error; a body that is only cancelled has nobody else to tell.
    const cancel = (): void => void body.on("error", () => undefined).destroy();
    return { status: answer.statusCode, headers: plainHeaders(answer.headers), body, cancel };
  }

  private headers(call: Call): Record<string, string> {
    const { credentials } = this.connection;
    const pair = credentials === undefined ? "" : `${credentials.username}:${credentials.password}`;
    return {
      accept: call.accept ?? "application/json",
      ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      ...(pair === "" ? {} : { authorization: `Basic ${Buffer.from(pair, "utf8").toString("base64")}` }),
    };
  }
}

async function makeAgent(connection: HttpConnection): Promise<Dispatcher> {
  const { Agent } = await import("undici");
  const { tls, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = connection;
  return new Agent({
    connect: {
      timeout: connectTimeoutMs,
      ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls?.key === undefined ? {} : { key: tls.key }),
    },
    // A connection kept for long is one that the other side may just be closing when a write goes out on it.
    keepAliveTimeout: 2_000,
  });
}

function plainHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value] as const],
  );
  return Object.fromEntries(entries);
}

/** Errors of making a connection: resolving the name, TCP, TLS. */
const BEFORE_SENDING: ReadonlySet<string> = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EPROTO",
]);

function isBeforeSending(code: string): boolean {
  if (BEFORE_SENDING.has(code)) return true;
  // Of the certificate: ERR_TLS_CERT_ALTNAME_INVALID, SELF_SIGNED_CERT_IN_CHAIN, UNABLE_TO_VERIFY_LEAF_SIGNATURE, …
  return /^ERR_(TLS|SSL)_|CERT|VERIFY|ISSUER/.test(code);
}

function outcomeOf(error: unknown, timedOut: boolean, timeoutMs: number): Outcome {
  const code = codeOf(error);
  const message = error instanceof Error && error.message !== "" ? error.message : code;
  if (isBeforeSending(code)) return { kind: "not-sent", reason: message };
  const late = timedOut || code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT";
  return {
    kind: "broken",
    reason: late ? `no answer within ${timeoutMs / 1000} s` : message,
    timedOut: late,
  };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : "";
}
