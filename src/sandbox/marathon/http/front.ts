/**
 * What stands before every path: credentials, the limit of requests at once, and the leader: whoever leads answers, others pass the
 * request on to it (facts 1.1). It knows no resource.
 */
import { timingSafeEqual } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Refusal } from "../definition/refusal.js";
import { type Answer, empty, type HttpRequest, html, plainText, refused } from "./message.js";
import type { LeaderProxy } from "./proxy.js";

export interface FrontOptions {
  /** `user:password`; null = everybody. */
  readonly credentials: string | null;
  readonly realm: string;
  readonly allowOrigin: string | null;
  readonly maxConcurrent: number | null;
  /** `host:port` of this process. */
  readonly self: string;
  readonly leader: () => string | null;
  /** Whether this process leads and has read its state; it then answers by itself. */
  readonly answer: () => ((request: HttpRequest) => Promise<Answer>) | null;
  readonly proxy: LeaderProxy;
}

/** How often, and how long between, a request waits for a leader. */
const TRIES = 10;
const WAIT_MS = 250;

export class Front {
  private open = 0;

  constructor(private readonly options: FrontOptions) {}

  async handle(request: HttpRequest): Promise<Answer> {
    const { maxConcurrent, allowOrigin } = this.options;
    if (maxConcurrent !== null && this.open >= maxConcurrent)
      return plainText(503, `Too many concurrent requests! Allowed: ${maxConcurrent}.`);
    this.open += 1;
    try {
      const answer = await this.checked(request);
      if (allowOrigin === null) return answer;
      return { ...answer, headers: { ...answer.headers, "Access-Control-Allow-Origin": allowOrigin } };
    } finally {
      this.open -= 1;
    }
  }

  private async checked(request: HttpRequest): Promise<Answer> {
    if (!this.isKnown(request)) {
      const page =
        "<html><head><title>Error 401 Unauthorized</title></head><body><h2>HTTP ERROR 401</h2></body></html>";
      return html(401, page, { "WWW-Authenticate": `Basic realm="${this.options.realm}"` });
    }
    for (let tried = 0; tried < TRIES; tried += 1) {
      const own = this.options.answer();
      if (own !== null) return this.answered(own, request);
      const leader = this.options.leader();
      if (leader !== null && leader !== this.options.self) return this.passOn(request, leader);
      await delay(WAIT_MS);
    }
    return plainText(502, "Could not determine the current leader");
  }

  private async answered(
    own: (request: HttpRequest) => Promise<Answer>,
    request: HttpRequest,
  ): Promise<Answer> {
    const answer = await own(request).catch((error: unknown) => {
      if (error instanceof Refusal) return refused(error);
      throw error;
    });
    return { ...answer, headers: { ...answer.headers, "X-Marathon-Leader": `http://${this.options.self}` } };
  }

  private passOn(request: HttpRequest, leader: string): Promise<Answer> | Answer {
    // A stream is not passed on: the client goes to the leader itself.
    if (request.path === "/v2/events") return empty(302, { Location: `http://${leader}${request.target}` });
    return this.options.proxy.pass(request, leader);
  }

  private isKnown(request: HttpRequest): boolean {
    const { credentials } = this.options;
    if (credentials === null) return true;
    const [scheme = "", given = ""] = (request.headers.get("authorization") ?? "").split(" ");
    if (scheme.toLowerCase() !== "basic") return false;
    const [a, b] = [Buffer.from(given, "base64"), Buffer.from(credentials)];
    return a.length === b.length && timingSafeEqual(a, b);
  }
}
