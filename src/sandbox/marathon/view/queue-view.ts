/** The launch queue as GET /v2/queue shows it. */
import type { JsonObject } from "../../../value/json.js";
import { compact } from "../definition/fields.js";
import type { Engine } from "../engine/engine.js";
import { appShown } from "./app-view.js";
import { podShown } from "./pod-view.js";

export function queueShown(engine: Engine, withOffers: boolean): JsonObject {
  const queue = engine.launcher.items().map(({ spec, count, role, delayMs, since, statistics }) =>
    compact({
      count,
      role,
      delay: { timeLeftSeconds: Math.ceil(delayMs / 1000), overdue: delayMs <= 0 },
      since,
      processedOffersSummary: statistics.summary(),
      lastUnusedOffers: withOffers ? statistics.lastUnused() : undefined,
      [spec.kind]: spec.kind === "app" ? appShown(spec) : podShown(spec),
    }),
  );
  return { queue };
}
