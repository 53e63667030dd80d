/** The stages of a release in order, as data: what the plan shows is what is carried out. Pure. */
import type { ReleaseSpec } from "./release-spec.js";

export type Stage =
  /** The copy gets so many instances, all of which must become healthy. */
  | { readonly kind: "copy"; readonly instances: number; readonly weight: number }
  /** The copy must stay healthy for so long. */
  | { readonly kind: "hold"; readonly seconds: number }
  /** The app itself gets the new definition. */
  | { readonly kind: "replace" }
  | { readonly kind: "remove-copy" };

/** Id of the copy that an app is released by. */
export function copyIdOf(id: string): string {
  return `${id}-next`;
}

/** None: the change is made at once, by Marathon's own rolling restart. `instances`: of the app. */
export function stagesOf(release: ReleaseSpec, instances: number): Stage[] {
  if (release.strategy === "rolling" || instances === 0) return [];
  const proof = release.strategy === "canary" ? canary(release, instances) : blueGreen(release, instances);
  return [...proof, { kind: "replace" }, { kind: "remove-copy" }];
}

function blueGreen({ holdSeconds }: ReleaseSpec, instances: number): Stage[] {
  return [{ kind: "copy", instances, weight: 100 }, ...hold(holdSeconds)];
}

function canary({ steps, loadBalancer }: ReleaseSpec, instances: number): Stage[] {
  const stages: Stage[] = [];
  let size = 0;
  for (const { weight, holdSeconds } of steps) {
    // Small apps have fewer shares than steps: what would change nothing is only held.
    const wanted = Math.min(Math.ceil((instances * weight) / 100), instances);
    if (wanted > size) stages.push({ kind: "copy", instances: wanted, weight });
    size = Math.max(size, wanted);
    stages.push(...hold(holdSeconds));
  }
  // While the app restarts, the copy must carry everything.
  if (loadBalancer === "marathon-lb" && size < instances)
    stages.push({ kind: "copy", instances, weight: 100 });
  return stages;
}

function hold(seconds: number): Stage[] {
  return seconds === 0 ? [] : [{ kind: "hold", seconds }];
}

/** In words, for reviewers. */
export function stageText(stage: Stage, id: string, { loadBalancer }: ReleaseSpec): string {
  const copy = copyIdOf(id);
  switch (stage.kind) {
    case "copy": {
      const share =
        loadBalancer === "marathon-lb" ? `, taking ${stage.weight} % of the traffic` : ", without traffic";
      const count = stage.instances === 1 ? "1 instance" : `${stage.instances} instances`;
      return `run ${copy} with ${count} of the new definition${share}; all must become healthy`;
    }
    case "hold":
      return `keep ${copy} healthy for ${stage.seconds} s`;
    case "replace":
      return `put the new definition in the place of ${id}`;
    case "remove-copy":
      return `remove ${copy}`;
  }
}
