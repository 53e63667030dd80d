/**
 * Two Marathons' HTTP ends on loopback sockets, the engine in memory: what a stand-by passes on, what it cannot, credentials, the
 * event stream as it travels, and an exit of the leader.
 */
import { setTimeout as delay } from "node:timers/promises";
import { request } from "undici";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Front } from "../../../../src/sandbox/marathon/http/front.js";
import type { Answer, HttpRequest } from "../../../../src/sandbox/marathon/http/message.js";
import { LeaderProxy } from "../../../../src/sandbox/marathon/http/proxy.js";
import { HttpServer } from "../../../../src/sandbox/marathon/http/server.js";
import { Api } from "./api.js";

class Node {
  readonly server: HttpServer;
  leader: string | null = null;
  answer: ((request: HttpRequest) => Promise<Answer>) | null = null;
  self = "";
  private front: Front | null = null;
  private proxy: LeaderProxy | null = null;

  constructor() {
    this.server = new HttpServer(
      (asked) => this.front?.handle(asked) ?? Promise.reject(new Error("early")),
      true,
    );
  }

  async start(credentials: string | null = null): Promise<this> {
    this.self = `127.0.0.1:${await this.server.listen("127.0.0.1", 0)}`;
    const { self } = this;
    this.proxy = new LeaderProxy({ self, connectMs: 1_000, readMs: 5_000, maxConnections: 4 });
    this.front = new Front({
      credentials,
      realm: "Mesosphere",
      allowOrigin: "*",
      maxConcurrent: null,
      self,
      leader: () => this.leader,
      answer: () => this.answer,
      proxy: this.proxy,
    });
    return this;
  }

  get url(): string {
    return `http://${this.self}`;
  }

  async close(): Promise<void> {
    await Promise.all([this.server.close(), this.proxy?.close()]);
  }
}

const front = suite("the HTTP ends of the sandbox's Marathon");

front("a stand-by passes requests on, and sends readers of events to the leader", async () => {
  const api = await Api.start();
  const [leader, standby] = [await new Node().start(), await new Node().start()];
  try {
    leader.leader = leader.self;
    leader.answer = api.handler;
    standby.leader = leader.self;
    const app = JSON.stringify({ id: "/a", cmd: "sleep 9" });
    const created = await request(`${standby.url}/v2/apps`, { method: "POST", body: app });
    assert.is(created.statusCode, 201);
    assert.is(created.headers["x-marathon-via"], `1.1 ${standby.self}`);
    assert.is(created.headers["x-marathon-leader"], leader.url);
    assert.match(String(created.headers["server"]), "simulation");
    await created.body.dump();
    const missing = await request(`${standby.url}/v2/apps/none`);
    assert.is(missing.statusCode, 404);
    await missing.body.dump();
    const events = await request(`${standby.url}/v2/events`);
    assert.equal([events.statusCode, events.headers["location"]], [302, `${leader.url}/v2/events`]);
    await events.body.dump();
    const stream = await request(`${leader.url}/v2/events?event_type=event_stream_attached`, {
      headers: { accept: "text/event-stream" },
    });
    let text = "";
    for await (const chunk of stream.body) {
      text += String(chunk);
      if (text.endsWith("\r\n\r\n")) break;
    }
    assert.match(text, /^event: event_stream_attached\r\ndata: \{"remoteAddress":"127.0.0.1",.*\}\r\n\r\n$/);
    await leader.server.close();
    const refused = await request(`${standby.url}/v2/apps`);
    assert.is(refused.statusCode, 502);
    await refused.body.dump();
  } finally {
    await Promise.all([leader.close(), standby.close()]);
  }
});

front("without a leader a request is held, then refused; one that comes in time is answered", async () => {
  const node = await new Node().start();
  try {
    const held = await request(`${node.url}/v2/info`);
    assert.is(held.statusCode, 502);
    assert.match(await held.body.text(), "Could not determine the current leader");
    const later = request(`${node.url}/ping`);
    await delay(100);
    const api = await Api.start();
    node.answer = api.handler;
    assert.is(await (await later).body.text(), "pong");
  } finally {
    await node.close();
  }
});

front("credentials guard every path", async () => {
  const node = await new Node().start("me:secret");
  try {
    node.answer = (await Api.start()).handler;
    const bare = await request(`${node.url}/ping`);
    assert.equal([bare.statusCode, bare.headers["www-authenticate"]], [401, 'Basic realm="Mesosphere"']);
    await bare.body.dump();
    const authorization = `Basic ${Buffer.from("me:secret").toString("base64")}`;
    const known = await request(`${node.url}/ping`, { headers: { authorization } });
    assert.is(await known.body.text(), "pong");
  } finally {
    await node.close();
  }
});

front.run();
