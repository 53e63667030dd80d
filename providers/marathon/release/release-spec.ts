/** How an app's changed definition takes the place of the old one: the settings, filled in, and what they exclude. Pure. */
import { type Diagnostic, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { hasExternalVolumes, hasPersistentVolumes } from "../../../src/marathon/normalise/container.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { isFields } from "../spec.js";

export interface CanaryStep {
  /** Per cent of the instances. */
  readonly weight: number;
  readonly holdSeconds: number;
}

export interface ReleaseSpec {
  readonly strategy: "rolling" | "blue-green" | "canary";
  readonly steps: readonly CanaryStep[];
  readonly holdSeconds: number;
  /** Failed tasks of the copy that are put up with. */
  readonly maxTaskFailures: number;
  readonly loadBalancer: "none" | "marathon-lb";
}

const DEFAULTS: JsonObject = {
  strategy: "rolling",
  holdSeconds: 30,
  maxTaskFailures: 0,
  loadBalancer: "none",
};
const DEFAULT_STEPS: readonly JsonObject[] = [{ weight: 10 }, { weight: 50 }];

export function normaliseRelease(release: Json | undefined): Json {
  if (release !== undefined && !isFields(release)) return release;
  const filled: JsonObject = { ...DEFAULTS, ...release };
  if (filled["strategy"] !== "canary" || filled["steps"] !== undefined) return filled;
  return { ...filled, steps: DEFAULT_STEPS };
}

export function releaseOf(spec: JsonObject): ReleaseSpec {
  const release = normaliseRelease(spec["release"]);
  const given = isObject(release) ? release : {};
  const { strategy, steps, maxTaskFailures, loadBalancer } = given;
  const holdSeconds = numberOr(given["holdSeconds"], 30);
  return {
    strategy: strategy === "blue-green" || strategy === "canary" ? strategy : "rolling",
    steps: (Array.isArray(steps) ? (steps as readonly Json[]) : []).filter(isObject).map((step) => ({
      weight: numberOr(step["weight"], 100),
      holdSeconds: numberOr(step["holdSeconds"], holdSeconds),
    })),
    holdSeconds,
    maxTaskFailures: numberOr(maxTaskFailures, 0),
    loadBalancer: loadBalancer === "marathon-lb" ? "marathon-lb" : "none",
  };
}

function numberOr(value: Json | undefined, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

type Problem = { readonly path: string; readonly diagnostic: Diagnostic };

/** What keeps an app from being released by a copy. */
export function releaseProblems(spec: JsonObject): Problem[] {
  const release = releaseOf(spec);
  const { definition } = spec;
  if (release.strategy === "rolling" || !isFields(definition)) return [];
  const labels = isFields(definition["labels"]) ? definition["labels"] : {};
  return [
    ...copyProblems(release.strategy, definition, labels),
    ...labelProblems(release, labels),
    ...stepProblems(release),
  ];
}

function copyProblems(strategy: string, definition: JsonObject, labels: JsonObject): Problem[] {
  const { container } = definition;
  const bound = hasPersistentVolumes(container) || hasExternalVolumes(container);
  const single = labels["MARATHON_SINGLE_INSTANCE_APP"] === "true";
  if (!bound && !single) return [];
  const why = single ? "it may only ever have one instance" : "its volumes belong to its own instances";
  return [
    problem(
      "release.strategy",
      `the strategy ${strategy} starts a copy of the app, and ${why}`,
      "Use the strategy rolling.",
    ),
  ];
}

function labelProblems({ loadBalancer }: ReleaseSpec, labels: JsonObject): Problem[] {
  if (loadBalancer === "none" || labels["HAPROXY_DEPLOYMENT_GROUP"] !== undefined) return [];
  return [
    problem(
      "release.loadBalancer",
      "marathon-lb puts an app and its copy together by the label HAPROXY_DEPLOYMENT_GROUP, which the app does not have",
      "Give the definition the label HAPROXY_DEPLOYMENT_GROUP with a name of your own, and apply that first.",
    ),
  ];
}

function stepProblems({ strategy, steps }: ReleaseSpec): Problem[] {
  if (strategy === "blue-green" && steps.length > 0) {
    return [
      problem(
        "release.steps",
        "blue-green has no steps: its copy has all instances at once",
        "Take them out, or use canary.",
      ),
    ];
  }
  const falling = steps.some((step, at) => at > 0 && step.weight <= (steps[at - 1]?.weight ?? 0));
  return falling
    ? [problem("release.steps", "the weights of the steps do not grow", "Write them in growing order.")]
    : [];
}

function problem(path: string, summary: string, remedy: string): Problem {
  return { path, diagnostic: errorDiagnostic("marathon-release", `${path}: ${summary}`, { remedy }) };
}
