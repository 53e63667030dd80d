/** The kind MesosRole: weight and quota of a role. Roles themselves come and go with the frameworks in them. */
import type { Quota } from "../../../src/mesos/answers.js";
import { quantitiesOf } from "../../../src/mesos/answers.js";
import { hasFeature } from "../../../src/mesos/version.js";
import { canonicalJson, type Json, type JsonObject } from "../../../src/value/json.js";
import type { ChangeRequest, FieldRules, KindHandler, ReadResult } from "../../provider.js";
import type { Dependencies } from "../dependencies.js";
import { tooOld } from "../failures.js";
import { mesosKind, type Seen, type Work } from "../kind.js";
import {
  believedQuota,
  DEFAULT_ROLE,
  isDefault,
  isOldQuota,
  jsonOf,
  normaliseRole,
  type RoleState,
  roleState,
  validateRole,
} from "./spec.js";

const RULES: FieldRules = {
  forcesReplacement: ["mesos", "role"],
  keyedLists: {},
  unorderedLists: [],
  sensitive: [],
  textFields: [],
  completeObjects: ["quota.guarantees", "quota.limits"],
};

function describeSteps(change: ChangeRequest): string[] {
  if (change.action === "delete") return ["set the weight to 1", "take the quota away"];
  const { weight, quota } = roleState(change.after);
  const before = change.action === "create" ? DEFAULT_ROLE : roleState(change.before);
  const steps: string[] = [];
  if (weight !== before.weight) steps.push(`set the weight to ${weight}`);
  if (!sameQuota(quota, before.quota)) steps.push("set guarantees and limits together");
  return steps;
}

function sameQuota(one: Quota, other: Quota): boolean {
  return (
    canonicalJson(jsonOf({ weight: 1, quota: one })) === canonicalJson(jsonOf({ weight: 1, quota: other }))
  );
}

async function stateNow(
  role: string,
  wanted: Quota,
  { client, signal }: Work,
): Promise<RoleState & { version: string }> {
  const { version } = await client.master(signal);
  const weights = await client.weights(signal);
  const quotas = await client.quotas(signal);
  const quota = believedQuota(quotas.get(role) ?? DEFAULT_ROLE.quota, wanted, version);
  return { weight: weights.get(role) ?? 1, quota, version };
}

async function look({ spec, recorded }: Seen, work: Work): Promise<ReadResult> {
  const role = String(spec["role"]);
  const now = await stateNow(role, roleState(spec).quota, work);
  // Every role weighs 1 and has no quota until somebody says otherwise.
  if (recorded === null && isDefault(now)) return { status: "absent", diagnostics: [] };
  const used = (await work.client.roles(work.signal)).find(({ name }) => name === role);
  return {
    status: "present",
    live: { ...spec, ...jsonOf(now) },
    attributes: {
      frameworks: [...(used?.frameworks ?? [])],
      allocated: { ...quantitiesOf(used?.allocated ?? []) },
    },
    identity: { mesos: spec["mesos"] ?? null, role },
    diagnostics: [],
  };
}

async function carryOut(change: ChangeRequest, _live: JsonObject | null, work: Work): Promise<Json> {
  const spec = change.action === "delete" ? change.before : change.after;
  const role = String(spec["role"]);
  const wanted = change.action === "delete" ? DEFAULT_ROLE : roleState(spec);
  const { client, signal, report, address } = work;
  const now = await stateNow(role, wanted.quota, work);
  const old = !hasFeature(now.version, "quotaLimits");
  if (old && !isOldQuota(wanted.quota)) {
    throw tooOld(address, "limits other than the guarantees", now.version, "quotaLimits");
  }
  if (!sameQuota(now.quota, wanted.quota)) {
    report({ message: `set the quota of ${role}` });
    const force = spec["force"] === true || change.action === "delete";
    if (old) await setOldQuota(role, now.quota, wanted.quota, force, work);
    else await client.updateQuota(role, wanted.quota, force, signal);
  }
  if (now.weight !== wanted.weight) {
    report({ message: `set the weight of ${role} to ${wanted.weight}` });
    await client.updateWeight(role, wanted.weight, signal);
  }
  return { mesos: spec["mesos"] ?? null, role };
}

/** Before 1.9 a quota cannot be changed: it is taken away and given anew. If the new one is refused the old one comes back. */
async function setOldQuota(
  role: string,
  now: Quota,
  wanted: Quota,
  force: boolean,
  work: Work,
): Promise<void> {
  const { client, signal } = work;
  const had = Object.keys(now.guarantees).length > 0;
  if (had) await client.removeQuota(role, signal);
  if (Object.keys(wanted.guarantees).length === 0) return;
  try {
    await client.setQuota(role, wanted.guarantees, force, signal);
  } catch (error) {
    if (had) await client.setQuota(role, now.guarantees, true, signal);
    throw error;
  }
}

export function roleHandler(dependencies: Dependencies): KindHandler {
  return mesosKind(
    {
      kind: "MesosRole",
      rules: RULES,
      normalise: normaliseRole,
      validate: validateRole,
      outputs: (spec) => ({ role: spec["role"] ?? null }),
      attributeNames: ["frameworks", "allocated"],
      describeSteps,
      importHelp: "the name of the role (the Mesos is taken from the configuration)",
      place: ["mesos", "role"],
      compared: (spec) => jsonOf(roleState(spec)),
      nameOf: (spec) => spec["role"],
      look,
      carryOut,
    },
    dependencies,
  );
}
