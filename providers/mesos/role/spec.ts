/** A MesosRole's spec, filled in and typed, and what Mesos says of a role in the same shape. Pure. */
import { type Diagnostic, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { Quantities, Quota } from "../../../src/mesos/answers.js";
import { thousandths } from "../../../src/mesos/resources.js";
import { hasFeature } from "../../../src/mesos/version.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../../src/value/json.js";

export interface RoleState {
  readonly weight: number;
  readonly quota: Quota;
}

const NO_QUOTA: Quota = { guarantees: {}, limits: {} };
export const DEFAULT_ROLE: RoleState = { weight: 1, quota: NO_QUOTA };

/** Everything filled in, amounts to the thousandth as Mesos keeps them; what is not known yet stays as it is. */
export function normaliseRole(spec: JsonObject): JsonObject {
  const given = isObject(spec["quota"]) ? spec["quota"] : {};
  const { guarantees = {}, limits = {} } = given;
  return {
    ...spec,
    weight: spec["weight"] ?? 1,
    quota: { ...given, guarantees: amounts(guarantees, false), limits: amounts(limits, true) },
    force: spec["force"] ?? false,
  };
}

/** A guarantee of nothing is none; a limit of nothing allows nothing. */
function amounts(value: Json, keepsZero: boolean): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, amount]): [string, Json][] => {
      if (typeof amount !== "number") return [[name, amount]];
      const rounded = thousandths(amount);
      return rounded === 0 && !keepsZero ? [] : [[name, rounded]];
    }),
  );
}

/** Of a normalised spec without unknown values. */
export function roleState(spec: JsonObject): RoleState {
  const { guarantees, limits } = isObject(spec["quota"]) ? spec["quota"] : {};
  return {
    weight: typeof spec["weight"] === "number" ? spec["weight"] : 1,
    quota: { guarantees: quantities(guarantees), limits: quantities(limits) },
  };
}

function quantities(value: Json | undefined): Quantities {
  if (!isObject(value)) return {};
  const entries = Object.entries(value).flatMap(([name, amount]) =>
    typeof amount === "number" ? [[name, amount] as const] : [],
  );
  return Object.fromEntries(entries);
}

/**
 * What is wanted as this version can say it: before 1.9 a guarantee is a limit as well, so that limits that are left out, or are
 * the same, count as those.
 */
export function believedQuota(live: Quota, wanted: Quota, version: string): Quota {
  const guarantees = quantities(amounts({ ...live.guarantees }, false));
  if (hasFeature(version, "quotaLimits") || Object.keys(wanted.limits).length > 0) {
    return { guarantees, limits: live.limits };
  }
  return { guarantees, limits: {} };
}

/** Whether a version before 1.9 can have it. */
export function isOldQuota({ guarantees, limits }: Quota): boolean {
  return (
    Object.keys(limits).length === 0 || canonicalJson({ ...limits }) === canonicalJson({ ...guarantees })
  );
}

export function isDefault(state: RoleState): boolean {
  return canonicalJson(jsonOf(state)) === canonicalJson(jsonOf(DEFAULT_ROLE));
}

export function jsonOf({ weight, quota }: RoleState): JsonObject {
  return { weight, quota: { guarantees: { ...quota.guarantees }, limits: { ...quota.limits } } };
}

export function validateRole(spec: JsonObject): { path: string; diagnostic: Diagnostic }[] {
  const role = spec["role"];
  if (typeof role !== "string") return [];
  const { quota } = roleState(normaliseRole(spec));
  const hasQuota = Object.keys(quota.guarantees).length + Object.keys(quota.limits).length > 0;
  if (hasQuota && (role === "*" || role.includes("/"))) {
    const what = role === "*" ? "the role of all, *," : "a role below another";
    const diagnostic = errorDiagnostic("mesos-role-quota", `${what} cannot have a quota`, {
      remedy: role === "*" ? "Give quotas to roles of their own." : "Give the quota to the top-level role.",
    });
    return [{ path: "quota", diagnostic }];
  }
  return Object.entries(quota.guarantees).flatMap(([name, amount]) => {
    const limit = quota.limits[name];
    if (limit === undefined || amount <= limit) return [];
    const text = `${amount} ${name} are guaranteed, and the limit is ${limit}`;
    const remedy = "Raise the limit, or lower the guarantee.";
    return [{ path: "quota.limits", diagnostic: errorDiagnostic("mesos-role-quota", text, { remedy }) }];
  });
}
