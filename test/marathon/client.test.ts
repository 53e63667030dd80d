/** The client against small HTTP servers: which node is asked, what is tried again, and what never is. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MarathonClient } from "../../src/marathon/client.js";
import type { EventSignal } from "../../src/marathon/events.js";
import { isMarathonError, type MarathonError } from "../../src/marathon/marathon-error.js";

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

interface Node {
  readonly url: string;
  readonly requests: string[];
  answer: Answering;
}

const servers: Server[] = [];
const clients: MarathonClient[] = [];
const signal = new AbortController().signal;
const STARTED = JSON.stringify({ deploymentId: "d-1", version: "2021-03-04T10:00:00.000Z" });

async function startNode(answer: Answering): Promise<Node> {
  const node = { url: "", requests: [] as string[], answer };
  const server = createServer((request, response) => {
    node.requests.push(`${request.method} ${request.url}`);
    request.resume().on("end", () => node.answer(request, response));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(node, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function clientOf(nodes: readonly Node[], more: object = {}): MarathonClient {
  const client = new MarathonClient({ urls: nodes.map(({ url }) => url), ...more });
  clients.push(client);
  return client;
}

function json(body: string, status = 200, headers: Record<string, string> = {}): Answering {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  };
}

async function failure(work: Promise<unknown>): Promise<MarathonError> {
  try {
    await work;
  } catch (error) {
    if (isMarathonError(error)) return error;
    throw error;
  }
  throw new Error("it should have failed");
}

const marathon = suite("Marathon's client");

marathon.after(async () => {
  await Promise.all(clients.map((client) => client.close()));
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

marathon("asks the next node when one is gone, and the leader itself once it is known", async () => {
  const leader = await startNode(() => undefined);
  leader.answer = json("[]", 200, { "x-marathon-leader": leader.url });
  const standby = await startNode(
    json("[]", 200, { "x-marathon-leader": leader.url, "x-marathon-via": "1.1 standby:8080" }),
  );
  const gone = { url: "http://127.0.0.1:1", requests: [], answer: json("") };
  const client = clientOf([gone, standby, leader]);
  await client.deployments(signal);
  assert.equal(client.leaderSeen, { url: leader.url, proxied: true });
  await client.deployments(signal);
  assert.equal([standby.requests.length, leader.requests.length], [1, 1]);
});

marathon("waits for a leader, with writes too: nothing of them was done", async () => {
  let answers = 0;
  const node = await startNode((_request, response) => {
    answers += 1;
    if (answers < 3) response.writeHead(502).end("Could not determine the current leader");
    else response.writeHead(200).end(STARTED);
  });
  const started = await clientOf([node]).replaceApp("/shop/web", { id: "/shop/web" }, {}, signal);
  assert.is(started.deploymentId, "d-1");
  assert.equal(new Set(node.requests), new Set(["PUT /v2/apps/shop/web?partialUpdate=false"]));
});

marathon("never repeats a write that may have been carried out, and says so", async () => {
  const first = await startNode((request) => request.socket.destroy());
  const second = await startNode(json(STARTED));
  const error = await failure(clientOf([first, second]).deleteApp("/shop/web", {}, signal));
  assert.equal([error.kind, error.mayHaveHappened, second.requests.length], ["connection-lost", true, 0]);
  assert.equal(first.requests, ["DELETE /v2/apps/shop/web?force=false"]);
});

marathon("repeats a read on the next node when the first breaks or is silent", async () => {
  const first = await startNode(() => undefined);
  const second = await startNode(json('{"leader":"m:8080"}'));
  const client = clientOf([first, second], { requestTimeoutMs: 200 });
  assert.is(await client.leader(signal), "m:8080");
});

marathon("tells that no node takes the connection, by node", async () => {
  const nodes = ["http://127.0.0.1:1", "http://127.0.0.1:2"].map((url) => ({
    url,
    requests: [],
    answer: json(""),
  }));
  const error = await failure(clientOf(nodes).info(signal));
  assert.is(error.kind, "unreachable");
  assert.match(error.message, /127\.0\.0\.1:1: .*127\.0\.0\.1:2: /);
});

marathon("sends basic credentials and never shows them", async () => {
  let seen = "";
  const node = await startNode((request, response) => {
    seen = request.headers.authorization ?? "";
    response.writeHead(401, { "content-type": "text/html" }).end("<html>401 Unauthorized</html>");
  });
  const credentials = { username: "ops", password: "open:sesame" };
  const error = await failure(clientOf([node], { credentials }).info(signal));
  assert.is(Buffer.from(seen.replace("Basic ", ""), "base64").toString(), "ops:open:sesame");
  assert.is(error.kind, "unauthorised");
  assert.not.match(error.message, /sesame/);
});

marathon("names what of an answer has another shape", async () => {
  const page = await startNode(json("<html>It works!</html>"));
  assert.match((await failure(clientOf([page]).info(signal))).message, /no JSON: is this a Marathon/);
  const wrong = await startNode(json('{"apps":[{"id":"/a","version":3}]}'));
  assert.match(
    (await failure(clientOf([wrong]).apps("", signal))).message,
    /apps\[0\]\.version should be text/,
  );
});

marathon("follows a standby's redirect to the leader's events, and comes back after a break", async () => {
  const leader = await startNode((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "x-marathon-leader": leader.url });
    response.end('event: deployment_success\ndata: {"id":"d-1"}\n\n');
  });
  const standby = await startNode((request, response) => {
    response.writeHead(302, { location: `${leader.url}${request.url}` }).end();
  });
  const stop = new AbortController();
  const seen: EventSignal["kind"][] = [];
  try {
    for await (const event of clientOf([standby]).events({ types: ["deployment_success"] }, stop.signal)) {
      seen.push(event.kind);
      if (seen.length === 6) stop.abort();
    }
  } catch (error) {
    assert.ok(stop.signal.aborted, String(error));
  }
  assert.equal(seen, ["attached", "event", "detached", "attached", "event", "detached"]);
  assert.is(leader.requests[0], "GET /v2/events?event_type=deployment_success");
});

marathon("takes a silent event stream for dead", async () => {
  const node = await startNode((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  });
  const stop = new AbortController();
  const events = clientOf([node]).events({ silenceMs: 100 }, stop.signal);
  assert.is((await events.next()).value?.kind, "attached");
  const { value } = await events.next();
  assert.equal(value, { kind: "detached", reason: "nothing was heard for 0.1 s" });
  stop.abort();
});

marathon.run();
