/**
 * The envelope of the v1 APIs: content types, the JSON of the call, its kind and the part that kind needs. In the order of
 * Mesos' checks, with its words. It does not carry out anything.
 */
import { type Answer, type HttpRequest, plain } from "./answer.js";
import { type Decoded, decode, type Message, readJson } from "./message.js";

export interface ApiDescription {
  /** `master::Call`, for the messages. */
  readonly name: string;
  readonly types: readonly string[];
  /** Types that need a part of their own name in lower case. */
  readonly needsPart: ReadonlySet<string>;
  readonly message: Message;
}

export interface Call {
  readonly type: string;
  readonly value: Decoded;
}

/** The call, or the answer that refuses it. */
export function readCall(api: ApiDescription, request: HttpRequest): Call | Answer {
  const contentType = request.headers.get("content-type");
  if (contentType === undefined) return plain(400, "Expecting 'Content-Type' to be present");
  if (contentType === "application/x-protobuf") {
    return plain(415, "This simulation speaks application/json only, not application/x-protobuf");
  }
  if (contentType !== "application/json") {
    return plain(415, "Expecting 'Content-Type' of application/json or application/x-protobuf");
  }
  const parsed = readJson(request.body);
  if ("message" in parsed) return plain(400, `Failed to parse body into JSON: ${parsed.message}`);
  const outcome = decode(api.message, parsed.value);
  if (outcome.kind === "refused") {
    return plain(400, `Failed to convert JSON into Call protobuf: ${outcome.message}`);
  }
  return withType(api, outcome.value);
}

function withType(api: ApiDescription, value: Decoded): Call | Answer {
  const { type } = value;
  const invalid = (what: string) =>
    plain(400, `Failed to validate ${api.name}: Expecting '${what}' to be present`);
  if (typeof type !== "string") return invalid("type");
  if (type === "UNKNOWN") return plain(501);
  const part = type.toLowerCase();
  if (api.needsPart.has(type) && value[part] === undefined) return invalid(part);
  return { type, value };
}

/** Null when JSON is wanted, or nothing was asked; the refusal otherwise. */
export function notAcceptable(request: HttpRequest): Answer | null {
  const accept = request.headers.get("accept");
  if (accept === undefined) return null;
  const wanted = accept.split(",").map((part) => part.split(";")[0]?.trim() ?? "");
  if (wanted.some((type) => ["application/json", "application/*", "*/*"].includes(type))) return null;
  if (wanted.includes("application/x-protobuf")) {
    return plain(406, "This simulation answers in application/json only, not in application/x-protobuf");
  }
  return plain(406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'");
}

/** `{value: "id"}`. */
export function idOf(part: unknown): string {
  const { value } = (part ?? {}) as { value?: unknown };
  return typeof value === "string" ? value : "";
}
