/** A leading engine on a cluster in memory, with a clock that only moves when it is told to. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../../../../src/sandbox/framework/clock.js";
import { createApp } from "../../../../src/sandbox/marathon/definition/app/update.js";
import { newGroup } from "../../../../src/sandbox/marathon/definition/group/roles.js";
import { putSpec, removeSpec } from "../../../../src/sandbox/marathon/definition/root.js";
import { newRunSpec } from "../../../../src/sandbox/marathon/definition/run-spec.js";
import type { DeploymentPlan } from "../../../../src/sandbox/marathon/deployment/plan.js";
import type { EngineSettings } from "../../../../src/sandbox/marathon/engine/context.js";
import { type EndReason, Engine } from "../../../../src/sandbox/marathon/engine/engine.js";
import type { MarathonEvent } from "../../../../src/sandbox/marathon/engine/events.js";
import { MemoryStore, type Store } from "../../../../src/sandbox/marathon/storage/store.js";
import type { JsonObject } from "../../../../src/value/json.js";
import { type MemoryAgent, MemoryCluster } from "./memory-cluster.js";

export class ManualClock implements Clock {
  private time = Date.parse("2021-03-04T09:15:00.120Z");
  private readonly timers = new Map<number, { at: number; call: () => void }>();
  private count = 0;

  now(): number {
    return this.time;
  }

  after(ms: number, call: () => void): () => void {
    this.count += 1;
    const id = this.count;
    this.timers.set(id, { at: this.time + ms, call });
    return () => this.timers.delete(id);
  }

  /** Runs what is due in the next `ms` milliseconds, each at its time, with everything that is asynchronous in between. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const [next] = [...this.timers].sort(([a, left], [b, right]) => left.at - right.at || a - b);
      if (next === undefined || next[1].at > end) break;
      this.timers.delete(next[0]);
      this.time = Math.max(this.time, next[1].at);
      next[1].call();
    }
    this.time = end;
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await Promise.resolve();
}

export const SETTINGS: EngineSettings = {
  definitions: {
    defaultNetworkName: null,
    features: new Set(),
    role: "*",
    newGroupEnforceRole: "off",
    localPortMin: 10_000,
    localPortMax: 20_000,
  },
  maxRunningDeployments: 100,
  maxInstancesPerOffer: 5,
  declineOfferMs: 120_000,
  minReviveMs: 5_000,
  suppressOffers: true,
  drainingMs: 0,
  reconciliationInitialMs: 15_000,
  reconciliationMs: 600_000,
  scaleAppsInitialMs: 15_000,
  scaleAppsMs: 300_000,
  taskLaunchTimeoutMs: 300_000,
  expungeInitialMs: 300_000,
  expungeMs: 30_000,
  maxApps: null,
  envVarsPrefix: null,
  mesosBridgeName: "mesos-bridge",
  mesosUser: "nobody",
};

export const AGENTS: readonly MemoryAgent[] = [1, 2, 3].map((number) => ({
  id: `S${number}`,
  hostname: `agent-${number}.example.test`,
  cpus: 4,
  mem: 4096,
  disk: 10_240,
  attributes: { rack: `r${number % 2}` },
}));

export class World {
  readonly clock: ManualClock;
  readonly cluster: MemoryCluster;
  readonly engine: Engine;
  readonly events: MarathonEvent[] = [];
  ended: EndReason | null = null;

  constructor(
    readonly store: Store = new MemoryStore(),
    clock = new ManualClock(),
    cluster = new MemoryCluster(clock, AGENTS),
    settings: Partial<EngineSettings> = {},
  ) {
    this.clock = clock;
    this.cluster = cluster;
    this.engine = new Engine({
      clock,
      uuid: randomUUID,
      settings: { ...SETTINGS, ...settings },
      store,
      cluster,
      log: () => {},
      end: (reason) => {
        this.ended = reason;
      },
    });
    this.engine.events.listen((event) => this.events.push(event));
  }

  async start(): Promise<this> {
    await this.engine.start();
    await this.clock.pass(100);
    return this;
  }

  /** Creates or replaces an app. */
  async put(app: JsonObject, force = false): Promise<DeploymentPlan> {
    const { definitions } = SETTINGS;
    const definition = createApp(
      { cmd: "sleep 1000", cpus: 0.1, mem: 32, ...app },
      { settings: definitions, role: "*" },
    );
    return this.engine.groups.write(
      (root, version) =>
        putSpec(root, newRunSpec("app", definition, version), (id) => newGroup(id, definitions)),
      { groupId: "/", force },
    );
  }

  async remove(id: string): Promise<DeploymentPlan> {
    return this.engine.groups.write((root) => removeSpec(root, id), { groupId: "/" });
  }

  /** Running instances, by spec. */
  running(id: string) {
    return this.engine.tracker.of(id).filter(({ condition }) => condition === "Running");
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }
}
