/**
 * What the state has to know after a stage: resources that the migration deployed, moved to the other ZooKeeper, or tore down. Pure edits by
 * the ordinary functions of the state; who reads the resources and writes the state is the caller's business.
 */
import type { ReadResult } from "../../../providers/provider.js";
import { combineEdits, finishIntent, recordOf, removeResource, type StateEdit } from "../../../state/edit.js";
import type { DesiredResource } from "../../config/desired.js";
import type { JsonObject } from "../../value/json.js";
import type { MigrationSpec, StageNumber } from "../model/spec.js";

/** Addresses of declared resources by what became of them. */
export interface Aftermath {
  readonly deployed: readonly string[];
  readonly moved: readonly string[];
  readonly removed: readonly string[];
}

/** What the end of a stage leaves. Of a way back the same, the other way round. */
export function aftermathOf(
  { source, target, modes, frameworks }: MigrationSpec,
  stage: StageNumber,
): Aftermath {
  const some = (...addresses: readonly (string | null)[]): readonly string[] =>
    addresses.filter((address) => address !== null);
  const nothing: Aftermath = { deployed: [], moved: [], removed: [] };
  switch (stage) {
    case 1:
      return { ...nothing, deployed: some(target.zookeeper.resource) };
    case 2:
      return nothing;
    case 3:
      return modes.masters === "replace"
        ? { ...nothing, deployed: some(target.masters.resource), removed: some(source.masters.resource) }
        : { ...nothing, moved: some(source.masters.resource) };
    case 4:
      return modes.agents === "replace"
        ? { ...nothing, deployed: some(target.agents.resource) }
        : { ...nothing, moved: some(source.agents.resource) };
    case 5:
      return {
        ...nothing,
        moved: some(...frameworks.map(({ resource }) => resource)),
        removed: modes.agents === "replace" ? some(source.agents.resource) : [],
      };
    case 6:
      return { ...nothing, removed: some(source.zookeeper.resource) };
  }
}

export interface SeenResource {
  readonly resource: DesiredResource;
  /** Of its handler. */
  readonly provider: string;
  /** What its servers were started with, normalised, references resolved. */
  readonly spec: JsonObject;
  /** As its handler read it afterwards. */
  readonly reading: Extract<ReadResult, { readonly status: "present" }>;
}

/** Records what is there now, as an ordinary apply would have. `at`: RFC 3339, UTC. */
export function recordSeen({ resource, provider, spec, reading }: SeenResource, at: string): StateEdit {
  const { address, kind, dependsOn, sensitivePaths, lifecycle } = resource;
  const { identity, live, attributes } = reading;
  return (state) =>
    finishIntent(state, {
      address,
      kind,
      provider,
      dependsOn,
      sensitivePaths,
      preventDestroy: lifecycle.preventDestroy,
      identity,
      spec,
      live,
      attributes,
      appliedAt: at,
    });
}

/** Forgets what was torn down; safe to repeat. */
export function forgetRemoved(address: string): StateEdit {
  return (state) => (recordOf(state, address) === undefined ? state : removeResource(state, address));
}

/** All of one stage as one edit. */
export function recordStage(
  seen: readonly SeenResource[],
  removed: readonly string[],
  at: string,
): StateEdit {
  const edits = [...seen.map((one) => recordSeen(one, at)), ...removed.map(forgetRemoved)];
  return (state) => combineEdits(state, edits);
}
