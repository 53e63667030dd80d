/** One Sync on its own: subtrees that make sense together, two different ensembles, a strategy that fits the direction. */
import { pathRulesFault } from "../../sync/paths/path-map.js";
import type { PathRule } from "../../sync/spec.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, objectAt, ofKind, specPlace, textAt } from "./input.js";
import { endpointsOf, type PlacedRule, rulesOf, sharesOne, sideName } from "./sync-sides.js";

type Steps = readonly (string | number)[];

/** The part of a rule that is at fault: the one without which the fault goes away. */
function faultyField(sync: LoadedResource, rule: PathRule, index: number): Steps {
  const written = sync.spec["paths"];
  if (Array.isArray(written) && typeof written[index] === "string") return ["paths", index];
  const excluded = rule.exclude.findIndex((path) => pathRulesFault([{ ...rule, exclude: [path] }]) !== null);
  if (pathRulesFault([{ ...rule, exclude: [] }]) === null && excluded >= 0) {
    return ["paths", index, "exclude", excluded];
  }
  const isSource = pathRulesFault([{ a: rule.a, b: rule.a, exclude: [] }]) !== null;
  return ["paths", index, isSource ? "source" : "target"];
}

function reportPath(sync: LoadedResource, steps: Steps, fault: string, input: CheckInput): void {
  input.report.error("sync-paths", specPlace(sync, steps), `paths of ${sync.address}: ${fault}`, {
    remedy: "correct the path: each znode of either side can take part once, and /zookeeper and /ferry never",
    address: sync.address,
  });
}

function checkPaths(sync: LoadedResource, input: CheckInput): void {
  const sound: PlacedRule[] = [];
  for (const placed of rulesOf(sync)) {
    const { rule, index } = placed;
    const own = pathRulesFault([rule]);
    if (own !== null) {
      reportPath(sync, faultyField(sync, rule, index), own, input);
      continue;
    }
    const faults = sound.map((other) => pathRulesFault([other.rule, rule]));
    const fault = faults.find((one) => one !== null);
    if (fault !== undefined && fault !== null) reportPath(sync, ["paths", index], fault, input);
    sound.push(placed);
  }
}

function checkEnsembles(sync: LoadedResource, input: CheckInput): void {
  if (!sharesOne(endpointsOf(sync, "source", input), endpointsOf(sync, "target", input))) return;
  const field = objectAt(sync.spec, "target")["ensemble"] === undefined ? "connectString" : "ensemble";
  input.report.error(
    "sync-same-ensemble",
    specPlace(sync, ["target", field]),
    `source and target of ${sync.address} are the same ensemble: ${sideName(sync, "target")}`,
    { remedy: "name two different ensembles", address: sync.address },
  );
}

/** In one direction the source always wins: another strategy would be a word without effect. */
const TWO_WAY_ONLY: Readonly<Record<string, string>> = {
  "last-write-wins": "last-write-wins would write to its source",
  manual: "manual would hold nothing: the source wins",
};

function checkStrategy(sync: LoadedResource, input: CheckInput): void {
  const strategy = textAt(objectAt(sync.spec, "conflicts"), "strategy");
  const why = strategy === undefined ? undefined : TWO_WAY_ONLY[strategy];
  if (why === undefined || sync.spec["direction"] !== "a-to-b") return;
  input.report.error(
    "sync-strategy",
    specPlace(sync, ["conflicts", "strategy"]),
    `${sync.address} goes in one direction, and ${why}`,
    {
      remedy: "write source-wins, or direction: bidirectional",
      address: sync.address,
    },
  );
}

export function checkSyncs(input: CheckInput): void {
  for (const sync of ofKind(input, "Sync")) {
    checkPaths(sync, input);
    checkEnsembles(sync, input);
    checkStrategy(sync, input);
  }
}
