/** What became of the offers that a queued spec has seen: the summaries of /v2/queue. Counts only. */
import type { JsonObject } from "../../../value/json.js";
import { iso } from "../../framework/clock.js";
import type { Offer } from "../../framework/cluster.js";
import { compact } from "../definition/fields.js";
import { REASONS, type Reason } from "../instance/match.js";

interface Refused {
  readonly offer: Offer;
  readonly reasons: readonly Reason[];
  readonly at: number;
}

export class OfferStatistics {
  private processed = 0;
  private unused = 0;
  private lastUnusedAt: number | null = null;
  private lastUsedAt: number | null = null;
  private readonly lastByAgent = new Map<string, Refused | null>();
  /** Of all offers, by the first reason; null = it was taken. */
  private readonly firstReasons = new Map<Reason | null, number>();

  used(offer: Offer, now: number): void {
    this.processed += 1;
    this.lastUsedAt = now;
    this.lastByAgent.set(offer.agentId, null);
    this.count(null);
  }

  refused(offer: Offer, reasons: readonly Reason[], now: number): void {
    this.processed += 1;
    this.unused += 1;
    this.lastUnusedAt = now;
    this.lastByAgent.set(offer.agentId, { offer, reasons, at: now });
    this.count(reasons[0] ?? null);
  }

  summary(): JsonObject {
    const last = [...this.lastByAgent.values()].map((refused) => refused?.reasons[0] ?? null);
    const counts = new Map<Reason | null, number>();
    for (const reason of last) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return compact({
      processedOffersCount: this.processed,
      unusedOffersCount: this.unused,
      lastUnusedOfferAt: this.lastUnusedAt === null ? undefined : iso(this.lastUnusedAt),
      lastUsedOfferAt: this.lastUsedAt === null ? undefined : iso(this.lastUsedAt),
      rejectSummaryLastOffers: funnel(last.length, counts),
      rejectSummaryLaunchAttempt: funnel(this.processed, this.firstReasons),
    });
  }

  lastUnused(): JsonObject[] {
    return [...this.lastByAgent.values()].flatMap((refused) =>
      refused === null
        ? []
        : [{ offer: offerShown(refused.offer), reason: [...refused.reasons], timestamp: iso(refused.at) }],
    );
  }

  private count(reason: Reason | null): void {
    this.firstReasons.set(reason, (this.firstReasons.get(reason) ?? 0) + 1);
  }
}

/** Each row lets through what it does not decline. */
function funnel(total: number, counts: ReadonlyMap<Reason | null, number>): JsonObject[] {
  let processed = total;
  return REASONS.map((reason) => {
    const declined = counts.get(reason) ?? 0;
    const row = { reason, declined, processed };
    processed -= declined;
    return row;
  });
}

function offerShown(offer: Offer): JsonObject {
  const value = (one: Offer["resources"][number] | Offer["attributes"][number]) => ({
    scalar: one.scalar,
    ranges: one.ranges?.map(({ begin, end }) => ({ begin, end })),
    set: one.set,
  });
  return {
    id: offer.id,
    hostname: offer.hostname,
    agentId: offer.agentId,
    resources: offer.resources.map((one) => compact({ name: one.name, role: one.role, ...value(one) })),
    attributes: offer.attributes.map((one) => compact({ name: one.name, text: one.text, ...value(one) })),
  };
}
