/** Alerts reach those who are named, once, and a receiver that fails holds nobody up and gives no URL away. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AlertSender } from "../../../src/migration/alerts/sender.js";

const alerts = suite("alerts of a migration");

interface Receiver {
  readonly url: string;
  readonly bodies: unknown[];
  close(): void;
}

async function receiver(statuses: readonly number[]): Promise<Receiver> {
  const bodies: unknown[] = [];
  let asked = 0;
  const server: Server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    request.on("end", () => {
      const status = statuses[Math.min(asked++, statuses.length - 1)] ?? 200;
      if (status < 300) bodies.push(JSON.parse(text));
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/T0/secret-part`;
  return { url, bodies, close: () => void server.close() };
}

const ALERT = {
  migration: "move",
  id: "move-1",
  atMs: Date.UTC(2026, 0, 1),
  text: "A gate of stage 2 broke",
};

alerts(
  "each receiver gets its form, the same text not again, and a first failure is tried again",
  async () => {
    const [slack, hook] = await Promise.all([receiver([200]), receiver([503, 200])]);
    const urls = new Map([
      ["env:SLACK", slack.url],
      ["env:HOOK", hook.url],
    ]);
    const logged: string[] = [];
    const sender = new AlertSender({
      targets: { slackWebhook: "env:SLACK", webhook: "env:HOOK", email: [] },
      secret: async (reference) => Buffer.from(`${urls.get(reference)}\n`),
      log: (text) => void logged.push(text),
    });
    try {
      sender.tell(ALERT);
      sender.tell({ ...ALERT, atMs: ALERT.atMs + 1_000 });
      await sender.settled();
      assert.equal(slack.bodies, [{ text: "Migration move (move-1): A gate of stage 2 broke" }]);
      const time = "2026-01-01T00:00:00.000Z";
      assert.equal(hook.bodies, [
        { kind: "migration-alert", migration: "move", id: "move-1", time, text: ALERT.text },
      ]);
      assert.equal(logged, []);
      sender.tell({ ...ALERT, atMs: ALERT.atMs + 600_000 });
      await sender.settled();
      assert.is(slack.bodies.length, 2, "after a while it is told again");
    } finally {
      slack.close();
      hook.close();
    }
  },
);

alerts("a receiver that refuses is told of without its URL", async () => {
  const slack = await receiver([500]);
  const logged: string[] = [];
  const sender = new AlertSender({
    targets: { slackWebhook: "env:SLACK", webhook: null, email: [] },
    secret: async () => Buffer.from(slack.url),
    log: (text) => void logged.push(text),
  });
  try {
    sender.tell(ALERT);
    await sender.settled();
    assert.equal(logged, ["an alert could not be sent to the slack of env:SLACK: it answered 500"]);
  } finally {
    slack.close();
  }
});

alerts("nobody is named: nothing happens", async () => {
  const sender = new AlertSender({
    targets: undefined,
    secret: () => Promise.reject(new Error("not asked")),
    log: assert.unreachable,
  });
  sender.tell(ALERT);
  await sender.settled();
});

alerts.run();
