/** The parts that specs of apps, groups and pods have in common, filled in and typed. Pure. */
import { absoluteId } from "../../src/marathon/ids.js";
import { isExpression, isSecret, isUnknown, unknownValue } from "../../src/value/expression.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";

export interface DeploymentSpec {
  readonly timeoutSeconds: number;
  /** Null: only the timeout counts. */
  readonly maxTaskFailures: number | null;
  readonly rollback: "never" | "automatic";
  readonly whenLocked: "fail" | "wait" | "force";
}

const DEPLOYMENT: JsonObject = { timeoutSeconds: 900, rollback: "never", whenLocked: "fail" };

/** An object with fields of its own, as against what is known only later. */
export function isFields(value: Json | undefined): value is JsonObject {
  return isObject(value) && !isExpression(value) && !isSecret(value) && !isUnknown(value);
}

/** Everything filled in; the definition in its canonical form. */
export function normaliseSpec(
  spec: JsonObject,
  normaliseDefinition: (definition: JsonObject) => JsonObject,
): JsonObject {
  const { definition, deployment } = spec;
  return {
    ...spec,
    scaling: spec["scaling"] ?? "declared",
    deployment:
      isFields(deployment) || deployment === undefined ? { ...DEPLOYMENT, ...deployment } : deployment,
    ...(isFields(definition) ? { definition: normaliseDefinition(definition) } : {}),
  };
}

/** Undefined while something of it is not known. */
export function definitionOf(spec: JsonObject | null): JsonObject | undefined {
  const definition = spec?.["definition"];
  return isFields(definition) ? definition : undefined;
}

/** The absolute id; undefined while it is not known. */
export function idOf(spec: JsonObject | null): string | undefined {
  const id = definitionOf(spec)?.["id"];
  return typeof id === "string" ? absoluteId(id) : undefined;
}

export function deploymentOf(spec: JsonObject): DeploymentSpec {
  const given = isFields(spec["deployment"]) ? spec["deployment"] : {};
  const { timeoutSeconds, maxTaskFailures, rollback, whenLocked } = { ...DEPLOYMENT, ...given } as JsonObject;
  return {
    timeoutSeconds: typeof timeoutSeconds === "number" ? timeoutSeconds : 900,
    maxTaskFailures: typeof maxTaskFailures === "number" ? maxTaskFailures : null,
    rollback: rollback === "automatic" ? "automatic" : "never",
    whenLocked: whenLocked === "wait" || whenLocked === "force" ? whenLocked : "fail",
  };
}

/** Whether something else decides how many instances there are. */
export function isScaledElsewhere(spec: JsonObject): boolean {
  return spec["scaling"] === "external";
}

/** Where something is in the world: on which Marathon, under which id. */
export interface Place {
  /** Address of the Marathon. */
  readonly marathon: Json;
  readonly id: string;
}

/** What was applied tells where it is: what is declared may already name another place. Undefined while that is not known. */
export function placeOf(spec: JsonObject, recorded: JsonObject | null): Place | undefined {
  const at = recorded !== null && idOf(recorded) !== undefined ? recorded : spec;
  const id = idOf(at);
  return id === undefined ? undefined : { marathon: at["marathon"] ?? null, id };
}

/** The state's name for it. */
export function identityOf({ marathon, id }: Place): JsonObject {
  return { marathon, id };
}

/**
 * The fields besides the definition. But for the Marathon they only steer ferry: nothing of them is in the world, so that live
 * always has them as wanted.
 */
export function steering(spec: JsonObject, { marathon }: Place): JsonObject {
  const { definition: _definition, ...rest } = spec;
  return { ...rest, marathon };
}

/** The output `id`. */
export function idOutput(spec: JsonObject): JsonObject {
  return { id: idOf(spec) ?? unknownValue("definition.id") };
}
