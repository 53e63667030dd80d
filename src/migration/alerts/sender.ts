/**
 * Sends alerts of a migration to the webhooks that it names. A receiver that does not answer is told of in the log and never holds the
 * migration up; the URLs are secrets and stand in no message.
 */
import type { AlertTargets } from "../model/spec.js";
import { type Alert, AlertNews, alertBody, type Receiver } from "./message.js";

export interface AlertOptions {
  readonly targets: AlertTargets | undefined;
  /** The content of `env:NAME` or `file:PATH`; rejects with DiagnosticError. */
  readonly secret: (reference: string) => Promise<Buffer>;
  /** One line for people and logs. */
  readonly log: (text: string) => void;
}

const TRIES = 3;
const ANSWER_MS = 5_000;
const PAUSE_MS = 1_000;

export class AlertSender {
  private readonly news = new AlertNews();
  private readonly sending = new Set<Promise<void>>();

  constructor(private readonly options: AlertOptions) {}

  /** Returns at once. */
  tell(alert: Alert): void {
    if (!this.news.isNews(alert)) return;
    for (const [receiver, reference] of this.receivers()) {
      const sent = this.send(receiver, reference, alert).finally(() => this.sending.delete(sent));
      this.sending.add(sent);
    }
  }

  /** What is under way has been sent, or given up. Never rejects. */
  async settled(): Promise<void> {
    await Promise.all(this.sending);
  }

  private receivers(): readonly (readonly [Receiver, string])[] {
    const { slackWebhook, webhook } = this.options.targets ?? {};
    return [
      ...(slackWebhook === undefined || slackWebhook === null ? [] : [["slack", slackWebhook] as const]),
      ...(webhook === undefined || webhook === null ? [] : [["webhook", webhook] as const]),
    ];
  }

  private async send(receiver: Receiver, reference: string, alert: Alert): Promise<void> {
    let reason = "";
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      try {
        const url = (await this.options.secret(reference)).toString("utf8").trim();
        const status = await post(url, JSON.stringify(alertBody(receiver, alert)));
        if (status >= 200 && status < 300) return;
        reason = `it answered ${status}`;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
    }
    this.options.log(`an alert could not be sent to the ${receiver} of ${reference}: ${reason}`);
  }
}

async function post(url: string, body: string): Promise<number> {
  const { request } = await import("undici");
  const signal = AbortSignal.timeout(ANSWER_MS);
  const answer = await request(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    signal,
  });
  await answer.body.dump();
  return answer.statusCode;
}
