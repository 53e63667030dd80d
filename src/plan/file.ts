/**
 * The text of a plan file and back. What comes from a file is checked before it is believed; files themselves are read and
 * written elsewhere.
 */
import { createHash } from "node:crypto";
import { type Diagnostic, errorDiagnostic, type Outcome } from "../diagnostics/diagnostic.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../value/json.js";
import { PLAN_FORMAT_VERSION, type Plan } from "./plan.js";

const KIND = "ferry-plan";

/** One JSON object on one line: kind, format version, checksum, the plan. */
export function formatPlanFile(plan: Plan): string {
  const body = JSON.stringify(plan);
  const head = `{"kind":${JSON.stringify(KIND)},"formatVersion":${PLAN_FORMAT_VERSION},"checksum":"${checksum(body)}"`;
  return `${head},"plan":${body}}\n`;
}

/** `name` is how the file is called in errors. */
export function parsePlanFile(text: string, name: string): Outcome<Plan> {
  const foreign = (why: string): Outcome<Plan> => ({ diagnostics: [notAPlan(name, why)] });
  if (text.trim() === "") return foreign("it is empty");
  const torn = text.trimStart().startsWith(`{"kind":"${KIND}"`)
    ? "it is cut off or damaged"
    : "it is no JSON";
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return foreign(torn);
  }
  if (!isObject(content) || content["kind"] !== KIND) return foreign("it holds something else");
  const version = content["formatVersion"];
  if (version !== PLAN_FORMAT_VERSION) return { diagnostics: [otherVersion(name, version ?? null)] };
  const plan = content["plan"];
  if (!isObject(plan)) return foreign("it holds no plan");
  if (checksum(JSON.stringify(plan)) !== content["checksum"])
    return foreign("it was changed or damaged after ferry wrote it");
  const fault = faultIn(plan);
  return fault === undefined ? { value: plan as unknown as Plan, diagnostics: [] } : foreign(fault);
}

/** `sha256:` over everything in a plan; equal plans have equal ones. */
export function planFingerprint(plan: Plan): string {
  return checksum(canonicalJson(plan as unknown as Json));
}

function checksum(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function notAPlan(name: string, why: string): Diagnostic {
  return errorDiagnostic("plan-file-invalid", `${name} is no plan of ferry: ${why}`, {
    detail: "Nothing was changed.",
    remedy: `Make a new one with \`ferry plan --out ${name}\`.`,
  });
}

function otherVersion(name: string, version: Json): Diagnostic {
  const newer = typeof version === "number" && version > PLAN_FORMAT_VERSION;
  return errorDiagnostic(
    "plan-file-version",
    `${name} is a plan of format ${JSON.stringify(version)}; this ferry knows format ${PLAN_FORMAT_VERSION}`,
    {
      detail: "Nothing was changed.",
      remedy: newer
        ? "Apply it with the ferry that made it, or update this one."
        : `Make a new one with \`ferry plan --out ${name}\`.`,
    },
  );
}

const ACTIONS = new Set(["create", "update", "replace", "delete", "no-op", "forget"]);

type Check = (value: Json | undefined) => boolean;
const isText: Check = (value) => typeof value === "string";
const isTextOrNull: Check = (value) => value === null || typeof value === "string";
const isRecord: Check = (value) => isObject(value);
const isRecordOrNull: Check = (value) => value === null || isObject(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((item: Json) => check(item));
const shape =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([key, check]) => check(value[key]));

const FIELD = shape({ path: isText, kind: isText });
const CHANGE = shape({
  address: isText,
  kind: isText,
  provider: isText,
  action: (value) => typeof value === "string" && ACTIONS.has(value),
  reason: shape({ code: isText, text: isText }),
  before: isRecordOrNull,
  after: isRecordOrNull,
  fields: listOf(FIELD),
  unknownPaths: listOf(isText),
  sensitivePaths: listOf(isText),
  forcedBy: listOf(isText),
  waitsFor: listOf(isText),
  steps: listOf(isText),
  liveFingerprint: isText,
});

const PLAN: Readonly<Record<string, Check>> = {
  formatVersion: (value) => value === PLAN_FORMAT_VERSION,
  ferryVersion: isText,
  mode: (value) => value === "apply" || value === "destroy" || value === "refresh-only",
  configuration: shape({ fingerprint: isText, environment: isTextOrNull }),
  state: shape({ location: isText, lineage: isTextOrNull, serial: (value) => typeof value === "number" }),
  git: isRecordOrNull,
  selection: shape({ targets: listOf(isText), excludes: listOf(isText) }),
  changes: listOf(CHANGE),
  drift: listOf(
    shape({ address: isText, kind: isText, status: isText, fields: listOf(FIELD), message: isText }),
  ),
  stages: listOf(shape({ name: isText, addresses: listOf(isText) })),
  diagnostics: listOf(isRecord),
};

function faultIn(plan: JsonObject): string | undefined {
  const wrong = Object.entries(PLAN).find(([key, check]) => !check(plan[key]));
  return wrong === undefined ? undefined : `its ${wrong[0]} are not as ferry writes them`;
}
