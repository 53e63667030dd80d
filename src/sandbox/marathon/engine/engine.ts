/**
 * A leading Marathon, from the moment its state is read until it gives the leadership up: wires the parts together, keeps the
 * periodic work going, and hands over what the cluster says. It knows neither HTTP nor ZooKeeper.
 */
import { isObject, type JsonObject } from "../../../value/json.js";
import { type Clock, iso, repeatedly } from "../../framework/clock.js";
import type { Cluster, ClusterListener, MasterAddress } from "../../framework/cluster.js";
import { instancesOf, type RunSpec } from "../definition/run-spec.js";
import { hasTask, type Instance, isWanted } from "../instance/instance.js";
import { History } from "../storage/history.js";
import type { Store } from "../storage/store.js";
import { WriteBehind } from "../storage/write-behind.js";
import type { EngineContext, EngineSettings } from "./context.js";
import { Counters } from "./counters.js";
import { Delays } from "./delays.js";
import { Deployments } from "./deployments.js";
import { Events } from "./events.js";
import { Groups } from "./groups.js";
import { Health } from "./health.js";
import { Killer } from "./killer.js";
import { Launcher } from "./launcher.js";
import { Readiness } from "./readiness.js";
import { schedule, shrink, type Tools } from "./step-runs.js";
import { Tracker } from "./tracker.js";
import { Updates } from "./updates.js";

/** Why a leader must end; the numbers are Marathon's exit statuses (facts 4). */
export type EndReason =
  | { readonly status: 103; readonly text: string }
  | { readonly status: 106; readonly text: string }
  | { readonly status: 107; readonly text: string }
  | { readonly status: 108; readonly text: string }
  | { readonly status: 110; readonly text: string };

export interface EngineOptions {
  readonly clock: Clock;
  readonly uuid: () => string;
  readonly settings: EngineSettings;
  readonly store: Store;
  readonly cluster: Cluster;
  readonly log: (text: string) => void;
  /** Called once at most. */
  readonly end: (reason: EndReason) => void;
}

export class Engine {
  readonly events: Events;
  readonly counters = new Counters();
  readonly tracker: Tracker;
  readonly groups: Groups;
  readonly deployments: Deployments;
  readonly launcher: Launcher;
  readonly killer: Killer;
  readonly delays: Delays;
  readonly health: Health;
  readonly failures = new Map<string, JsonObject>();
  readonly startedAt: number;
  frameworkId: string | null = null;
  private readonly context: EngineContext;
  private readonly tools: Tools;
  private readonly updates: Updates;
  private readonly writes: WriteBehind;
  private readonly unbalanced = new Set<string>();
  private cancels: (() => void)[] = [];
  private working = false;
  private again = false;
  private ended = false;

  constructor(private readonly options: EngineOptions) {
    const { clock, uuid, settings, store, cluster, log } = options;
    this.startedAt = clock.now();
    this.events = new Events(clock);
    this.writes = new WriteBehind(store, (error) =>
      this.end({ status: 107, text: `cannot store: ${String(error)}` }),
    );
    this.context = {
      clock,
      uuid,
      events: this.events,
      writes: this.writes,
      cluster,
      counters: this.counters,
      settings,
      log,
      spec: (id) => this.groups.root.specs.get(id) ?? null,
      changed: () => this.look(),
    };
    this.tracker = new Tracker(this.context);
    this.killer = new Killer(this.context, this.tracker);
    this.delays = new Delays(clock, () => this.look());
    const specFor = (instance: Instance) => this.groups.specAt(instance.specId, instance.specVersion);
    this.health = new Health(this.context, this.tracker, (instance) => this.killer.kill(instance), specFor);
    const readiness = new Readiness(this.context, this.health);
    const { tracker, killer, delays, health } = this;
    this.tools = { context: this.context, tracker, killer, delays, health, readiness };
    this.deployments = new Deployments(this.tools);
    this.groups = new Groups(this.context, new History(store, settings.definitions), this.deployments);
    this.launcher = new Launcher(this.context, tracker, delays);
    const isNeeded = (instance: Instance) => this.deployments.needs(instance);
    this.updates = new Updates(this.context, { tracker, killer, delays, isNeeded });
    this.connect();
  }

  /** Reads the state, takes up unfinished deployments and registers. Rejects when the state cannot be read. */
  async start(): Promise<void> {
    const { store, cluster } = this.options;
    await this.groups.load();
    const stored = await store.get("framework-id", "id");
    this.frameworkId = isObject(stored) && typeof stored["id"] === "string" ? stored["id"] : null;
    for (const failure of await store.all("taskFailures")) {
      if (isObject(failure)) this.failures.set(String(failure["appId"]), failure);
    }
    const instances = (await store.all("instance")) as unknown as readonly Instance[];
    if (this.frameworkId === null && instances.some(hasTask)) {
      const text = "Framework ID is missing while instances exist: starting would leave their tasks behind.";
      return this.end({ status: 108, text });
    }
    await this.loadSpecs(instances);
    this.tracker.load(instances);
    for (const instance of instances) this.health.look(instance.id, instance);
    for (const plan of await this.groups.resume()) this.deployments.start(plan);
    this.look();
    this.beginPeriodicWork();
    if (!this.ended) await cluster.start(this.frameworkId, this.listener());
  }

  /** Lets go of the master and of all timers; tasks run on. */
  async stop(): Promise<void> {
    this.ended = true;
    for (const cancel of this.cancels.splice(0)) cancel();
    await this.options.cluster.stop();
    await new Promise<void>((resolve) => this.writes.afterwards(resolve));
  }

  /** Kills without a deployment: what is killed comes back, unless its instances are wiped and made anew. */
  kill(instances: readonly Instance[], wipe: boolean): void {
    for (const instance of instances) {
      if (wipe) this.killer.decommission(instance);
      else this.killer.kill(instance);
    }
  }

  /** Everybody's guess where Mesos' master is, for /v2/info. */
  get masterUrl(): string | null {
    return this.options.cluster.masterUrl;
  }

  get inFlightKills(): number {
    return this.killer.inFlight;
  }

  now(): number {
    return this.options.clock.now();
  }

  get settings(): EngineSettings {
    return this.options.settings;
  }

  private connect(): void {
    this.tracker.onChange = (id, instance) => {
      this.health.look(id, instance);
      this.killer.look(id, instance);
      const specId = instance?.specId ?? specIdOf(id);
      if (
        instance === null ||
        instance.condition === "UnreachableInactive" ||
        instance.condition === "Running"
      ) {
        this.unbalanced.add(specId);
      }
    };
    this.updates.onFailure = (specId, failure) => this.failures.set(specId, failure);
    this.deployments.onEnd = ({ id }) => this.writes.remove("deployment", id);
  }

  /** Definitions of older versions that instances still run with. */
  private async loadSpecs(instances: readonly Instance[]): Promise<void> {
    const wanted = new Map(instances.map((one) => [`${one.specId} ${one.specVersion}`, one]));
    for (const { kind, specId, specVersion } of wanted.values()) {
      const spec = await this.groups.history.spec(kind, specId, specVersion);
      if (spec !== null && this.groups.root.specs.get(specId)?.version !== specVersion)
        this.groups.noteSpec(spec);
    }
  }

  private beginPeriodicWork(): void {
    const { clock, settings } = this.options;
    this.cancels = [
      repeatedly(clock, settings.reconciliationInitialMs, settings.reconciliationMs, () => this.reconcile()),
      repeatedly(clock, settings.scaleAppsInitialMs, settings.scaleAppsMs, () => this.balanceAll()),
      repeatedly(clock, Math.min(settings.expungeInitialMs, settings.expungeMs), settings.expungeMs, () => {
        this.updates.expunge();
        this.killOverdue();
      }),
    ];
  }

  private listener(): ClusterListener {
    return {
      registered: (id, master) => this.registered(id, master),
      offers: (offers) => this.launcher.offered(offers),
      rescinded: () => {}, // an offer is used or declined as soon as it comes
      status: (status) => this.updates.received(status),
      disconnected: () => {
        this.events.publish("scheduler_disconnected_event", {});
        this.end({ status: 103, text: "Disconnected from the Mesos master: giving up leadership." });
      },
      refused: (message) => this.refused(message),
    };
  }

  private registered(frameworkId: string, { hostname, port }: MasterAddress): void {
    const known = this.frameworkId !== null;
    const type = known ? "scheduler_reregistered_event" : "scheduler_registered_event";
    this.events.publish(type, { frameworkId, master: `${hostname}:${port}` });
    if (this.frameworkId !== frameworkId) this.writes.put("framework-id", "id", { id: frameworkId });
    this.frameworkId = frameworkId;
    this.options.log(`Registered as ${frameworkId} with master ${hostname}:${port}`);
    this.reconcile();
    this.launcher.connected();
  }

  /** A removed framework must not come back under its id: the stored one has to be cleared by a person. */
  private refused(message: string): void {
    if (/removed|completed|unknown framework/i.test(message)) {
      this.end({ status: 110, text: `Framework has been removed: ${message}` });
    } else this.end({ status: 106, text: `Mesos reported an error: ${message}` });
  }

  private reconcile(): void {
    const tasks = this.tracker.all
      .filter(hasTask)
      .flatMap((one) => one.tasks.map(({ id }) => ({ taskId: id, agentId: one.agent?.id ?? null })));
    const { cluster } = this.options;
    if (tasks.length > 0) cluster.reconcile(tasks);
    cluster.reconcile([]);
  }

  private balanceAll(): void {
    for (const id of this.groups.root.specs.keys()) this.unbalanced.add(id);
    this.look();
  }

  /** As many as wanted, where no deployment sees to it. */
  private balance(spec: RunSpec): void {
    if (this.deployments.isLocked(spec.id)) return;
    const wanted = this.tracker.of(spec.id).filter(isWanted).length;
    const target = instancesOf(spec);
    if (wanted < target) schedule(this.tools, spec, target - wanted);
    else if (wanted > target) shrink(this.tools, spec, wanted - target, new Set());
  }

  private killOverdue(): void {
    const before = iso(this.now() - this.settings.taskLaunchTimeoutMs);
    for (const instance of this.tracker.all) {
      const staged = ["Provisioned", "Staging", "Starting"].includes(instance.condition);
      if (staged && instance.since < before) this.killer.kill(instance);
    }
  }

  /** Looks at everything until nothing changes any more. */
  private look(): void {
    this.again = true;
    if (this.working || this.ended) return;
    this.working = true;
    while (this.again) {
      this.again = false;
      this.deployments.advance();
      for (const id of [...this.unbalanced]) {
        this.unbalanced.delete(id);
        const spec = this.groups.root.specs.get(id);
        if (spec !== undefined) this.balance(spec);
      }
      this.launcher.look();
    }
    this.working = false;
  }

  private end(reason: EndReason): void {
    if (this.ended) return;
    this.ended = true;
    for (const cancel of this.cancels.splice(0)) cancel();
    this.options.log(reason.text);
    this.options.end(reason);
  }
}

/** The spec whose instance has this id. */
function specIdOf(instanceId: string): string {
  return `/${instanceId.replace(/\.(instance|marathon)-.*$/, "").replaceAll("_", "/")}`;
}
