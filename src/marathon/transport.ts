/**
 * Calls to whatever node of a Marathon answers: the leader first once it is known, others when a node is gone. A call is
 * tried again only where it cannot have been carried out, or where carrying it out twice is the same as once.
 */

import {
  type Answer,
  type Call,
  Exchange,
  nameOf,
  type Outcome,
  type StreamAnswer,
} from "../http/exchange.js";
import type { Json } from "../value/json.js";
import { type Clock, DEFAULT_RETRY_MS, type MarathonConnection, REAL_CLOCK } from "./connection.js";
import { errorOfAnswer, MarathonError } from "./marathon-error.js";

/** Milliseconds between two rounds over all nodes while none leads. */
const ROUND_PAUSE_MS = 500;

/** An answer that is no error, and the node that gave it. */
export interface Reply extends Answer {
  readonly node: string;
}

export interface LeaderSeen {
  /** As the leader names itself, `http(s)://host:port`. */
  readonly url: string;
  /** Whether the node asked was a standby that forwarded the call. */
  readonly proxied: boolean;
}

export class Transport {
  private readonly exchange: Exchange;
  private readonly nodes: readonly string[];
  private preferred = 0;
  private seen: LeaderSeen | null = null;

  constructor(
    private readonly connection: MarathonConnection,
    private readonly clock: Clock = REAL_CLOCK,
  ) {
    this.nodes = connection.urls.map((url) => url.replace(/\/+$/, ""));
    if (this.nodes.length === 0) throw new Error("a connection to Marathon needs a URL");
    this.exchange = new Exchange(connection);
  }

  /** Who led when the last call was answered; null before any was. */
  get leader(): LeaderSeen | null {
    return this.seen;
  }

  /**
   * The answer to a call. Rejects with MarathonError, or with the reason of `signal`. Only GET is taken as safe to repeat:
   * every write of Marathon makes a deployment, so that a second one is never the same as one.
   */
  async send(call: Call, signal: AbortSignal): Promise<Reply> {
    const deadline = this.clock.now() + (this.connection.retryMs ?? DEFAULT_RETRY_MS);
    for (;;) {
      const result = await this.round(call, signal);
      if (!(result instanceof MarathonError)) return result;
      const waits = result.kind === "no-leader" || (result.kind === "unavailable" && call.method === "GET");
      if (!waits || this.clock.now() >= deadline) throw result;
      await this.clock.delay(ROUND_PAUSE_MS, signal);
    }
  }

  /** The body of an answer as JSON. */
  async json(call: Call, signal: AbortSignal): Promise<{ readonly value: Json; readonly reply: Reply }> {
    const reply = await this.send(call, signal);
    try {
      return { value: JSON.parse(reply.body) as Json, reply };
    } catch {
      throw new MarathonError("unexpected-answer", {
        request: nameOf(call),
        node: reply.node,
        status: reply.status,
        reason: "the answer is no JSON: is this a Marathon?",
        mayHaveHappened: call.method !== "GET",
      });
    }
  }

  /** A stream from the node that gives it; follows one redirect of a standby to the leader. */
  async open(call: Call, signal: AbortSignal): Promise<StreamAnswer> {
    let last: MarathonError | null = null;
    for (const node of this.inOrder()) {
      const result = await this.openAt(node, call, signal);
      if (!(result instanceof MarathonError)) {
        this.preferred = Math.max(this.nodes.indexOf(node), 0);
        return result;
      }
      last = result;
    }
    throw last ?? new MarathonError("unreachable", { request: nameOf(call), node: null, reason: "no node" });
  }

  async close(): Promise<void> {
    await this.exchange.close();
  }

  /** Asks each node until one answers. */
  private async round(call: Call, signal: AbortSignal): Promise<Reply | MarathonError> {
    const failures: MarathonError[] = [];
    for (const node of this.inOrder()) {
      const result = this.judge(node, call, await this.exchange.send(node, call, signal));
      if (!(result instanceof MarathonError)) return result;
      failures.push(result);
      if (!goesOn(result, call)) return result;
    }
    return worst(failures);
  }

  private judge(node: string, call: Call, outcome: Outcome): Reply | MarathonError {
    if (outcome.kind !== "answer") return failureOf(node, call, outcome);
    const { answer } = outcome;
    this.note(node, answer);
    if (answer.status >= 200 && answer.status < 300) return { ...answer, node };
    return errorOfAnswer(nameOf(call), node, answer.status, answer.body);
  }

  /** From now on ask the leader itself, where its own name for itself is one of our URLs. */
  private note(node: string, { headers }: Answer): void {
    const leader = headers["x-marathon-leader"];
    if (leader === undefined) return;
    this.seen = { url: leader, proxied: headers["x-marathon-via"] !== undefined };
    const at = this.nodes.findIndex((url) => sameOrigin(url, leader));
    this.preferred = at >= 0 ? at : Math.max(this.nodes.indexOf(node), 0);
  }

  private async openAt(node: string, call: Call, signal: AbortSignal): Promise<StreamAnswer | MarathonError> {
    const first = await this.exchange.open(node, call, signal);
    if ("kind" in first)
      return first.kind === "answer" ? unexpected(node, call) : failureOf(node, call, first);
    const location = first.headers["location"];
    if (first.status < 300 || first.status >= 400 || location === undefined) {
      return this.checked(node, call, first);
    }
    first.cancel();
    const target = new URL(location, node);
    // Credentials must not leave an encrypted connection because an answer says so.
    if (node.startsWith("https:") && target.protocol !== "https:") return unexpected(node, call);
    const path = `${target.pathname}${target.search}`;
    const second = await this.exchange.open(target.origin, { ...call, path }, signal);
    if ("kind" in second) {
      return second.kind === "answer" ? unexpected(node, call) : failureOf(target.origin, call, second);
    }
    return this.checked(target.origin, call, second);
  }

  private async checked(
    node: string,
    call: Call,
    answer: StreamAnswer,
  ): Promise<StreamAnswer | MarathonError> {
    if (answer.status === 200) return answer;
    return errorOfAnswer(nameOf(call), node, answer.status, await answer.body.text().catch(() => ""));
  }

  private inOrder(): string[] {
    return [...this.nodes.slice(this.preferred), ...this.nodes.slice(0, this.preferred)];
  }
}

/** Whether another node may be asked after this failure. */
function goesOn(failure: MarathonError, call: Call): boolean {
  if (failure.kind === "unreachable" || failure.kind === "no-leader") return true;
  const broke =
    failure.kind === "timeout" || failure.kind === "connection-lost" || failure.kind === "unavailable";
  return broke && call.method === "GET";
}

/** What says most: a node that answers knows more than one that does not. */
function worst(failures: readonly MarathonError[]): MarathonError {
  const answered = failures.find((failure) => failure.kind !== "unreachable");
  const [first] = failures;
  if (answered !== undefined || failures.length === 1 || first === undefined) {
    return (
      answered ?? first ?? new MarathonError("unreachable", { request: "", node: null, reason: "no node" })
    );
  }
  return new MarathonError("unreachable", {
    request: first.request,
    node: null,
    reason: failures.map(({ node, reason }) => `${node ?? ""}: ${reason}`).join("; "),
  });
}

function failureOf(node: string, call: Call, outcome: Exclude<Outcome, { kind: "answer" }>): MarathonError {
  const { reason } = outcome;
  const known = { request: nameOf(call), node, reason };
  if (outcome.kind === "not-sent") return new MarathonError("unreachable", known);
  const kind = outcome.timedOut ? "timeout" : "connection-lost";
  return new MarathonError(kind, { ...known, mayHaveHappened: call.method !== "GET" });
}

function unexpected(node: string, call: Call): MarathonError {
  const reason = "the answer leads to a place that is not trusted";
  return new MarathonError("unexpected-answer", { request: nameOf(call), node, reason });
}

function sameOrigin(one: string, other: string): boolean {
  try {
    return new URL(one).origin === new URL(other).origin;
  } catch {
    return false;
  }
}
