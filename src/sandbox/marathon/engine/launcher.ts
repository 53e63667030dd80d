/**
 * The launch queue: instances that wait for an offer, offers as they come, and what is launched from them. Asks Mesos for offers
 * when something waits, and for none when nothing does.
 */

import { iso } from "../../framework/clock.js";
import type { Offer } from "../../framework/cluster.js";
import { objects } from "../definition/fields.js";
import { hostPortsOf, type RunSpec, roleOf } from "../definition/run-spec.js";
import { type Instance, type InstanceTask, isCurrent, taskIdOf } from "../instance/instance.js";
import { agentOf, type Match, matchOffer, remaining } from "../instance/match.js";
import type { EngineContext } from "./context.js";
import type { Delays } from "./delays.js";
import { OfferStatistics } from "./offer-statistics.js";
import { launchOperation } from "./task-info.js";
import type { Tracker } from "./tracker.js";

export interface QueueItem {
  readonly spec: RunSpec;
  readonly count: number;
  readonly role: string;
  /** Milliseconds that it is held back for. */
  readonly delayMs: number;
  readonly since: string;
  readonly statistics: OfferStatistics;
}

/** After a revive the refused offers come again; Marathon asks a few times more, in case some were in flight. */
const REPEATED_REVIVES = 2;

export class Launcher {
  private readonly queued = new Map<
    string,
    { version: string; since: string; statistics: OfferStatistics }
  >();
  private wants = false;
  private lastRevive = Number.NEGATIVE_INFINITY;
  private cancelRevive: (() => void) | null = null;
  private repeats = 0;

  constructor(
    private readonly context: EngineContext,
    private readonly tracker: Tracker,
    private readonly delays: Delays,
  ) {}

  /** Instances may have changed, or a delay may be over. */
  look(): void {
    for (const id of this.queued.keys()) if (this.waiting(id).length === 0) this.queued.delete(id);
    let fresh = false;
    for (const instance of this.tracker.all) {
      if (instance.condition !== "Scheduled") continue;
      const version = this.context.spec(instance.specId)?.version;
      // A new version may fit into offers that were declined for the one before.
      if (version === undefined || this.queued.get(instance.specId)?.version === version) continue;
      this.queued.set(instance.specId, {
        version,
        since: iso(this.context.clock.now()),
        statistics: new OfferStatistics(),
      });
      fresh = true;
    }
    const ready = this.ready();
    const wants = ready.length > 0;
    if (wants) this.context.cluster.want([...new Set(ready.map(roleOf))]);
    if (wants && (!this.wants || fresh)) this.wish();
    if (!wants && this.wants && this.context.settings.suppressOffers) this.context.cluster.suppress();
    this.wants = wants;
  }

  /** A master is there (again), with no filters of ours. */
  connected(): void {
    this.lastRevive = Number.NEGATIVE_INFINITY;
    const ready = this.ready();
    this.wants = ready.length > 0;
    if (this.wants) {
      this.context.cluster.want([...new Set(ready.map(roleOf))]);
      this.wish();
    }
    if (!this.wants && this.context.settings.suppressOffers) this.context.cluster.suppress();
  }

  items(): QueueItem[] {
    return [...this.queued].flatMap(([id, { since, statistics }]) => {
      const spec = this.context.spec(id);
      const waiting = this.waiting(id);
      const [first] = waiting;
      if (spec === null || first === undefined) return [];
      const delayMs = this.delays.left(spec);
      return [{ spec, count: waiting.length, role: first.role, delayMs, since, statistics }];
    });
  }

  offered(offers: readonly Offer[]): void {
    this.context.counters.up("marathon.mesos.offers.incoming.counter", offers.length);
    const declined: string[] = [];
    for (const offer of offers) if (!this.use(offer)) declined.push(offer.id);
    if (declined.length === 0) return;
    this.context.counters.up("marathon.mesos.offers.declined.counter", declined.length);
    this.context.cluster.decline(declined, this.context.settings.declineOfferMs / 1000);
  }

  /** Launches as much from the offer as may be; false when nothing fitted. */
  private use(offer: Offer): boolean {
    let left = offer;
    const launched: { instance: Instance; spec: RunSpec; match: Extract<Match, { kind: "match" }> }[] = [];
    const now = this.context.clock.now();
    for (const spec of this.ready()) {
      for (const instance of this.scheduled(spec.id)) {
        if (launched.length >= this.context.settings.maxInstancesPerOffer) break;
        const match = this.tryOne(spec, instance, left, now);
        if (match.kind === "refused") break; // the next instance of this spec would not fit either
        left = remaining(left, match.resources);
        launched.push({ instance: this.provision(spec, instance, left, match.hostPorts), spec, match });
      }
    }
    if (launched.length === 0) return false;
    this.context.counters.up("marathon.mesos.offers.used.counter");
    this.context.counters.up("marathon.tasks.launched.counter", launched.length);
    const { envVarsPrefix: prefix, mesosUser: user } = this.context.settings;
    const operations = launched.map(({ instance, spec, match }) =>
      launchOperation({
        spec,
        instance,
        offer,
        resources: match.resources,
        hostPorts: match.hostPorts,
        prefix,
        user,
      }),
    );
    // Stored first: a task whose instance is unknown would be killed.
    this.context.writes.afterwards(() => this.context.cluster.accept(offer.id, operations, 0));
    return true;
  }

  private tryOne(spec: RunSpec, instance: Instance, offer: Offer, now: number): Match {
    const placed = this.tracker
      .of(spec.id)
      .filter((one) => one.agent !== null && one.condition !== "Scheduled" && isCurrent(one, spec));
    const { drainingMs } = this.context.settings;
    const match = matchOffer(spec, offer, { now, drainingMs, placed, boundTo: instance.agent?.id ?? null });
    const statistics = this.queued.get(spec.id)?.statistics;
    if (match.kind === "match") statistics?.used(offer, now);
    else statistics?.refused(offer, match.reasons, now);
    return match;
  }

  private provision(spec: RunSpec, instance: Instance, offer: Offer, hostPorts: readonly number[]): Instance {
    const incarnation = instance.incarnation + 1;
    const now = iso(this.context.clock.now());
    const ports = hostPortsOf(spec);
    const containers =
      spec.kind === "app" ? [null] : objects(spec.definition["containers"]).map(({ name }) => String(name));
    const tasks = containers.map(
      (container): InstanceTask => ({
        id: taskIdOf(instance, container, incarnation),
        container,
        state: "TASK_STAGING",
        condition: "Staging",
        stagedAt: now,
        startedAt: null,
        hostPorts: ports.flatMap((port, at) => (port.container === container ? [hostPorts[at] ?? 0] : [])),
        ipAddresses: [],
        healthy: null,
      }),
    );
    const next: Instance = {
      ...instance,
      specVersion: spec.version,
      role: offer.role,
      condition: "Provisioned",
      since: now,
      incarnation,
      tasks,
      agent: agentOf(offer),
    };
    this.tracker.put(next);
    return next;
  }

  /** Scheduled or provisioned: what the queue counts. */
  private waiting(specId: string): Instance[] {
    return this.tracker
      .of(specId)
      .filter(({ condition }) => condition === "Scheduled" || condition === "Provisioned");
  }

  private scheduled(specId: string): Instance[] {
    return this.tracker
      .of(specId)
      .filter(({ condition, goal }) => condition === "Scheduled" && goal === "Running");
  }

  /** Specs that something waits for and that are not held back; the longest waiting first. */
  private ready(): RunSpec[] {
    return [...this.queued.keys()].flatMap((id) => {
      const spec = this.context.spec(id);
      return spec === null || this.delays.left(spec) > 0 || this.scheduled(id).length === 0 ? [] : [spec];
    });
  }

  /** Revives, not more often than allowed. */
  private wish(): void {
    this.repeats = REPEATED_REVIVES;
    this.plan();
  }

  private plan(): void {
    if (this.cancelRevive !== null) return;
    const { clock, settings } = this.context;
    const wait = Math.max(0, this.lastRevive + settings.minReviveMs - clock.now());
    if (wait === 0) this.revive();
    else this.cancelRevive = clock.after(wait, () => this.revive());
  }

  private revive(): void {
    this.cancelRevive?.();
    this.cancelRevive = null;
    if (this.ready().length === 0) return;
    this.lastRevive = this.context.clock.now();
    this.context.counters.up("marathon.mesos.calls.revive.counter");
    this.context.cluster.revive();
    if (this.repeats === 0) return;
    this.repeats -= 1;
    this.plan();
  }
}
