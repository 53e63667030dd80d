/** Circular dependencies: each circle is reported once, with the way around it. */
import { Report } from "../report.js";
import type { LoadedResource } from "../resources/resource.js";
import type { CheckInput } from "./input.js";

interface Visit {
  readonly resource: LoadedResource;
  readonly next: Iterator<string>;
}

/** Depth first without recursion, so that a long chain is no problem. Gives the addresses of each circle found. */
function circles(input: CheckInput): LoadedResource[][] {
  const found: LoadedResource[][] = [];
  const state = new Map<string, "open" | "done">();
  for (const start of input.resources) {
    if (state.has(start.address)) continue;
    const way: Visit[] = [];
    const enter = (resource: LoadedResource): void => {
      state.set(resource.address, "open");
      way.push({ resource, next: resource.dependsOn.values() });
    };
    enter(start);
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const step = top.next.next();
      if (step.done === true) {
        state.set(top.resource.address, "done");
        way.pop();
        continue;
      }
      const target = input.byAddress.get(step.value);
      if (target === undefined) continue;
      const seen = state.get(target.address);
      if (seen === undefined) enter(target);
      else if (seen === "open") {
        const from = way.findIndex((visit) => visit.resource === target);
        found.push(way.slice(from).map((visit) => visit.resource));
      }
    }
  }
  return found;
}

export function checkCycles(input: CheckInput): void {
  for (const circle of circles(input)) {
    const [first] = circle;
    if (first === undefined) continue;
    const way = [...circle, first].map((resource) => resource.address).join(" → ");
    const place = { document: first.document, path: ["metadata", "name"] };
    const others = circle
      .slice(1)
      .map(
        (resource) =>
          `${resource.address} at ${Report.nameOf({ document: resource.document, path: ["metadata", "name"] })}`,
      );
    input.report.error(
      "dependency-cycle",
      place,
      circle.length === 1
        ? `${first.address} depends on itself`
        : `these resources wait for each other: ${way}`,
      {
        ...(others.length === 0 ? {} : { detail: others.join("\n") }),
        remedy: "take one of the references or metadata.dependsOn entries on this way out",
        address: first.address,
      },
    );
  }
}
