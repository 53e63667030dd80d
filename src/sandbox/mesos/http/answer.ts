/** Requests and answers as data, with the texts that libprocess gives to its errors. No socket. */
import { type Wire, wireBytes, wireText } from "../model/wire.js";

export interface HttpRequest {
  readonly method: string;
  /** Without the query, percent-decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Who asked, once that was checked; null = nobody in particular. */
  readonly principal: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | readonly Buffer[];
  /** Given the connection after the headers: the body then has no end of its own. */
  readonly stream?: (stream: BodyStream) => void;
}

/** An answer's body that goes on; each record is one chunk. */
export interface BodyStream {
  write(record: readonly Buffer[]): void;
  end(): void;
  /** Called once, when either side has ended it. */
  onClose(callback: () => void): void;
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  202: "Accepted",
  307: "Temporary Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  409: "Conflict",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
};

/** Plain text without a newline at its end; the status line's words when no text is given. */
export function plain(
  status: number,
  text = `${status} ${REASONS[status] ?? ""}.`,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { ...headers, "Content-Type": "text/plain; charset=utf-8" }, body: text };
}

/** No body, and no Content-Type either. */
export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: "" };
}

/** 200 with JSON; with `?jsonp=f` the call of that function, as all legacy endpoints do. */
export function json(value: Wire, request?: HttpRequest): Answer {
  const callback = request?.query.get("jsonp") ?? null;
  if (callback === null) {
    return { status: 200, headers: { "Content-Type": "application/json" }, body: wireBytes(value) };
  }
  const text = wireText(value);
  return { status: 200, headers: { "Content-Type": "text/javascript" }, body: `${callback}(${text});` };
}

export function methodNotAllowed(expected: readonly string[], method: string): Answer {
  const list = expected.map((name) => `'${name}'`).join(", ");
  const text = `405 Method Not Allowed. Expecting one of { ${list} }, but received '${method}'.`;
  return plain(405, text, { Allow: expected.join(", ") });
}

export function unauthorized(realm: string): Answer {
  return plain(401, undefined, { "WWW-Authenticate": `Basic realm="${realm}"` });
}

/** One record of a RecordIO stream: decimal length of the bytes, a newline, the bytes. */
export function recordIo(value: Wire): readonly Buffer[] {
  const pieces = wireBytes(value);
  const length = Buffer.from(`${lengthOf(pieces)}\n`);
  const [first] = pieces;
  // A short record goes out in one piece, which is one chunk.
  return pieces.length === 1 && first !== undefined ? [Buffer.concat([length, first])] : [length, ...pieces];
}

export function lengthOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
