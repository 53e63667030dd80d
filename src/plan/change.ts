/** Makes the entry of a plan out of a decision: masked, with steps and fingerprint. Decides nothing. */
import { createHash } from "node:crypto";
import type { ChangeRequest, KindHandler, ResourceView } from "../../providers/provider.js";
import { isUnknown } from "../value/expression.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../value/json.js";
import { appendStep, formatPath } from "../value/path.js";
import type { Decision } from "./decide.js";
import { itemSteps } from "./mask.js";
import type { PlannedChange } from "./plan.js";
import type { RuleNode } from "./rules.js";
import type { Sensitivity } from "./sensitivity.js";

export interface ChangeParts {
  readonly address: string;
  readonly kind: string;
  readonly handler: KindHandler;
  readonly decision: Decision;
  readonly sensitivity: Sensitivity;
  readonly identity: Json;
  /** Hash, "absent" or "unreadable". */
  readonly liveFingerprint: string;
  readonly movedFrom: string | undefined;
  /** What is known of other resources, for the steps. */
  readonly resource: (address: string) => ResourceView | undefined;
}

export function plannedChange(parts: ChangeParts): PlannedChange {
  const { address, kind, handler, decision, sensitivity, movedFrom } = parts;
  const { action, code, text, before, after, differences, replaceOrder } = decision;
  const { masker } = sensitivity;
  const fields = differences.map((difference) => {
    const field = masker.field(difference);
    // What is made or removed as a whole replaces nothing.
    return field.forcesReplacement && action !== "replace" ? { ...field, forcesReplacement: false } : field;
  });
  const moved = action === "no-op" && code === "in-step" && movedFrom !== undefined;
  return {
    address,
    kind,
    provider: handler.provider,
    action,
    reason: moved ? { code: "moved", text: `was ${movedFrom}` } : { code, text: masker.text(text) },
    ...(replaceOrder === undefined ? {} : { replaceOrder }),
    before: before === null ? null : masker.spec(before),
    after: after === null ? null : masker.spec(after),
    fields,
    unknownPaths: differences.some((difference) => difference.unknown)
      ? unknownPaths(after, sensitivity.rules)
      : [],
    sensitivePaths: masker.paths([before, after]),
    forcedBy: fields.filter((field) => field.forcesReplacement).map((field) => field.path),
    waitsFor: [],
    ...(movedFrom === undefined ? {} : { movedFrom }),
    steps: stepsOf(parts).map((step) => masker.text(step)),
    liveFingerprint: parts.liveFingerprint,
  };
}

/** `sha256:` over a live value. */
export function fingerprintOf(value: JsonObject): string {
  return `sha256:${createHash("sha256").update(canonicalJson(value)).digest("hex")}`;
}

function stepsOf(parts: ChangeParts): readonly string[] {
  return requestsOf(parts).flatMap((request) => parts.handler.describeSteps(request, parts.resource));
}

function requestsOf({ address, decision, identity }: ChangeParts): ChangeRequest[] {
  const { action, differences } = decision;
  const before = decision.before ?? {};
  const after = decision.after ?? {};
  const fields = differences.map((difference) => formatPath(difference.path));
  switch (action) {
    case "create":
      return [{ action, address, after, identity }];
    case "update":
      return [{ action, address, before, after, identity, fields }];
    case "delete":
      return [{ action, address, before, identity }];
    case "replace": {
      const making: ChangeRequest = { action: "create", address, after, identity: null };
      const removing: ChangeRequest = { action: "delete", address, before, identity };
      return decision.replaceOrder === "create-first" ? [making, removing] : [removing, making];
    }
    case "no-op":
    case "forget":
      return [];
  }
}

function unknownPaths(value: JsonObject | null, rules: RuleNode): string[] {
  const found: string[] = [];
  const visit = (current: Json, node: RuleNode, path: string): void => {
    if (isUnknown(current)) found.push(path);
    else if (Array.isArray(current)) {
      itemSteps(current, node).forEach((step, at) => {
        visit(current[at] ?? null, node.child(step), appendStep(path, step));
      });
    } else if (isObject(current)) {
      for (const [key, item] of Object.entries(current)) visit(item, node.child(key), appendStep(path, key));
    }
  };
  if (value !== null) visit(value, rules, "");
  return found.sort();
}
