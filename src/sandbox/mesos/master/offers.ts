/**
 * Offers and inverse offers on their way to the frameworks and back: made by the allocator each interval, declined, rescinded.
 * What is done with accepted ones is in acceptance.ts.
 */
import { type AllocationSettings, runAllocation } from "../model/allocator.js";
import { machineKey } from "../model/cluster.js";
import type { Agent, Framework, InverseOffer, Offer } from "../model/records.js";
import { type Quantities, quantities } from "../model/resource.js";
import { parseResources } from "../model/resource-text.js";
import type { Context } from "./context.js";
import { inverseOfferWire, offerWire } from "./views-v1.js";
import { idWire } from "./wire-parts.js";

/** Seconds; of the Filters message. */
const DEFAULT_REFUSAL = 5;
/** Mesos limits the time of a filter to a year. */
const LONGEST_REFUSAL = 365 * 86_400;

export class Offers {
  private nextId = 0;
  private waiting = false;
  private running = false;
  private paused: (() => void) | null = null;
  private readonly minimum: readonly Quantities[];
  /** Allocation runs so far. */
  runs = 0;
  /** Milliseconds: how long a run took, and how long it had waited for its turn. */
  onRun: (took: number, waited: number) => void = () => {};

  constructor(private readonly context: Context) {
    this.minimum = readMinimum(context.flags.text("min_allocatable_resources") ?? "");
  }

  /** A run each allocation_interval, on leaders and standbys alike. */
  start(): void {
    const interval = this.context.flags.duration("allocation_interval");
    let due = performance.now() + interval;
    const tick = () => {
      const waited = Math.max(0, performance.now() - due);
      due = performance.now() + interval;
      this.context.clock.after(interval, tick);
      this.allocate(waited);
    };
    this.context.clock.after(interval, tick);
  }

  /** No offers until enough agents came back after a fail-over, so that quotas are not given away. */
  pause(ms: number): void {
    this.paused?.();
    this.paused = this.context.clock.after(ms, () => this.resume());
  }

  resume(): void {
    this.paused?.();
    this.paused = null;
    this.soon();
  }

  get isPaused(): boolean {
    return this.paused !== null;
  }

  /** A run for a reason, before the next interval; several reasons at once are one run. */
  soon(): void {
    if (this.waiting) return;
    this.waiting = true;
    const asked = performance.now();
    this.context.clock.after(0, () => {
      this.waiting = false;
      this.allocate(performance.now() - asked);
    });
  }

  private allocate(waited: number): void {
    if (this.running || this.paused !== null) return;
    this.running = true;
    const begun = performance.now();
    try {
      const made = runAllocation(this.context.cluster, this.context.filters, this.settings());
      const byFramework = new Map<Framework, Offer[]>();
      for (const { framework, agent, role, resources } of made) {
        const id = this.newId();
        const offer: Offer = { id, framework, agent, role, resources, timeout: this.timeoutOf(id) };
        this.context.cluster.addOffer(offer);
        const list = byFramework.get(framework);
        if (list === undefined) byFramework.set(framework, [offer]);
        else list.push(offer);
      }
      for (const [framework, offers] of byFramework) this.send(framework, offers);
      this.allocateInverse();
    } finally {
      this.running = false;
      this.runs += 1;
      this.onRun(performance.now() - begun, waited);
    }
  }

  private settings(): AllocationSettings {
    const { clock, flags, random } = this.context;
    return {
      now: clock.now(),
      minimum: this.minimum,
      filterGpus: flags.bool("filter_gpu_resources"),
      shuffle: (agents) => shuffled(agents, random),
    };
  }

  private send(framework: Framework, offers: readonly Offer[]): void {
    this.context.counters.upOf(framework, "offers/sent", offers.length);
    this.context.notify(framework, { type: "OFFERS", offers: { offers: offers.map(offerWire) } });
  }

  private newId(): string {
    return `${this.context.self.id}-O${this.nextId++}`;
  }

  private timeoutOf(id: string): (() => void) | null {
    const { clock, flags, cluster } = this.context;
    if (flags.text("offer_timeout") === null) return null;
    return clock.after(flags.duration("offer_timeout"), () => {
      const offer = cluster.offers.get(id);
      if (offer !== undefined) this.rescind(offer);
    });
  }

  /** The framework must not use it any more. */
  rescind(offer: Offer): void {
    this.context.cluster.removeOffer(offer);
    this.context.counters.upOf(offer.framework, "offers/rescinded");
    this.context.notify(offer.framework, { type: "RESCIND", rescind: { offer_id: idWire(offer.id) } });
  }

  rescindAgent(agent: Agent): void {
    for (const offer of [...agent.offers]) this.rescind(offer);
    for (const offer of [...agent.inverseOffers.values()]) this.rescindInverse(offer);
  }

  /** Of one that is gone: nobody is told. */
  rescindFramework(framework: Framework): void {
    for (const offer of [...framework.offers]) this.context.cluster.removeOffer(offer);
    for (const offer of [...framework.inverseOffers]) this.context.cluster.removeInverseOffer(offer);
  }

  rescindInverse(offer: InverseOffer): void {
    this.context.cluster.removeInverseOffer(offer);
    this.context.notify(offer.framework, {
      type: "RESCIND_INVERSE_OFFER",
      rescind_inverse_offer: { inverse_offer_id: idWire(offer.id) },
    });
  }

  decline(framework: Framework, ids: readonly string[], refuseSeconds: number | null): void {
    this.context.counters.up("master/messages_decline_offers");
    for (const id of ids) {
      const offer = this.context.cluster.offers.get(id);
      if (offer === undefined || offer.framework !== framework) continue;
      this.context.cluster.removeOffer(offer);
      this.context.counters.upOf(framework, "offers/declined");
      this.refuse(framework, offer.role, offer.agent, offer.resources, refuseSeconds);
    }
  }

  /** @param resources that were not used of an offer; with their allocation */
  refuse(
    framework: Framework,
    role: string,
    agent: Agent,
    resources: Offer["resources"],
    refuseSeconds: number | null,
  ): void {
    const seconds = Math.min(refuseSeconds ?? DEFAULT_REFUSAL, LONGEST_REFUSAL);
    if (seconds <= 0 || resources.length === 0) return;
    const bare = resources.map(({ allocatedTo: _, ...part }) => part);
    this.context.filters.refuse(framework, role, agent, bare, this.context.clock.now() + seconds);
  }

  revive(framework: Framework, roles: readonly string[]): void {
    this.context.counters.up("master/messages_revive_offers");
    const some = roles.length === 0 ? null : new Set(roles);
    for (const role of roles.length === 0 ? [...framework.suppressed] : roles)
      framework.suppressed.delete(role);
    this.context.filters.revive(framework.id, some);
    this.soon();
  }

  suppress(framework: Framework, roles: readonly string[]): void {
    this.context.counters.up("master/messages_suppress_offers");
    for (const role of roles.length === 0 ? framework.roles : roles) framework.suppressed.add(role);
  }

  /** Asks the frameworks that hold something on a machine that goes into maintenance. */
  private allocateInverse(): void {
    const { clock, cluster, filters } = this.context;
    if (cluster.machines.size === 0) return;
    for (const agent of cluster.agents.values()) {
      const { unavailability } = agent;
      if (unavailability === null || !agent.connected) continue;
      for (const framework of holders(agent)) {
        if (!framework.connected || agent.inverseOffers.has(framework.id)) continue;
        if (filters.isRefused(framework, "", agent, null, clock.now())) continue;
        const offer: InverseOffer = { id: this.newId(), framework, agent, unavailability };
        cluster.addInverseOffer(offer);
        this.context.notify(framework, {
          type: "INVERSE_OFFERS",
          inverse_offers: { inverse_offers: [inverseOfferWire(offer)] },
        });
      }
    }
  }

  answerInverse(
    framework: Framework,
    ids: readonly string[],
    status: "ACCEPT" | "DECLINE",
    refuseSeconds: number | null,
  ): void {
    const { clock, cluster, filters } = this.context;
    for (const id of ids) {
      const offer = cluster.inverseOffers.get(id);
      if (offer === undefined || offer.framework !== framework) continue;
      cluster.removeInverseOffer(offer);
      const now = clock.now();
      const key = machineKey({ hostname: offer.agent.info.hostname, ip: offer.agent.ip });
      const answers = cluster.inverseAnswers.get(key) ?? new Map();
      answers.set(framework.id, { status, frameworkId: framework.id, timestamp: now });
      cluster.inverseAnswers.set(key, answers);
      filters.refuse(framework, "", offer.agent, null, now + (refuseSeconds ?? DEFAULT_REFUSAL));
    }
  }
}

function holders(agent: Agent): Set<Framework> {
  const found = new Set<Framework>();
  for (const task of agent.tasks.values()) found.add(task.framework);
  for (const executor of agent.executors.values()) found.add(executor.framework);
  return found;
}

/** `cpus:0.01|mem:32`: at least one of the alternatives. */
function readMinimum(text: string): Quantities[] {
  return text.split("|").flatMap((part) => {
    const parsed = parseResources(part);
    return typeof parsed === "string" || parsed.length === 0 ? [] : [quantities(parsed)];
  });
}

/** Fisher and Yates. */
function shuffled(agents: Agent[], random: () => number): Agent[] {
  for (let at = agents.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    const [a, b] = [agents[at], agents[other]];
    if (a === undefined || b === undefined) continue;
    agents[at] = b;
    agents[other] = a;
  }
  return agents;
}
