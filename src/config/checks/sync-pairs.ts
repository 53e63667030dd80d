/** Two Syncs together: they write no znode both, feed no change back to each other, and share no control znodes. */
import { pathRulesFault } from "../../sync/paths/path-map.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, ofKind, placeName, specPlace } from "./input.js";
import {
  endpointsOf,
  rulesOf,
  ruleWithin,
  type SideName,
  sharesOne,
  sideName,
  writtenSides,
} from "./sync-sides.js";

interface Touched {
  readonly sync: LoadedResource;
  readonly side: SideName;
}

/** Whether both are on one ensemble. */
function meet(one: Touched, other: Touched, input: CheckInput): boolean {
  return sharesOne(endpointsOf(one.sync, one.side, input), endpointsOf(other.sync, other.side, input));
}

/** The first path of `one` that shares znodes with one of `other`; both on one ensemble. */
function overlap(one: Touched, other: Touched): { readonly path: string; readonly index: number } | null {
  const others = rulesOf(other.sync).map(({ rule }) => ruleWithin(rule, other.side));
  for (const { rule, index } of rulesOf(one.sync)) {
    const own = ruleWithin(rule, one.side);
    if (pathRulesFault([own]) !== null) continue; // reported already
    const shared = others.some((each) => pathRulesFault([each]) === null && pathRulesFault([own, each]));
    if (shared) return { path: own.a, index };
  }
  return null;
}

function reportOverlap(one: Touched, other: Touched, input: CheckInput): boolean {
  const found = overlap(one, other);
  if (found === null) return false;
  const where = sideName(one.sync, one.side);
  input.report.error(
    "sync-overlap",
    specPlace(one.sync, ["paths", found.index]),
    `${one.sync.address} and ${other.sync.address} both write ${found.path} of ${where}`,
    {
      detail: `the other one is at ${placeName(other.sync, ["paths"])}`,
      remedy: "let one of them leave the subtree out (exclude), or merge them",
      address: one.sync.address,
    },
  );
  return true;
}

/** What one writes the other reads, and the other way round: each change would come back for ever. */
function checkLoop(one: LoadedResource, other: LoadedResource, input: CheckInput): void {
  const there = { sync: one, side: "target" } as const;
  const back = { sync: other, side: "target" } as const;
  const closes =
    meet(there, { sync: other, side: "source" }, input) && meet(back, { sync: one, side: "source" }, input);
  if (!closes) return;
  const found = overlap(there, { sync: other, side: "source" });
  if (found === null || overlap(back, { sync: one, side: "source" }) === null) return;
  input.report.error(
    "sync-loop",
    specPlace(one, ["paths", found.index]),
    `${one.address} and ${other.address} copy ${found.path} there and back: each change would go round for ever`,
    {
      detail: `the other one is at ${placeName(other, ["paths"])}`,
      remedy: "make one Sync of them, with direction: bidirectional",
      address: one.address,
    },
  );
}

/** Of one name in different modules: they would keep their records in the same znodes of the sides they write. */
function checkNames(one: LoadedResource, other: LoadedResource, input: CheckInput): void {
  if (one.name !== other.name) return;
  const shared = writtenSides(one).find((side) =>
    writtenSides(other).some((otherSide) =>
      meet({ sync: one, side }, { sync: other, side: otherSide }, input),
    ),
  );
  if (shared === undefined) return;
  input.report.error(
    "sync-same-name",
    { document: one.document, path: ["metadata", "name"] },
    `${one.address} and ${other.address} would both keep their records in /ferry/sync/${one.name} of ${sideName(one, shared)}`,
    { remedy: "give one of them another name", address: one.address },
  );
}

export function checkSyncPairs(input: CheckInput): void {
  const syncs = ofKind(input, "Sync");
  for (const [at, one] of syncs.entries()) {
    for (const other of syncs.slice(0, at)) {
      checkNames(one, other, input);
      const overlaps = writtenSides(one).some((side) =>
        writtenSides(other).some((otherSide) => {
          const pair = [
            { sync: one, side },
            { sync: other, side: otherSide },
          ] as const;
          return meet(pair[0], pair[1], input) && reportOverlap(pair[0], pair[1], input);
        }),
      );
      if (!overlaps) checkLoop(one, other, input);
    }
  }
}
