/** Requests and answers as data, and the answers that several resources give alike. No socket. */
import type { Json, JsonObject } from "../../../value/json.js";
import { plainRefusal, Refusal } from "../definition/refusal.js";
import type { DeploymentPlan } from "../deployment/plan.js";
import { type Doubles, jsonText } from "./json-text.js";

export interface HttpRequest {
  readonly method: string;
  /** Without the query, percent-decoded. */
  readonly path: string;
  /** With the query, as sent. */
  readonly target: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Address of the client. */
  readonly remote: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Given the connection after the headers: the body then has no end of its own. */
  readonly stream?: (stream: BodyStream) => void;
}

/** An answer's body that goes on. */
export interface BodyStream {
  /** False when the client does not keep up; what was written is kept all the same. */
  write(text: string): boolean;
  /** Bytes are wanted again. */
  onDrain(call: () => void): void;
  end(): void;
  /** Called once, when either side has ended it. */
  onClose(call: () => void): void;
}

const JSON_TYPE = { "Content-Type": "application/json" };

export function json(
  value: Json,
  status = 200,
  headers: Record<string, string> = {},
  doubles?: Doubles,
): Answer {
  return { status, headers: { ...JSON_TYPE, ...headers }, body: jsonText(value, doubles) };
}

export function empty(status: number, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: "" };
}

export function plainText(status: number, text: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "Content-Type": "text/plain;charset=utf-8", ...headers }, body: text };
}

export function html(status: number, text: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "Content-Type": "text/html;charset=utf-8", ...headers }, body: text };
}

export function refused(error: Refusal): Answer {
  return json(error.body, error.status);
}

const DEPLOYMENT = "Marathon-Deployment-Id";

/** Sent once the plan is stored; the work goes on. */
export function deploymentResult(
  plan: DeploymentPlan,
  status = 200,
  headers: Record<string, string> = {},
): Answer {
  const result = { deploymentId: plan.id, version: plan.version };
  return json(result, status, { ...headers, [DEPLOYMENT]: plan.id });
}

export function deploymentHeader(plan: DeploymentPlan): Record<string, string> {
  return { [DEPLOYMENT]: plan.id };
}

/** Throws a Refusal: 415 for another type, 400 for no JSON. */
export function readBody(request: HttpRequest): Json {
  const type = request.headers.get("content-type") ?? "application/json";
  if (!/^(application\/(.+\+)?json|\*\/\*)/.test(type)) throw plainRefusal(415, "Unsupported Media Type");
  const text = request.body.toString("utf8");
  if (text.trim() === "") {
    const details = "No content to map due to end-of-input";
    throw new Refusal(400, { message: "Please specify data in JSON format", details });
  }
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const details = error instanceof Error ? error.message : String(error);
    throw new Refusal(400, { message: "Invalid JSON", details });
  }
}

/** Throws a Refusal when it is no object. */
export function readObject(request: HttpRequest): JsonObject {
  const body = readBody(request);
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as JsonObject;
  const details = [{ path: "/", errors: ["error.expected.jsobject"] }];
  throw new Refusal(422, { message: "Invalid JSON", details });
}

/** `?name=true`, or the name alone. */
export function isSet(request: HttpRequest, name: string, otherwise = false): boolean {
  const value = request.query.get(name);
  return value === null ? otherwise : value === "" || value.toLowerCase() === "true";
}
