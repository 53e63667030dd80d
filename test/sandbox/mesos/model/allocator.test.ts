/** The allocator on small clusters: fair shares, weights, guarantees, limits, reservations and filters. No time passes by itself. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Allocation, runAllocation } from "../../../../src/sandbox/mesos/model/allocator.js";
import { Cluster } from "../../../../src/sandbox/mesos/model/cluster.js";
import { Filters } from "../../../../src/sandbox/mesos/model/filters.js";
import type { Agent, Framework } from "../../../../src/sandbox/mesos/model/records.js";
import { quantities, type Resources } from "../../../../src/sandbox/mesos/model/resource.js";
import { parseResources, resourcesText } from "../../../../src/sandbox/mesos/model/resource-text.js";

const allocation = suite("Mesos allocator");

function resources(text: string): Resources {
  const found = parseResources(text);
  if (typeof found === "string") throw new Error(found);
  return found;
}

function agent(cluster: Cluster, id: string, text: string): Agent {
  const total = resources(text);
  const made: Agent = {
    id,
    info: { hostname: id, port: 5051, resources: total, attributes: [] },
    ip: "127.0.0.1",
    pid: `slave(1)@${id}:5051`,
    version: "1.12.0",
    capabilities: [],
    registeredTime: 0,
    reregisteredTime: null,
    connected: true,
    deactivated: false,
    drain: null,
    drainStarted: null,
    total,
    allocated: [],
    free: null,
    tasks: new Map(),
    executors: new Map(),
    offers: new Set(),
    inverseOffers: new Map(),
    unavailability: null,
    counts: new Map(),
  };
  cluster.addAgent(made);
  return made;
}

function framework(cluster: Cluster, id: string, ...roles: string[]): Framework {
  const made: Framework = {
    id,
    info: {},
    name: id,
    user: "root",
    principal: null,
    roles,
    capabilities: new Set(["MULTI_ROLE"]),
    checkpoint: true,
    failoverTimeout: 0,
    active: true,
    connected: true,
    recovered: false,
    registeredTime: 0,
    reregisteredTime: 0,
    unregisteredTime: 0,
    suppressed: new Set(),
    stream: null,
    cancelFailover: null,
    tasks: new Map(),
    unreachableTasks: new Map(),
    completedTasks: new Map(),
    executors: new Map(),
    offers: new Set(),
    inverseOffers: new Set(),
    allocated: new Map(),
    counters: new Map(),
  };
  cluster.frameworks.set(id, made);
  return made;
}

function run(cluster: Cluster, filters = new Filters(), now = 0): Allocation[] {
  const minimum = [quantities(resources("cpus:0.01")), quantities(resources("mem:32"))];
  return runAllocation(cluster, filters, { now, minimum, filterGpus: true, shuffle: (agents) => agents });
}

function told(made: readonly Allocation[]): string[] {
  return made.map(({ framework: to, agent: from, role, resources: what }) => {
    const bare = what.map(({ allocatedTo: _, ...part }) => part);
    return `${from.id} ${role} ${to.id} ${resourcesText(bare)}`;
  });
}

allocation("whole agents, one after the other to whoever has least", () => {
  const cluster = new Cluster();
  for (const id of ["a1", "a2", "a3", "a4"]) agent(cluster, id, "cpus:4;mem:1024");
  framework(cluster, "f1", "web");
  framework(cluster, "f2", "batch");
  assert.equal(told(run(cluster)), [
    "a1 batch f2 cpus:4; mem:1024",
    "a2 web f1 cpus:4; mem:1024",
    "a3 batch f2 cpus:4; mem:1024",
    "a4 web f1 cpus:4; mem:1024",
  ]);
});

allocation("a weight of three gets three of four", () => {
  const cluster = new Cluster();
  for (let at = 1; at <= 8; at += 1) agent(cluster, `a${at}`, "cpus:4;mem:1024");
  framework(cluster, "f1", "web");
  framework(cluster, "f2", "batch");
  cluster.weights.set("web", 3);
  const web = run(cluster).filter(({ role }) => role === "web");
  assert.is(web.length, 6);
});

allocation("nothing for the suppressed, the inactive and on agents that are deactivated", () => {
  const cluster = new Cluster();
  agent(cluster, "a1", "cpus:4;mem:1024");
  agent(cluster, "a2", "cpus:4;mem:1024").deactivated = true;
  framework(cluster, "f1", "web").suppressed.add("web");
  framework(cluster, "f2", "web").active = false;
  assert.equal(told(run(cluster)), []);
  framework(cluster, "f3", "web");
  assert.equal(told(run(cluster)), ["a1 web f3 cpus:4; mem:1024"]);
});

allocation("a limit cuts what is offered", () => {
  const cluster = new Cluster();
  agent(cluster, "a1", "cpus:4;mem:1024");
  framework(cluster, "f1", "web");
  cluster.quotas.set("web", { role: "web", guarantees: new Map(), limits: new Map([["cpus", 1500]]) });
  assert.equal(told(run(cluster)), ["a1 web f1 cpus:1.5; mem:1024"]);
  assert.is(cluster.consumed("web").get("cpus"), 1500);
});

allocation("a guarantee goes first and is kept free for a role that nobody is in", () => {
  const cluster = new Cluster();
  agent(cluster, "a1", "cpus:4;mem:1024");
  agent(cluster, "a2", "cpus:4;mem:1024");
  framework(cluster, "f1", "batch");
  cluster.quotas.set("web", { role: "web", guarantees: new Map([["cpus", 6000]]), limits: new Map() });
  assert.equal(told(run(cluster)), ["a1 batch f1 cpus:2; mem:1024", "a2 batch f1 mem:1024"]);
  framework(cluster, "f2", "web");
  const given = run(cluster).filter(({ role }) => role === "web");
  assert.is(
    given.reduce((all, each) => all + (quantities(each.resources).get("cpus") ?? 0), 0),
    6000,
  );
});

allocation("reserved resources only for their role and those below it", () => {
  const cluster = new Cluster();
  agent(cluster, "a1", "cpus:1;mem:64;cpus(web):3");
  framework(cluster, "f1", "batch");
  assert.equal(told(run(cluster)), ["a1 batch f1 cpus:1; mem:64"]);
  framework(cluster, "f2", "web/prod");
  assert.equal(told(run(cluster)), ["a1 web/prod f2 cpus(reservations: [(STATIC,web)]):3"]);
});

allocation("what was refused is not offered again until its time is over, or more is free", () => {
  const cluster = new Cluster();
  const filters = new Filters();
  const a1 = agent(cluster, "a1", "cpus:4;mem:1024");
  const f1 = framework(cluster, "f1", "web");
  filters.refuse(f1, "web", a1, resources("cpus:4;mem:1024"), 10);
  assert.equal(told(run(cluster, filters, 9)), []);
  cluster.changeTotal(a1, resources("cpus:5;mem:1024"));
  assert.is(run(cluster, filters, 9).length, 1);
  for (const { agent: at, framework: of, role, resources: what } of run(cluster, filters, 9)) {
    cluster.giveBack(at, of, role, what);
  }
  const other = new Cluster();
  const a2 = agent(other, "a2", "cpus:4;mem:1024");
  const f2 = framework(other, "f2", "web");
  filters.refuse(f2, "web", a2, resources("cpus:4;mem:1024"), 10);
  assert.is(run(other, filters, 11).length, 1);
});

allocation("graphics processors only for those who know them, and never less than the minimum", () => {
  const cluster = new Cluster();
  agent(cluster, "a1", "cpus:4;mem:1024;gpus:1");
  agent(cluster, "a2", "cpus:0.001;mem:16");
  framework(cluster, "f1", "web");
  assert.equal(told(run(cluster)), []);
});

allocation("sums agree with what was given and given back", () => {
  const cluster = new Cluster();
  agent(cluster, "a1", "cpus:4;mem:1024;ports:[1-10]");
  framework(cluster, "f1", "web/a");
  const made = run(cluster);
  assert.is(cluster.byRole.get("web")?.get("cpus"), 4000);
  for (const { agent: at, framework: of, role, resources: what } of made)
    cluster.giveBack(at, of, role, what);
  assert.is(cluster.byRole.get("web")?.size, 0);
  assert.is(cluster.byRole.get("web/a")?.size, 0);
  const [a1] = cluster.agents.values();
  assert.equal(a1?.allocated, []);
});

allocation.run();
