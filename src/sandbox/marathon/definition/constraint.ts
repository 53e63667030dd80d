/** The rules for constraints of apps and pods: `[field, operator, value?]`. Pure; matching against agents is elsewhere. */
import { isObject, type Json } from "../../../value/json.js";
import { plainRefusal } from "./refusal.js";

export const OPERATORS = ["UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "UNLIKE", "MAX_PER", "IS"] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Constraint {
  readonly field: string;
  readonly operator: Operator;
  readonly value: string | null;
}

export function isOperator(word: string | undefined): word is Operator {
  return OPERATORS.some((operator) => operator === word);
}

/** An app's constraint is a list of texts, a pod's an object. Null when it is neither, or its operator is unknown. */
export function readConstraint(given: Json): Constraint | null {
  const [field, operator, value] = Array.isArray(given)
    ? (given as readonly Json[])
    : isObject(given)
      ? [given["fieldName"], given["operator"], given["value"]]
      : [];
  if (typeof field !== "string" || typeof operator !== "string" || !isOperator(operator)) return null;
  return { field, operator, value: typeof value === "string" ? value : null };
}

/** Null when all is well; throws a Refusal (500) for a lower-case operator, which passes Marathon's checks and then fails. */
export function constraintFault(given: readonly string[]): string | null {
  if (given.length < 2 || given.length > 3) return "Each constraint must have either 2 or 3 fields";
  const [, operator = "", value] = given;
  if (!isOperator(operator)) {
    if (isOperator(operator.toUpperCase()))
      throw plainRefusal(500, `Illegal constraint operator ${operator}`);
    const words = "UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS";
    return `Constraint operator must be one of the following ${words}`;
  }
  return valueFault(operator, value);
}

function valueFault(operator: Operator, value: string | undefined): string | null {
  switch (operator) {
    case "UNIQUE":
      return value === undefined ? null : "Value specified but not used";
    case "CLUSTER":
    case "IS":
      return value === undefined ? "Missing value" : null;
    case "GROUP_BY":
      return value === undefined || isWhole(value) ? null : "Value was specified but is not a number";
    case "MAX_PER":
      return value !== undefined && isWhole(value) ? null : "Value was not specified or is not a number";
    case "LIKE":
    case "UNLIKE":
      if (value === undefined) return "A regular expression value must be provided";
      return isPattern(value) ? null : `'${value}' is not a valid regular expression`;
  }
}

function isWhole(value: string): boolean {
  return /^[+-]?\d+$/.test(value);
}

export function isPattern(value: string): boolean {
  try {
    new RegExp(value);
    return true;
  } catch {
    return false;
  }
}
