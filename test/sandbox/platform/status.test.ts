/** How a platform is told: from what is declared and what its servers answer. The servers here are pieces of this test. */
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server as TcpServer } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { partsOf } from "../../../src/sandbox/platform/declared.js";
import { lookAt } from "../../../src/sandbox/platform/look.js";
import { complaintsOf, type PlatformStatus, statusJson } from "../../../src/sandbox/platform/status.js";
import { statusText } from "../../../src/sandbox/platform/status-text.js";
import type { Json, JsonObject } from "../../../src/value/json.js";
import { expectGolden } from "../../harness/golden.js";

const HOST = { address: "Host/local", kind: "Host", spec: { address: "127.0.0.1" } };

function resource(kind: string, name: string, spec: JsonObject) {
  return { address: `${kind}/${name}`, kind, spec };
}

const status = suite("the status of a sandbox");
const open: (HttpServer | TcpServer)[] = [];

status.after(() => {
  for (const server of open) server.close();
});

/** Answers these paths with JSON and everything else with 404; its port. */
async function answering(answers: Readonly<Record<string, Json>>): Promise<number> {
  const server = createHttpServer((incoming, response) => {
    const answer = answers[incoming.url ?? ""];
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? { message: "no such thing" }));
  });
  return listening(server);
}

/** Answers `srvr` with a role. */
function zookeeper(role: string): Promise<number> {
  const server = createServer((socket) => {
    socket.once("data", () => socket.end(`Zookeeper version: 3.8.4\nMode: ${role}\nNode count: 5\n`));
  });
  return listening(server);
}

function listening(server: HttpServer | TcpServer): Promise<number> {
  open.push(server);
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function metrics(elected: number): JsonObject {
  return {
    "master/elected": elected,
    "registrar/log/recovered": 1,
    "registrar/log/ensemble_size": 3,
  };
}

/** A master that leads, an agent it knows, another one that it does not. */
async function world() {
  const agent = await answering({ "/metrics/snapshot": { "slave/registered": 1 } });
  const stranger = await answering({ "/metrics/snapshot": { "slave/registered": 0 } });
  const task = { state: "TASK_RUNNING", slave_id: "s1" };
  const state = {
    slaves: [{ id: "s1", pid: `slave(1)@127.0.0.1:${agent}`, active: true }],
    frameworks: [
      { name: "marathon", id: "f1", connected: true, active: true, checkpoint: true, tasks: [task, task] },
      {
        name: "stream",
        id: "f2",
        connected: false,
        active: false,
        checkpoint: false,
        tasks: [task, { ...task, state: "TASK_FINISHED" }],
      },
    ],
  };
  const leader = await answering({ "/metrics/snapshot": metrics(1), "/state": state });
  const standby = await answering({ "/metrics/snapshot": metrics(0) });
  return { agent, stranger, leader, standby };
}

status("is asked of every server, and names what is not as declared", async () => {
  const { agent, stranger, leader, standby } = await world();
  const ports = await Promise.all(["leader", "follower"].map(zookeeper));
  const app = { id: "/shop/web", instances: 2, tasksRunning: 2, tasksHealthy: 1, healthChecks: [{}] };
  const worker = { id: "/shop/api", instances: 1, tasksRunning: 1, deployments: [{ id: "d" }] };
  const apps = { apps: [app, worker] };
  let marathon = 0;
  const told: Record<string, Json> = { "/v2/apps": apps };
  marathon = await answering(told);
  told["/v2/leader"] = { leader: `127.0.0.1:${marathon}` };
  const stream = await answering({ "/v1/info": { frameworkId: "f2" } });
  const server = (id: Json, port: Json, more: JsonObject = {}): JsonObject => {
    return { id, host: "Host/local", port, ...more };
  };
  const parts = partsOf([
    HOST,
    resource("MarathonInstance", "shop", { servers: [server(1, marathon)] }),
    resource("MesosFramework", "stream", { servers: [server(1, stream)] }),
    resource("MesosAgents", "a", { agents: [server("a1", agent), server("a2", stranger)] }),
    resource("MesosMasters", "a", {
      servers: [server(1, leader), server(2, standby), server(3, 1), server(4, 1, { running: false })],
    }),
    resource("ZooKeeperEnsemble", "zk", {
      servers: ports.map((clientPort, at) => ({ id: at + 1, host: "Host/local", clientPort })),
    }),
  ]);
  assert.equal(
    parts.map(({ address }) => address),
    [
      ...["ZooKeeperEnsemble/zk", "MesosMasters/a", "MesosAgents/a"],
      ...["MarathonInstance/shop", "MesosFramework/stream"],
    ],
  );
  const found = await lookAt(
    parts,
    (address, id) => (address === "MesosMasters/a" && id === "1" ? 4711 : null),
    new AbortController().signal,
  );
  assert.is(found.ensembles[0]?.leader, "1");
  const [masters] = found.masters;
  assert.is(masters?.leader, `127.0.0.1:${leader}`);
  const { id, at, ...first } = masters?.servers[0] ?? {};
  assert.equal([id, at], ["1", masters?.leader]);
  assert.equal(first, {
    ...{ wanted: true, up: true, pid: 4711 },
    ...{ elected: true, recovered: true, ensembleSize: 3 },
  });
  assert.equal(
    masters?.frameworks.map(({ name, tasks }) => [name, tasks]),
    [
      ["marathon", 2],
      ["stream", 1],
    ],
  );
  assert.equal(
    found.agents[0]?.servers.map(({ registered, tasks }) => [registered, tasks]),
    [
      [true, 3],
      [false, 0],
    ],
  );
  assert.equal(complaintsOf(found), [
    "MesosMasters/a: 3 does not answer",
    "MesosAgents/a: a2 is not registered",
    "MesosFramework/stream: 1 is not registered",
    "the framework stream is not connected",
    "MarathonInstance/shop: /shop/web has 1 of 2 instances well",
  ]);
  const json = statusJson(found);
  assert.is(json["simulation"], true);
  assert.equal(json["complaints"], complaintsOf(found));
});

const SERVER = { wanted: true, up: true, pid: 4711 };
const EXAMPLE: PlatformStatus = {
  ensembles: [
    {
      address: "ZooKeeperEnsemble/zk-a",
      leader: "2",
      servers: [
        { ...SERVER, id: "1", at: "127.10.0.1:26181", role: "follower" },
        { ...SERVER, id: "2", at: "127.10.0.1:26182", role: "leader" },
      ],
    },
  ],
  masters: [
    {
      address: "MesosMasters/a",
      leader: "127.10.1.11:5050",
      servers: [
        { ...SERVER, id: "1", at: "127.10.1.11:5050", elected: true, recovered: true, ensembleSize: 3 },
        { ...SERVER, id: "2", at: "127.10.1.12:5050", elected: false, recovered: true, ensembleSize: 3 },
        {
          ...{ wanted: true, up: false, pid: null, id: "3", at: "127.10.1.13:5050" },
          ...{ elected: false, recovered: null, ensembleSize: null },
        },
      ],
      frameworks: [
        { name: "marathon", id: "f1", connected: true, checkpoint: true, tasks: 13 },
        { name: "stream", id: "f2", connected: true, checkpoint: false, tasks: 1 },
      ],
    },
    {
      address: "MesosMasters/b",
      leader: null,
      servers: [
        {
          ...{ wanted: false, up: false, pid: null, id: "1", at: "127.10.2.11:5050" },
          ...{ elected: false, recovered: null, ensembleSize: null },
        },
      ],
      frameworks: [],
    },
  ],
  agents: [
    {
      address: "MesosAgents/a",
      servers: [{ ...SERVER, id: "a1", at: "127.10.1.21:5051", registered: true, tasks: 14 }],
    },
  ],
  marathons: [
    {
      address: "MarathonInstance/shop",
      servers: [{ ...SERVER, id: "1", at: "127.10.1.31:8080", leads: true }],
      apps: [
        { id: "/shop/web", instances: 4, running: 4, healthy: 4, deploying: false },
        { id: "/shop/worker", instances: 5, running: 4, healthy: null, deploying: true },
      ],
    },
  ],
  schedulers: [
    {
      address: "MesosFramework/batch",
      servers: [{ ...SERVER, id: "1", at: "127.10.1.41:4400", registered: true }],
    },
  ],
};

status("is shown with the label of a simulation, and what is declared only is no complaint", () => {
  expectGolden("test/sandbox/platform/golden/status.txt", `${statusText(EXAMPLE)}\n`);
  assert.not.match(complaintsOf(EXAMPLE).join(), "MesosMasters/b");
});

status.run();
