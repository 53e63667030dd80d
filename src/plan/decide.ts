/**
 * What is to be done with one resource, given everything known of it. Pure decisions: order, masking and refusals that
 * concern several resources are made elsewhere.
 */
import type { RecordedResource } from "../../state/model.js";
import type { DesiredResource } from "../config/desired.js";
import type { JsonObject } from "../value/json.js";
import { formatPath } from "../value/path.js";
import { baselineOf } from "./baseline.js";
import { type Difference, diffValues } from "./diff.js";
import { isPlainObject, sameValue } from "./equal.js";
import { withIgnoredFields } from "./ignore.js";
import type { Action, ReasonCode } from "./plan.js";
import type { RuleNode } from "./rules.js";

/** Nothing is masked in here yet. */
export interface Decision {
  readonly action: Action;
  readonly code: ReasonCode;
  readonly text: string;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  readonly differences: readonly Difference[];
  readonly replaceOrder?: "destroy-first" | "create-first";
}

export interface DeclaredFacts {
  readonly resource: DesiredResource;
  /** Normalised, references resolved as far as they are known. */
  readonly spec: JsonObject;
  readonly record: RecordedResource | undefined;
  /** Null when there is nothing. */
  readonly live: JsonObject | null;
  readonly rules: RuleNode;
  /** Address of the resource it lives in when that one is made anew in this plan. */
  readonly renewedWith: string | null;
  /** Live is not what the state last saw. */
  readonly drifted: boolean;
}

/** For a resource that is to be there. It must be recorded if it is live. */
export function decideDeclared(facts: DeclaredFacts): Decision {
  const { live, record, renewedWith } = facts;
  if (live === null || record === undefined || renewedWith !== null) return creation(facts);
  const { before, after, differences } = comparison(facts, live, record);
  const base = { before, after, differences };
  if (differences.length === 0) return { action: "no-op", ...inStep(record), ...base };
  const forcing = differences.filter((difference) => difference.forcesReplacement);
  if (forcing.length > 0) {
    const paths = forcing.map((difference) => formatPath(difference.path)).join(", ");
    return {
      action: "replace",
      code: "forces-replacement",
      text: `${paths} cannot be changed in place`,
      replaceOrder: facts.resource.lifecycle.createBeforeDestroy ? "create-first" : "destroy-first",
      ...base,
    };
  }
  return { action: "update", ...updateReason(facts, record), ...base };
}

/** For a recorded resource that is to go. `live` null: it is not there any more. */
export function decideGoing(
  record: RecordedResource,
  live: JsonObject | null,
  destroying: boolean,
  rules: RuleNode,
): Decision {
  if (live === null) {
    const text = "no longer there; only the record goes";
    return { action: "forget", code: "already-gone", text, before: null, after: null, differences: [] };
  }
  const before = { ...appliedSpec(record), ...live };
  const text = destroying ? "everything is to be destroyed" : "no longer declared";
  return {
    action: "delete",
    code: destroying ? "destroy-requested" : "not-declared",
    text: record.intent === undefined ? text : `${text}; ${cutOff(record.intent)}`,
    before,
    after: null,
    differences: diffValues(before, {}, rules),
  };
}

/** The last applied spec; of a resource whose creation was cut off, the spec it was being created with. */
export function appliedSpec(record: RecordedResource): JsonObject {
  const wanted = record.intent?.spec ?? null;
  return Object.keys(record.spec).length === 0 && wanted !== null ? wanted : record.spec;
}

function creation(facts: DeclaredFacts): Decision {
  const { record, spec, rules, renewedWith } = facts;
  return {
    action: "create",
    ...creationReason(record, renewedWith),
    before: null,
    after: spec,
    differences: diffValues({}, spec, rules),
  };
}

function creationReason(
  record: RecordedResource | undefined,
  renewedWith: string | null,
): { code: ReasonCode; text: string } {
  if (record === undefined) return { code: "not-in-state", text: "declared, and not there yet" };
  if (record.intent !== undefined) return { code: "interrupted", text: cutOff(record.intent) };
  if (renewedWith !== null) return { code: "gone", text: `goes with ${renewedWith}, which is made anew` };
  return { code: "gone", text: "was applied before and is no longer there" };
}

function inStep(record: RecordedResource): { code: ReasonCode; text: string } {
  if (record.intent === undefined) return { code: "in-step", text: "as declared" };
  return { code: "interrupted", text: `${cutOff(record.intent)}; it is as declared now` };
}

function updateReason(facts: DeclaredFacts, record: RecordedResource): { code: ReasonCode; text: string } {
  if (record.intent !== undefined) return { code: "interrupted", text: cutOff(record.intent) };
  const changed = !sameValue(record.spec, facts.spec);
  if (changed && facts.drifted) {
    return { code: "differs", text: "the configuration has changed, and so has the live resource" };
  }
  if (facts.drifted) return { code: "differs", text: "changed outside ferry" };
  return { code: "differs", text: changed ? "the configuration has changed" : "not as declared" };
}

function cutOff(intent: { readonly action: string; readonly startedAt: string }): string {
  return `an earlier ${intent.action} was cut off (begun ${intent.startedAt})`;
}

function comparison(
  facts: DeclaredFacts,
  live: JsonObject,
  record: RecordedResource,
): { before: JsonObject; after: JsonObject; differences: readonly Difference[] } {
  const { spec, rules, resource } = facts;
  const against = (recorded: JsonObject): { before: JsonObject; after: JsonObject; found: Difference[] } => {
    const before = baselineOf({ live, recorded, desired: spec }, rules);
    const after = withIgnoredFields(spec, before, resource.lifecycle.ignoreChanges, rules);
    return { before, after, found: diffValues(before, after, rules) };
  };
  const { before, after, found } = against(record.spec);
  const interrupted = record.intent?.spec ?? null;
  if (!isPlainObject(interrupted ?? undefined) || interrupted === null)
    return { before, after, differences: found };
  // Which of the two specs holds is not known where live says nothing: it must agree with both.
  const known = new Set(found.map((difference) => formatPath(difference.path)));
  const uncertain = against(interrupted).found.filter(
    (difference) => !known.has(formatPath(difference.path)),
  );
  return { before, after, differences: [...found, ...uncertain] };
}
