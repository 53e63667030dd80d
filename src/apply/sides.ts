/** What a resource is changed from and to, exactly as the planner compared it. Computes only. */
import type { FieldRules, KindHandler } from "../../providers/provider.js";
import type { RecordedResource } from "../../state/model.js";
import type { DesiredResource } from "../config/desired.js";
import { baselineOf } from "../plan/baseline.js";
import { withIgnoredFields } from "../plan/ignore.js";
import { compileRules, type RuleNode } from "../plan/rules.js";
import type { JsonObject } from "../value/json.js";

export interface Sides {
  /** Live values, completed by what was applied; null when there are none. */
  readonly before: JsonObject | null;
  /** The normalised spec, with the present value of fields that are not to be acted on. */
  readonly after: JsonObject;
}

/** Compiled once for each kind. */
const compiled = new WeakMap<FieldRules, RuleNode>();

function rulesOf(handler: KindHandler): RuleNode {
  const known = compiled.get(handler.rules);
  if (known !== undefined) return known;
  const rules = compileRules(handler.rules);
  compiled.set(handler.rules, rules);
  return rules;
}

/** `spec`: normalised, references resolved. */
export function sidesOf(
  handler: KindHandler,
  resource: DesiredResource,
  spec: JsonObject,
  live: JsonObject | null,
  record: RecordedResource | undefined,
): Sides {
  if (live === null) return { before: null, after: spec };
  const rules = rulesOf(handler);
  const before = baselineOf({ live, recorded: record?.spec ?? {}, desired: spec }, rules);
  return { before, after: withIgnoredFields(spec, before, resource.lifecycle.ignoreChanges, rules) };
}
