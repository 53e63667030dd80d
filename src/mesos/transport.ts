/**
 * Calls of the v1 operator API to the master that leads, whoever is asked first. A call is tried again only where it cannot
 * have been carried out, or where twice is the same as once. It knows the envelope and nothing of what calls mean.
 */
import { type Clock, REAL_CLOCK } from "../http/connection.js";
import { type Answer, type Call, Exchange, type Outcome, type StreamAnswer } from "../http/exchange.js";
import type { Json, JsonObject } from "../value/json.js";
import { DEFAULT_RETRY_MS, type MesosConnection } from "./connection.js";
import { type Detect, detectLeader } from "./detect.js";
import { errorOfAnswer, MesosError } from "./mesos-error.js";

/** Milliseconds between two rounds over all masters while none leads. */
const ROUND_PAUSE_MS = 500;
/** A standby names the leader; that one may just have lost to another. More is a loop. */
const MOST_REDIRECTS = 3;
const API = "/api/v1";

export interface ApiCall {
  /** `GET_AGENTS`. */
  readonly type: string;
  /** What stands beside the type under its lower-case name. */
  readonly part?: JsonObject;
  readonly reads: boolean;
  /** Twice is the same as once, so that it is sent again when its answer is lost. All that only reads is. */
  readonly repeatable: boolean;
}

/** An answer that is no error, and `host:port` of the master that gave it. */
export interface Reply extends Answer {
  readonly master: string;
}

/** An answer that is read as it comes. */
export interface StreamReply {
  readonly stream: StreamAnswer;
  readonly master: string;
}

/** One request to one master: what is wanted, or an answer that is something else. */
type Ask<T> = (master: string, path: string) => Promise<Outcome | { readonly kind: "good"; readonly got: T }>;

export class Transport {
  private readonly exchange: Exchange;
  private readonly retryMs: number;
  private leading: string | null = null;

  constructor(
    private readonly connection: MesosConnection,
    private readonly clock: Clock = REAL_CLOCK,
    private readonly detect: Detect = detectLeader,
  ) {
    const { masters } = connection;
    if ("addresses" in masters && masters.addresses.length === 0) {
      throw new Error("a connection to Mesos needs the address of a master");
    }
    this.exchange = new Exchange(connection);
    this.retryMs = connection.retryMs ?? DEFAULT_RETRY_MS;
  }

  /** `host:port` of the master that answered last; null before any did. */
  get leader(): string | null {
    return this.leading;
  }

  /** Rejects with MesosError, or with the reason of `signal`. */
  async send(call: ApiCall, signal: AbortSignal): Promise<Reply> {
    const found = await this.leaderAnswer<Answer>(call, signal, async (master, path) => {
      const outcome = await this.exchange.send(this.node(master), post(path, call), signal);
      const good = outcome.kind === "answer" && isGood(outcome.answer);
      return good ? { kind: "good", got: outcome.answer } : outcome;
    });
    return { ...found.got, master: found.master };
  }

  /** The same, but that the answer is read as it comes; whoever reads it must cancel it. */
  async open(call: ApiCall, signal: AbortSignal): Promise<StreamReply> {
    const found = await this.leaderAnswer<StreamAnswer>(call, signal, async (master, path) => {
      const opened = await this.exchange.open(this.node(master), post(path, call), signal);
      if ("kind" in opened) return opened;
      if (isGood(opened)) return { kind: "good", got: opened };
      const { status, headers } = opened;
      const body = await opened.body.text().catch(() => "");
      return { kind: "answer", answer: { status, headers, body } };
    });
    return { stream: found.got, master: found.master };
  }

  /** The body of an answer as JSON. */
  async json(call: ApiCall, signal: AbortSignal): Promise<{ readonly value: Json; readonly reply: Reply }> {
    const reply = await this.send(call, signal);
    try {
      return { value: JSON.parse(reply.body) as Json, reply };
    } catch {
      throw new MesosError("unexpected-answer", {
        call: call.type,
        master: reply.master,
        status: reply.status,
        reason: "the answer is no JSON: is this a master of Mesos?",
        mayHaveHappened: !call.reads,
      });
    }
  }

  /** Gets `path` of this one master, leader or not; what is sent back is for the caller to judge. */
  ask(master: string, path: string, signal: AbortSignal): Promise<Outcome> {
    return this.exchange.send(this.node(master), { method: "GET", path }, signal);
  }

  /** The same; an answer that is no error. Rejects with MesosError, or with the reason of `signal`. */
  async get(master: string, path: string, signal: AbortSignal): Promise<Answer> {
    const call: ApiCall = { type: `GET ${path}`, reads: true, repeatable: true };
    const outcome = await this.ask(master, path, signal);
    if (outcome.kind !== "answer") throw failureOf(master, call, outcome, "");
    const { answer } = outcome;
    if (isGood(answer)) return answer;
    throw errorOfAnswer(call.type, master, answer);
  }

  /** `host:port` of the leader by this one master, which may be wrong; null when it knows nobody. */
  async leaderBy(master: string, signal: AbortSignal): Promise<string | null> {
    const call: ApiCall = { type: "GET /redirect", reads: true, repeatable: true };
    const outcome = await this.ask(master, "/redirect", signal);
    if (outcome.kind !== "answer") throw failureOf(master, call, outcome, "");
    const { answer } = outcome;
    if (answer.status === 503) return null;
    if (answer.status !== 307) throw errorOfAnswer(call.type, master, answer);
    return this.target(master, answer)?.master ?? null;
  }

  async close(): Promise<void> {
    await this.exchange.close();
  }

  private async leaderAnswer<T>(
    call: ApiCall,
    signal: AbortSignal,
    ask: Ask<T>,
  ): Promise<{ readonly got: T; readonly master: string }> {
    const deadline = this.clock.now() + this.retryMs;
    for (;;) {
      const result = await this.round(call, signal, ask);
      if (!(result instanceof MesosError)) return result;
      this.leading = null;
      const lost = result.kind === "unavailable" || result.kind === "connection-lost";
      const waits = result.kind === "no-leader" || (lost && call.repeatable);
      if (!waits || this.clock.now() >= deadline) throw result;
      await this.clock.delay(ROUND_PAUSE_MS, signal);
    }
  }

  /** Asks each master until one leads. */
  private async round<T>(
    call: ApiCall,
    signal: AbortSignal,
    ask: Ask<T>,
  ): Promise<{ readonly got: T; readonly master: string } | MesosError> {
    const found = await this.candidates(call, signal);
    if (found instanceof MesosError) return found;
    const failures: MesosError[] = [];
    for (const master of found) {
      const result = await this.follow(master, call, ask);
      if (!(result instanceof MesosError)) {
        this.leading = result.master;
        return result;
      }
      failures.push(result);
      if (!goesOn(result, call)) return result;
    }
    return worst(call, failures);
  }

  /** Who to ask, the last leader first. */
  private async candidates(call: ApiCall, signal: AbortSignal): Promise<readonly string[] | MesosError> {
    const { masters } = this.connection;
    if ("addresses" in masters) {
      return [...new Set([...(this.leading === null ? [] : [this.leading]), ...masters.addresses])];
    }
    if (this.leading !== null) return [this.leading];
    const found = await this.detect(masters.zookeeper, signal);
    if (found.kind === "leader") return [found.address];
    const kind = found.kind === "nobody" ? "no-leader" : "unreachable";
    return new MesosError(kind, { call: call.type, master: null, reason: found.reason });
  }

  private async follow<T>(
    first: string,
    call: ApiCall,
    ask: Ask<T>,
  ): Promise<{ readonly got: T; readonly master: string } | MesosError> {
    // Who says that the master asked leads; empty when it was only declared.
    let [master, path, from] = [first, API, "zookeeper" in this.connection.masters ? "ZooKeeper" : ""];
    for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
      const outcome = await ask(master, path);
      if (outcome.kind === "good") return { got: outcome.got, master };
      if (outcome.kind !== "answer") return failureOf(master, call, outcome, from);
      const { answer } = outcome;
      if (answer.status !== 307) return errorOfAnswer(call.type, master, answer);
      const target = this.target(master, answer);
      if (target === null) return untrusted(master, call, answer);
      [from, master, path] = [master, target.master, target.path];
    }
    const reason = "masters send each other on in a circle: their election is under way";
    return new MesosError("no-leader", { call: call.type, master, reason });
  }

  private node(master: string): string {
    return `${this.connection.scheme}://${master}`;
  }

  /** `//host:port/master/api/v1`: Mesos leaves the scheme out. One that changes it would take credentials elsewhere. */
  private target(master: string, { headers }: Answer): { master: string; path: string } | null {
    const { scheme } = this.connection;
    const location = headers["location"];
    if (location === undefined || !URL.canParse(location, `${scheme}://${master}`)) return null;
    const url = new URL(location, `${scheme}://${master}`);
    if (url.protocol !== `${scheme}:` || url.username !== "") return null;
    const port = url.port === "" ? (scheme === "https" ? "443" : "80") : url.port;
    return { master: `${url.hostname}:${port}`, path: url.pathname.endsWith(API) ? url.pathname : API };
  }
}

function post(path: string, { type, part }: ApiCall): Call {
  const body = { type, ...(part === undefined ? {} : { [type.toLowerCase()]: part }) };
  return { method: "POST", path, body };
}

function isGood({ status }: { readonly status: number }): boolean {
  return status >= 200 && status < 300;
}

/** Whether another master may be asked after this failure. */
function goesOn(failure: MesosError, call: ApiCall): boolean {
  if (failure.kind === "unreachable" || failure.kind === "no-leader") return true;
  const broke = ["timeout", "connection-lost", "unavailable"].includes(failure.kind);
  return broke && call.repeatable;
}

/** What says most: a master that answers knows more than one that does not. */
function worst(call: ApiCall, failures: readonly MesosError[]): MesosError {
  const [first] = failures;
  const answered = failures.find(({ kind }) => kind !== "unreachable");
  if (answered !== undefined) return answered;
  if (first !== undefined && failures.length === 1) return first;
  const reason = failures.map((failure) => `${failure.master}: ${failure.reason}`).join("; ");
  return new MesosError("unreachable", { call: call.type, master: null, reason });
}

function failureOf(
  master: string,
  call: ApiCall,
  outcome: Exclude<Outcome, { kind: "answer" }>,
  from: string,
): MesosError {
  const { reason } = outcome;
  const known = { call: call.type, master };
  if (outcome.kind === "not-sent") {
    // A dead leader stays in ZooKeeper for its session's 10 s, and standbys send there until then.
    if (from !== "")
      return new MesosError("no-leader", { ...known, reason: `${from} names it as leader, and: ${reason}` });
    return new MesosError("unreachable", { ...known, reason });
  }
  const kind = outcome.timedOut ? "timeout" : "connection-lost";
  return new MesosError(kind, { ...known, reason, mayHaveHappened: !call.reads });
}

function untrusted(master: string, call: ApiCall, { headers }: Answer): MesosError {
  const reason = `it sends to ${headers["location"] ?? "nowhere"}, which is no master under the same scheme`;
  return new MesosError("unexpected-answer", { call: call.type, master, reason, status: 307 });
}
