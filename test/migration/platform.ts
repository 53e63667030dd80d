/**
 * A platform to be migrated: two real ensembles, masters, agents and Marathons of the sandbox as processes, a runner of steps, and
 * somebody who watches that there is one leader. Quick: sessions of two seconds.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MesosClient } from "../../src/mesos/client.js";
import { MigrationRunner } from "../../src/migration/actions/runner.js";
import type { ServerChange } from "../../src/migration/actions/server-control.js";
import type { Role } from "../../src/migration/actions/servers.js";
import { isRunning } from "../../src/migration/actions/take-baseline.js";
import { Coordination } from "../../src/migration/coordination/coordination.js";
import type { Action, ActionStep } from "../../src/migration/model/action.js";
import { newRecord } from "../../src/migration/model/new-record.js";
import type { ActionOutcome, Facts } from "../../src/migration/model/ports.js";
import type { MigrationRecord } from "../../src/migration/model/record.js";
import type { MigrationSpec, Mode, ServerRef, SideName } from "../../src/migration/model/spec.js";
import { waitFor } from "../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { independentReader } from "../harness/zookeeper-reader.js";
import { LabServers } from "./lab-servers.js";
import { LeaderWatch } from "./leader-watch.js";

export const DEADLINE_MS = 60_000;

const NET = `127.${30 + (process.pid % 200)}.${1 + Math.floor(Math.random() * 250)}`;

export function ref(name: string, last: number, port: number): ServerRef {
  return { name, address: `${NET}.${last}:${port}`, deployed: { resource: "Test/lab", server: name } };
}

const MASTERS = {
  a: [ref("a1", 11, 5050), ref("a2", 12, 5050), ref("a3", 13, 5050)],
  b: [ref("b1", 14, 5050), ref("b2", 15, 5050), ref("b3", 16, 5050)],
};
const AGENTS = [ref("n1", 21, 5051), ref("n2", 22, 5051)];
const MARATHONS = [ref("m1", 41, 8080), ref("m2", 42, 8080)];
const BATCH = [ref("c1", 51, 4400)];

export interface Wanted {
  readonly mode: Mode;
  readonly marathon?: boolean;
  readonly batch?: boolean;
}

export function specOf(
  connect: Readonly<Record<SideName, string>>,
  { mode, marathon, batch }: Wanted,
): MigrationSpec {
  const side = (name: SideName, own: readonly ServerRef[]) => ({
    zookeeper: { resource: null, connectString: connect[name], servers: [], auth: [] },
    masters: { resource: null, spec: null, servers: own, quorum: 2 },
    agents: { resource: null, spec: null, servers: AGENTS },
  });
  const own = (name: string, servers: readonly ServerRef[]) => ({
    name,
    resource: null,
    spec: null,
    servers,
    urls: servers.map(({ address }) => `http://${address}`),
    zookeeperPath: `/${name}`,
  });
  const marathons = {
    ...own("marathon", MARATHONS),
    kind: "marathon" as const,
    electionPaths: ["/marathon/leader-curator"],
  };
  const batches = { ...own("batch", BATCH), kind: "batch" as const, electionPaths: ["/batch/candidates"] };
  return {
    name: "lab",
    source: side("a", MASTERS.a),
    target: side("b", mode === "replace" ? MASTERS.b : MASTERS.a),
    modes: { masters: mode, agents: "repoint" },
    mesosPath: "/mesos",
    frameworks: [...(marathon === true ? [marathons] : []), ...(batch === true ? [batches] : [])],
    extraPaths: [],
    conflictStrategy: "last-write-wins",
    sequenceGap: 10_000,
    approvals: [],
    limits: {
      lagMs: 500,
      holdSeconds: 1,
      stageTimeoutSeconds: 600,
      observationSeconds: 10,
      headroom: 0,
      clockSkewMs: 1_000,
      agentsMissing: 0,
    },
    observeEverySeconds: 1,
    drain: {
      concurrency: 1,
      overCapacity: 0.5,
      pauseAfterFailures: 1,
      maxGraceSeconds: 10,
      runsEndSeconds: 10,
      acceptDowntimeOf: [],
    },
    rollbackRetentionHours: 1,
    archiveKey: null,
    onBrokenGate: "pause",
  };
}

export async function makeRunner(
  spec: MigrationSpec,
  control: ConstructorParameters<typeof MigrationRunner>[0]["control"],
  log: (text: string) => void,
): Promise<MigrationRunner> {
  const secret = () => Promise.reject(new Error("there are no secrets here"));
  const coordination = await Coordination.open({ spec, secret, now: Date.now, log });
  const ensembles = {
    deploy: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    isThere: () => Promise.resolve(true),
  };
  const timeouts = { connectTimeoutMs: 1_000, requestTimeoutMs: 5_000 };
  const mesos = () => ({ scheme: "http" as const, ...timeouts });
  const marathon = () => timeouts;
  return new MigrationRunner({
    spec,
    coordination,
    control,
    ensembles,
    mesos,
    marathon,
    now: Date.now,
    lookMs: 100,
  });
}

type HandOver = Extract<ActionStep, { kind: "hand-over" }>;

export function handOver(from: SideName, afterwards: HandOver["then"]): HandOver {
  // biome-ignore lint/suspicious/noThenProperty: the model calls it so; it is data and never awaited itself
  return { kind: "hand-over", from, then: afterwards };
}

let numbered = 0;

/** Of a migration in which this step was done. */
export function recordOf(spec: MigrationSpec, step: ActionStep): MigrationRecord {
  const times = { begunMs: 1, endedMs: 2 };
  const done = {
    action: actionOf(step),
    status: "done" as const,
    ...times,
    outcome: "",
    attempts: 1,
    facts: {},
  };
  const stage = { number: 1 as const, status: "acting" as const, ...times, actions: [done], criteria: [] };
  const plan = { formatVersion: 1 as const, migration: "lab", digest: "", stages: [], diagnostics: [] };
  return { ...newRecord("lab-1", spec, plan, 1), status: "running", stages: [stage], stage: 1 };
}

export function actionOf(step: ActionStep): Action {
  numbered += 1;
  const id = `t.${String(numbered).padStart(2, "0")} ${step.kind}`;
  return { id, stage: 1, step, text: "", repeatable: true, timeoutSeconds: 40, byHand: [] };
}

export class Platform {
  readonly log: string[] = [];
  /** Of finished steps. */
  readonly facts = new Map<string, Facts>();
  readonly weights = new Map<string, number>();
  private closing: (() => Promise<void>)[] = [];

  private constructor(
    readonly spec: MigrationSpec,
    readonly ensembles: Readonly<Record<SideName, TestEnsemble>>,
    readonly servers: LabServers,
    readonly mesos: MesosClient,
    readonly watch: LeaderWatch,
    private runner: MigrationRunner | null,
  ) {}

  static async start(wanted: Wanted): Promise<Platform> {
    const folder = await mkdtemp(join(tmpdir(), "ferry-migration-"));
    const [a, b] = await Promise.all([startEnsemble({ size: 1 }), startEnsemble({ size: 1 })]);
    const connect = { a: a.connectString, b: b.connectString };
    const spec = specOf(connect, wanted);
    const servers = new LabServers(folder, connect);
    const masters = [...spec.source.masters.servers, ...spec.target.masters.servers];
    const addresses = [...new Set(masters.map(({ address }) => address))];
    const mesos = new MesosClient({ scheme: "http", masters: { addresses }, requestTimeoutMs: 10_000 });
    const readers = await Promise.all([
      independentReader(a.connectString),
      independentReader(b.connectString),
    ]);
    const watch = new LeaderWatch(readers, addresses);
    const platform = new Platform(spec, { a, b }, servers, mesos, watch, null);
    platform.closing = [
      () => watch.stop(),
      () => servers.close(),
      () => mesos.close(),
      async () => {
        for (const reader of readers) reader.close();
        await Promise.all([a.close(), b.close()]);
        await rm(folder, { recursive: true, force: true });
      },
    ];
    return platform;
  }

  /** Masters of A, all voting, then agents and Marathon. */
  async boot(): Promise<void> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const { source, frameworks } = this.spec;
    for (const server of source.masters.servers) await this.launch("master", server, { quorum: 2 });
    for (const { address } of source.masters.servers) {
      await waitFor(`${address} votes`, DEADLINE_MS, async () => {
        return (await this.mesos.stateOf(address, signal)).logRecovered === true;
      });
    }
    for (const server of source.agents.servers) await this.launch("agent", server, {});
    for (const { servers } of frameworks) {
      for (const server of servers) await this.launch("framework", server, {});
    }
    await waitFor("the agents", DEADLINE_MS, async () => {
      return (await this.mesos.agents(signal)).length === source.agents.servers.length;
    });
  }

  /** Some tasks of Marathon, one at least on each agent; resolves with their ids once they run. */
  async launchApp(instances: number): Promise<readonly string[]> {
    const app = {
      id: "/shop",
      cmd: "sleep 100000",
      cpus: 0.1,
      mem: 32,
      instances,
      constraints: [["hostname", "GROUP_BY"]],
    };
    const [url] = this.spec.frameworks.flatMap(({ kind, urls }) => (kind === "marathon" ? urls : []));
    await waitFor("Marathon takes the app", DEADLINE_MS, async () => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${url}/v2/apps`, { method: "POST", headers, body: JSON.stringify(app) });
      return answer.status === 201 || answer.status === 409;
    });
    return waitFor("the tasks run", DEADLINE_MS, async () => {
      const tasks = await this.tasks();
      return tasks.length === instances ? tasks : null;
    });
  }

  /** A run of the batch framework that does not end; resolves with the tasks that run now. */
  async launchRun(): Promise<readonly string[]> {
    const before = await this.tasks();
    const [{ address } = { address: "" }] = BATCH;
    const job = { name: "long", command: "sleep 100000", schedule: "R1//PT1H", cpus: 0.1, mem: 32 };
    await waitFor("the batch framework takes the job", DEADLINE_MS, async () => {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify(job);
      const url = `http://${address}/v1/scheduler/iso8601`;
      return (await fetch(url, { method: "POST", headers, body })).status === 204;
    });
    return waitFor("the run is there", DEADLINE_MS, async () => {
      const tasks = await this.tasks();
      return tasks.length > before.length ? tasks : null;
    });
  }

  /** Ids of those that run, by the leading master. */
  async tasks(): Promise<readonly string[]> {
    const tasks = await this.mesos.tasks(AbortSignal.timeout(DEADLINE_MS));
    return tasks
      .filter(isRunning)
      .map(({ id }) => id)
      .sort();
  }

  private launch(role: Role, server: ServerRef, change: ServerChange): Promise<void> {
    return this.servers.start({ ref: server, role }, { ...change, zookeeper: "a" });
  }

  /** Lets go of the runner, as a ferry that ends; the next step makes another one. */
  async leave(): Promise<void> {
    await this.runner?.close();
    this.runner = null;
  }

  /** A runner that knows of a synchronisation that was begun before. */
  async takeUp(): Promise<MigrationRunner> {
    const runner = await this.open();
    await runner.sustain(recordOf(this.spec, { kind: "start-sync" }));
    return runner;
  }

  private async open(): Promise<MigrationRunner> {
    this.runner ??= await makeRunner(this.spec, this.servers, (text) => void this.log.push(text));
    return this.runner;
  }

  /** Carries a step out, and then has a weight written to the registry and acknowledged. */
  async step(step: ActionStep): Promise<ActionOutcome> {
    const runner = await this.open();
    const action = actionOf(step);
    const begun = Date.now();
    const report = (text: string) => void this.log.push(text);
    const signal = new AbortController().signal;
    const outcome = await runner.run(action, { signal, facts: this.facts, note: async () => {}, report });
    this.facts.set(action.id, outcome.facts);
    this.log.push(`${action.id} ${Date.now() - begun} ms: ${outcome.text}`);
    await this.writeWeight();
    return outcome;
  }

  async writeWeight(): Promise<void> {
    const role = `role-${this.weights.size + 1}`;
    const weight = this.weights.size + 2;
    await this.mesos.updateWeight(role, weight, AbortSignal.timeout(DEADLINE_MS));
    this.weights.set(role, weight);
  }

  /** Acknowledged ones that the leader does not know. */
  async lostWeights(): Promise<readonly string[]> {
    const now = await this.mesos.weights(AbortSignal.timeout(DEADLINE_MS));
    return [...this.weights].filter(([role, weight]) => now.get(role) !== weight).map(([role]) => role);
  }

  async close(): Promise<void> {
    await this.runner?.close();
    for (const close of this.closing) await close();
  }
}

/** Runs `play`, and shows what happened when it fails. */
export async function onPlatform(wanted: Wanted, play: (on: Platform) => Promise<void>): Promise<void> {
  const on = await Platform.start(wanted);
  try {
    await on.boot();
    await play(on);
  } catch (error) {
    console.error(on.log.join("\n"));
    throw error;
  } finally {
    await on.close();
  }
}
