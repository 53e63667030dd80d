/**
 * Resources of one Marathon among each other: no id twice, none that another group's write would delete; and their order: what
 * is in a group waits for it, and an app for those it depends on.
 */
import { absoluteId, isBelow } from "../../marathon/ids.js";
import type { Json } from "../../value/json.js";
import { type CheckInput, objectAt, ofKind, placeName, specPlace, textAt } from "./input.js";
import { type DeclaredId, declaredIds, wouldDelete } from "./marathon-ids.js";

export function checkMarathonIds(input: CheckInput): void {
  const declared = declaredIds(input);
  const taken = new Map<string, DeclaredId>();
  for (const one of declared) {
    const key = `${one.marathon}\n${one.id}`;
    const other = taken.get(key);
    if (other === undefined) taken.set(key, one);
    else reportTwice(one, other, input);
  }
  for (const group of declared.filter(({ kind }) => kind === "group")) {
    for (const other of declared) {
      if (other.resource !== group.resource && wouldDelete(group, other, declared))
        reportInGroup(group, other, input);
    }
  }
}

function reportTwice(one: DeclaredId, other: DeclaredId, input: CheckInput): void {
  const { resource, id, marathon } = one;
  input.report.error(
    "marathon-id-twice",
    specPlace(resource, one.at),
    `${resource.address} and ${other.resource.address} declare ${id} on ${marathon} both`,
    {
      detail: `the other one is at ${placeName(other.resource, other.at)}`,
      remedy: "declare each app, pod and group once",
      address: resource.address,
    },
  );
}

function reportInGroup(group: DeclaredId, other: DeclaredId, input: CheckInput): void {
  input.report.error(
    "marathon-in-listed-group",
    specPlace(other.resource, other.at),
    `${group.resource.address} lists what is in ${group.id}, and would delete ${other.id} of ${other.resource.address}`,
    {
      detail: `the group is at ${placeName(group.resource, group.at)}`,
      remedy: "declare it in that group, or leave the group's list of apps or groups out",
      address: other.resource.address,
    },
  );
}

/** Adds to dependsOn, reports nothing. */
export function orderMarathon(input: CheckInput): void {
  const declared = declaredIds(input);
  for (const one of declared) {
    const group = nearestGroup(one, declared);
    if (group !== undefined) one.resource.dependsOn.add(group.resource.address);
  }
  for (const app of ofKind(input, "MarathonApp")) {
    const marathon = textAt(app.spec, "marathon");
    const { dependencies } = objectAt(app.spec, "definition");
    if (!Array.isArray(dependencies)) continue;
    for (const dependency of dependencies as readonly Json[]) {
      if (typeof dependency !== "string") continue;
      const id = absoluteId(dependency);
      const owner = declared.find((one) => one.marathon === marathon && one.id === id)?.resource;
      if (owner !== undefined && owner !== app) app.dependsOn.add(owner.address);
    }
  }
}

/** The declared group around it that is nearest, of another resource. */
function nearestGroup(one: DeclaredId, declared: readonly DeclaredId[]): DeclaredId | undefined {
  return declared
    .filter(({ kind, marathon }) => kind === "group" && marathon === one.marathon)
    .filter((group) => group.resource !== one.resource && isBelow(one.id, group.id))
    .sort((a, b) => b.id.length - a.id.length)[0];
}
