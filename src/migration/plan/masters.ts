/** What the planner of the masters' path is asked, for the way there and for any way back. Pure. */
import type { MigrationSpec, SideName } from "../model/spec.js";
import { planQuorumPath } from "../quorum/planner.js";
import type { MasterNow, QuorumGoal, QuorumPath, QuorumQuestion, QuorumRefusal } from "../quorum/question.js";
import type { Platform } from "./platform.js";

export type PathAnswer = QuorumPath | QuorumRefusal;

/** The masters that serve when all of them are on one side. */
export function goalOn(spec: MigrationSpec, side: SideName): QuorumGoal {
  const { servers, quorum } = side === "a" ? spec.source.masters : spec.target.masters;
  return { side, masters: servers.map(({ name }) => name), quorum };
}

/** From where the platform stands to all masters on one side. */
export function mastersPath(platform: Platform, spec: MigrationSpec, side: SideName): PathAnswer {
  return planQuorumPath(questionOf(platform, spec, side));
}

function questionOf(platform: Platform, spec: MigrationSpec, side: SideName): QuorumQuestion {
  return { masters: mastersNow(platform, spec), goal: goalOn(spec, side), pauses: pausesOf(spec) };
}

/**
 * In one order, whatever happened since, so that the same platform gives the same path. The first leader of A comes first: on a way back
 * it is started first there, and leads again.
 */
function mastersNow(platform: Platform, spec: MigrationSpec): readonly MasterNow[] {
  const names = new Set([
    ...(platform.firstLeader === null ? [] : [platform.firstLeader]),
    ...spec.source.masters.servers.map(({ name }) => name),
    ...spec.target.masters.servers.map(({ name }) => name),
  ]);
  return [...names].map((name) => ({
    name,
    state: platform.masters.get(name) ?? { kind: "absent" },
    leading: platform.leader === name,
    available: true,
  }));
}

/** A pause lasts as long as one restart, and Mesos gives up after 20 s: too short for a person. */
function pausesOf(spec: MigrationSpec): QuorumQuestion["pauses"] {
  const servers = [...spec.source.masters.servers, ...spec.target.masters.servers];
  return servers.every(({ deployed }) => deployed !== null) ? "where-unavoidable" : "never";
}
