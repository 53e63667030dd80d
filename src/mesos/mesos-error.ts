/**
 * The one error of everything that asks Mesos: which call, at which master, what is wrong, and whether it may have happened all
 * the same. It is made from answers here and nowhere else, and never holds credentials.
 */
export type MesosErrorKind =
  /** No master took the connection: nothing was sent. */
  | "unreachable"
  /** Nobody leads, or who leads has not recovered: nothing was done. */
  | "no-leader"
  /** Sent, and no answer in time. */
  | "timeout"
  /** Sent, and the connection broke before the answer. */
  | "connection-lost"
  | "unauthorised"
  | "forbidden"
  | "not-found"
  /** Resources are not there to be taken, or the agent went away meanwhile. */
  | "conflict"
  | "invalid"
  /** A call that this version does not have. */
  | "unsupported"
  | "unavailable"
  | "server-error"
  /** An answer that is none of Mesos, or not of the shape that it should have. */
  | "unexpected-answer";

export interface MesosErrorDetails {
  /** `UPDATE_WEIGHTS`. */
  readonly call: string;
  /** `host:port` of the master asked last; null when there was none. */
  readonly master: string | null;
  readonly status?: number;
  readonly reason: string;
  /** Whether the call may have been carried out although there is this error. */
  readonly mayHaveHappened?: boolean;
}

export class MesosError extends Error {
  readonly call: string;
  readonly master: string | null;
  /** Null when there was no answer. */
  readonly status: number | null;
  readonly reason: string;
  readonly mayHaveHappened: boolean;

  constructor(
    readonly kind: MesosErrorKind,
    details: MesosErrorDetails,
  ) {
    const { call, master, reason } = details;
    super(`${call}${master === null ? "" : ` at ${master}`}: ${reason}`);
    this.name = "MesosError";
    this.call = call;
    this.master = master;
    this.status = details.status ?? null;
    this.reason = reason;
    this.mayHaveHappened = details.mayHaveHappened ?? false;
  }
}

/** Whether `error` is a MesosError, of one of the kinds where some are given. */
export function isMesosError(error: unknown, ...kinds: readonly MesosErrorKind[]): error is MesosError {
  return error instanceof MesosError && (kinds.length === 0 || kinds.includes(error.kind));
}

const LONGEST_TEXT = 600;
/** What masters say in a 503; nothing was done then. Recorded. */
const WITHOUT_LEADER = /no leader elected|not finished recovery/i;

/** Of an answer that is neither 2xx nor a redirect. Mesos says what is wrong in plain text. */
export function errorOfAnswer(
  call: string,
  master: string,
  answer: { readonly status: number; readonly body: string },
): MesosError {
  const { status } = answer;
  const text = plainText(answer.body);
  const kind = kindOf(status, text);
  return new MesosError(kind, {
    call,
    master,
    status,
    reason: text === "" ? `status ${status}` : text,
    mayHaveHappened: kind === "unavailable" || kind === "server-error" || kind === "unexpected-answer",
  });
}

function kindOf(status: number, text: string): MesosErrorKind {
  switch (status) {
    case 400:
      // What a call that a version does not know is answered with, as it drops unknown names of the enumeration.
      return /Expecting 'type' to be present/.test(text) ? "unsupported" : "invalid";
    case 401:
      return "unauthorised";
    case 403:
      return "forbidden";
    case 404:
      return "not-found";
    case 409:
      return "conflict";
    case 501:
      return "unsupported";
    case 503:
      return WITHOUT_LEADER.test(text) ? "no-leader" : "unavailable";
    default:
      return status >= 500 ? "server-error" : "unexpected-answer";
  }
}

/** HTML pages of proxies become one line of text. */
function plainText(body: string): string {
  const text = body
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
}
