/** `tasksStats` of an app: counts and ages of its tasks, in four groups. Pure but for the engine it reads. */
import type { JsonObject } from "../../../value/json.js";
import { compact } from "../definition/fields.js";
import type { RunSpec } from "../definition/run-spec.js";
import type { Engine } from "../engine/engine.js";
import { type Instance, isCurrent } from "../instance/instance.js";

export function taskStatistics(engine: Engine, spec: RunSpec, instances: readonly Instance[]): JsonObject {
  const launched = instances.filter(({ tasks }) => tasks.length > 0);
  const of = (part: readonly Instance[]) =>
    part.length === 0 ? undefined : { stats: statistics(engine, part) };
  return compact({
    startedAfterLastScaling: of(launched.filter(({ specVersion }) => specVersion >= spec.lastScalingAt)),
    withLatestConfig: of(launched.filter((instance) => isCurrent(instance, spec))),
    withOutdatedConfig: of(launched.filter((instance) => !isCurrent(instance, spec))),
    totalSummary: of(launched),
  });
}

function statistics(engine: Engine, instances: readonly Instance[]): JsonObject {
  const health = instances.map((instance) => engine.health.isHealthy(instance));
  const running = instances.filter(({ condition }) => condition === "Running");
  const ages = running
    .flatMap(({ activeSince }) =>
      activeSince === null ? [] : [(engine.now() - Date.parse(activeSince)) / 1000],
    )
    .sort((a, b) => a - b);
  const middle = ages[Math.floor(ages.length / 2)] ?? 0;
  return compact({
    counts: {
      staged: instances.length - running.length,
      running: running.length,
      healthy: health.filter((healthy) => healthy === true).length,
      unhealthy: health.filter((healthy) => healthy === false).length,
    },
    lifeTime:
      ages.length === 0
        ? undefined
        : { averageSeconds: ages.reduce((sum, age) => sum + age, 0) / ages.length, medianSeconds: middle },
  });
}
