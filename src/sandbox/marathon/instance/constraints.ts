/** Placement constraints against an agent and the instances that are placed already (facts 2.4). Pure. */
import type { Constraint } from "../definition/constraint.js";
import type { AgentInfo, Instance } from "./instance.js";

export function meets(constraint: Constraint, agent: AgentInfo, placed: readonly Instance[]): boolean {
  const value = valueOn(constraint.field, agent);
  const { operator, value: wanted } = constraint;
  switch (operator) {
    case "UNLIKE":
      return value === null || !matches(wanted ?? "", value);
    case "LIKE":
      return value !== null && matches(wanted ?? "", value);
    case "IS":
      return value !== null && value === wanted;
    case "CLUSTER":
      return (
        value !== null &&
        value === (wanted === null || wanted === "" ? firstValue(constraint, placed, value) : wanted)
      );
    case "UNIQUE":
      return value !== null && count(constraint.field, value, placed) === 0;
    case "MAX_PER":
      return value !== null && count(constraint.field, value, placed) < Number(wanted);
    case "GROUP_BY":
      return value !== null && isEven(constraint.field, value, Number(wanted ?? 0), placed);
  }
}

/** Null when the agent has no such attribute. */
export function valueOn(field: string, agent: AgentInfo): string | null {
  switch (field) {
    case "hostname":
    case "@hostname":
      return agent.host;
    case "@region":
      return agent.region;
    case "@zone":
      return agent.zone;
    default:
      return agent.attributes[field] ?? null;
  }
}

function matches(pattern: string, value: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(value);
}

function valuesOf(field: string, placed: readonly Instance[]): string[] {
  return placed.flatMap(({ agent }) => (agent === null ? [] : (valueOn(field, agent) ?? [])));
}

function firstValue({ field }: Constraint, placed: readonly Instance[], otherwise: string): string {
  return valuesOf(field, placed)[0] ?? otherwise;
}

function count(field: string, value: string, placed: readonly Instance[]): number {
  return valuesOf(field, placed).filter((one) => one === value).length;
}

/** Nobody gets another one while a known value has fewer, nor before `expected` values are used. */
function isEven(field: string, value: string, expected: number, placed: readonly Instance[]): boolean {
  const counts = new Map<string, number>();
  for (const one of valuesOf(field, placed)) counts.set(one, (counts.get(one) ?? 0) + 1);
  const own = counts.get(value);
  if (own === undefined) return true;
  return counts.size >= expected && own <= Math.min(...counts.values());
}

/** How unevenly the instances are spread by GROUP_BY: the value with the most, when it has at least two more than another. */
export function crowded(constraints: readonly Constraint[], instances: readonly Instance[]): Instance[] {
  for (const { field, operator } of constraints) {
    if (operator !== "GROUP_BY") continue;
    const groups = new Map<string, Instance[]>();
    for (const instance of instances) {
      const value = instance.agent === null ? null : valueOn(field, instance.agent);
      if (value !== null) groups.set(value, [...(groups.get(value) ?? []), instance]);
    }
    const sizes = [...groups.values()].sort((a, b) => b.length - a.length);
    const [largest = [], ...others] = sizes;
    if (others.length > 0 && largest.length > (others.at(-1)?.length ?? 0)) return largest;
  }
  return [];
}
