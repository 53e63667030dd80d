/** Resources of Mesos as amounts that can be added and compared: scalars as they are, of ranges how many. Pure. */
import type { Resource } from "../../mesos/resources.js";
import type { Amounts } from "../plan/survey.js";

export function amountsOf(resources: readonly Resource[]): Amounts {
  const sums: Record<string, number> = {};
  for (const { name, amount } of resources) {
    const more =
      amount.kind === "scalar"
        ? amount.value
        : amount.ranges.reduce((sum, { begin, end }) => sum + end - begin + 1, 0);
    sums[name] = Math.round(((sums[name] ?? 0) + more) * 1000) / 1000;
  }
  return sums;
}

/** By the innermost role that holds it; what nobody has reserved is left out. */
export function reservedAmounts(resources: readonly Resource[]): Readonly<Record<string, Amounts>> {
  const roles = new Map<string, Resource[]>();
  for (const resource of resources) {
    const role = resource.reservations.at(-1)?.role;
    if (role !== undefined) roles.set(role, [...(roles.get(role) ?? []), resource]);
  }
  return Object.fromEntries([...roles].map(([role, held]) => [role, amountsOf(held)]));
}
