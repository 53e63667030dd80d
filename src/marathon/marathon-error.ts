/**
 * The one error of everything that asks Marathon: what was tried, where, what is wrong by which field, and whether it may
 * have happened all the same. It is made from answers here and nowhere else, and never holds credentials.
 */
import { isObject, type Json } from "../value/json.js";

export type MarathonErrorKind =
  /** No node took the connection: nothing was sent. */
  | "unreachable"
  /** Nodes answer, and none knows a leader: nothing was done. */
  | "no-leader"
  /** Sent, and no answer in time. */
  | "timeout"
  /** Sent, and the connection broke before the answer. */
  | "connection-lost"
  | "unauthorised"
  | "forbidden"
  | "too-many-deployments"
  | "not-found"
  /** Another deployment holds one of the apps. */
  | "locked"
  | "exists"
  | "invalid"
  | "unavailable"
  | "server-error"
  /** An answer that is none of Marathon, or not of the shape that it should have. */
  | "unexpected-answer";

/** What Marathon says of one field. */
export interface FieldProblem {
  /** `container.docker.image`, `constraints[0]`; empty for the whole object. */
  readonly path: string;
  readonly messages: readonly string[];
}

export interface MarathonErrorDetails {
  /** `PUT /v2/apps/shop/web`. */
  readonly request: string;
  /** The node asked last, as `http://host:port`; null when there was none. */
  readonly node: string | null;
  readonly status?: number;
  readonly reason: string;
  readonly problems?: readonly FieldProblem[];
  /** Ids of the deployments that are in the way. */
  readonly deployments?: readonly string[];
  /** Whether the request may have been carried out although there is this error. */
  readonly mayHaveHappened?: boolean;
}

export class MarathonError extends Error {
  readonly request: string;
  readonly node: string | null;
  /** Null when there was no answer. */
  readonly status: number | null;
  readonly reason: string;
  readonly problems: readonly FieldProblem[];
  readonly deployments: readonly string[];
  readonly mayHaveHappened: boolean;

  constructor(
    readonly kind: MarathonErrorKind,
    details: MarathonErrorDetails,
  ) {
    super(describe(details));
    this.name = "MarathonError";
    this.request = details.request;
    this.node = details.node;
    this.status = details.status ?? null;
    this.reason = details.reason;
    this.problems = details.problems ?? [];
    this.deployments = details.deployments ?? [];
    this.mayHaveHappened = details.mayHaveHappened ?? false;
  }
}

/** Whether `error` is a MarathonError of one of the kinds. */
export function isMarathonError(
  error: unknown,
  ...kinds: readonly MarathonErrorKind[]
): error is MarathonError {
  return error instanceof MarathonError && (kinds.length === 0 || kinds.includes(error.kind));
}

function describe({ request, node, status, reason, problems = [] }: MarathonErrorDetails): string {
  const where = node === null ? "" : ` on ${node}`;
  const code = status === undefined ? "" : ` (${status})`;
  const fields = problems.map(
    ({ path, messages }) => `${path === "" ? "the whole" : path}: ${messages.join(", ")}`,
  );
  const said = fields.length === 0 ? "" : `: ${fields.join("; ")}`;
  return `${request}${where}: ${reason}${code}${said}`;
}

/** Longest text of a foreign answer that is repeated in a message. */
const LONGEST_TEXT = 200;

/** An answer whose status is an error, as facts section 1.2 lists them. `body` as it was received. */
export function errorOfAnswer(request: string, node: string, status: number, body: string): MarathonError {
  const json = parsed(body);
  const message = isObject(json) && typeof json["message"] === "string" ? json["message"] : plainText(body);
  const details = isObject(json) ? json["details"] : undefined;
  const reason = message === "" ? `status ${status}` : message;
  const known = { request, node, status };
  const kind = kindOf(status, json, reason);
  return new MarathonError(kind, {
    ...known,
    reason: typeof details === "string" && details !== "" ? `${reason} (${details})` : reason,
    problems: problemsOf(details),
    deployments: deploymentsOf(json),
    mayHaveHappened: mayHaveHappened(kind),
  });
}

function kindOf(status: number, json: Json, reason: string): MarathonErrorKind {
  switch (status) {
    case 400:
    case 422:
      return "invalid";
    case 401:
      return "unauthorised";
    case 403:
      return /running deployments/i.test(reason) ? "too-many-deployments" : "forbidden";
    case 404:
      return "not-found";
    case 409:
      return isObject(json) && Array.isArray(json["deployments"]) ? "locked" : "exists";
    case 502:
      return isWithoutLeader(reason) ? "no-leader" : "unavailable";
    case 503:
    case 504:
      return "unavailable";
    default:
      return status >= 500 ? "server-error" : "unexpected-answer";
  }
}

/**
 * A standby's own 502: no leader could be determined, the leader refused the connection, or the proxies form a loop.
 * In all three the request never reached a leader. A 502 of anything in between says nothing of the kind.
 */
function isWithoutLeader(reason: string): boolean {
  return /leader|proxying loop/i.test(reason);
}

/** 5xx answers can come after the work was done: a repository that times out, a proxy that gave up waiting. */
function mayHaveHappened(kind: MarathonErrorKind): boolean {
  return kind === "unavailable" || kind === "server-error" || kind === "unexpected-answer";
}

function parsed(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return null;
  }
}

/** HTML pages of proxies and of the authentication become one line of text. */
function plainText(body: string): string {
  const text = body
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
}

function problemsOf(details: Json | undefined): FieldProblem[] {
  if (!Array.isArray(details)) return [];
  return (details as readonly Json[]).flatMap((entry) => {
    if (!isObject(entry) || typeof entry["path"] !== "string") return [];
    const errors = entry["errors"];
    const messages = Array.isArray(errors)
      ? errors.filter((text): text is string => typeof text === "string")
      : [];
    return [{ path: fieldPath(entry["path"]), messages }];
  });
}

/** `/constraints(0)/value` of Marathon as `constraints[0].value`; `/`, the whole object, as nothing. */
export function fieldPath(path: string): string {
  return path
    .replace(/^\//, "")
    .replaceAll(/\/?\((\d+)\)/g, "[$1]")
    .replaceAll("/", ".");
}

function deploymentsOf(json: Json): string[] {
  const deployments = isObject(json) ? json["deployments"] : undefined;
  if (!Array.isArray(deployments)) return [];
  return (deployments as readonly Json[]).flatMap((entry) =>
    isObject(entry) && typeof entry["id"] === "string" ? [entry["id"]] : [],
  );
}
