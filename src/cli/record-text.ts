/** A record of the state for people and for programs; sensitive values masked. Computes only. */
import type { RecordedResource } from "../../state/model.js";
import { isSecret } from "../value/expression.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";

export const MASK = "(sensitive)";

/** YAML-like text: identity and times first, then spec and attributes. */
export async function recordText(record: RecordedResource): Promise<string> {
  const { stringify } = await import("yaml");
  const { intent, ...rest } = recordedJson(record) as Record<string, Json>;
  return stringify(
    { ...rest, ...(intent === null ? {} : { intent }) },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

export function recordedJson(record: RecordedResource): JsonObject {
  const masked = (value: JsonObject): Json => maskValues(value, record.sensitivePaths);
  const { address, kind, provider, identity, attributes, dependsOn, preventDestroy, appliedAt, intent } =
    record;
  return {
    address,
    kind,
    provider,
    identity,
    appliedAt,
    dependsOn,
    preventDestroy,
    spec: masked(record.spec),
    live: record.live === null ? null : masked(record.live),
    attributes,
    intent: intent === undefined ? null : { action: intent.action, startedAt: intent.startedAt },
  };
}

/** Secrets as `(sensitive env:NAME)`, values at `paths` as `(sensitive)`. */
export function maskValues(value: Json, paths: readonly string[], here = ""): Json {
  if (isSecret(value)) return `(sensitive ${value.$secret})`;
  if (here !== "" && paths.includes(here)) return MASK;
  if (Array.isArray(value))
    return value.map((item: Json, index) => maskValues(item, paths, `${here}[${index}]`));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      maskValues(item, paths, here === "" ? key : `${here}.${key}`),
    ]),
  );
}
