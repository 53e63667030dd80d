/** What cannot be checked, and why, by the stage that it matters to. Pure: said in the plan instead of being passed over. */
import type { MigrationSpec, StageNumber } from "../model/spec.js";
import { roomOnB } from "./refuse-agents.js";
import type { Part, Survey } from "./survey.js";

export function uncheckedOf(spec: MigrationSpec, survey: Survey, stage: StageNumber): readonly string[] {
  // Without any survey all of it is unknown for one reason, which whoever asked for such a plan says once.
  const unknown = survey.atMs === 0 ? nothing : unknownPart;
  const byStage: Readonly<Record<StageNumber, readonly string[]>> = {
    1: [
      ...unknown("ZooKeeper of A", survey.zookeeper.a),
      ...(spec.target.zookeeper.resource === null ? unknown("ZooKeeper of B", survey.zookeeper.b) : []),
      ...unknown("Whether all pairs of servers reach each other", survey.unreachable),
      ...unknown("Clock skew", survey.clockSkewMs),
      ...unknown("Free disk", survey.diskShort),
      ...unknown("Sequence counters", survey.counters),
      ...elections(spec),
    ],
    2: unknown("Masters of A", survey.masters.a),
    3: unknown("Whether masters and Marathons are started again when they end", survey.unsupervised),
    4: [
      ...unknown("Agents of A", survey.agents.a),
      ...(spec.modes.agents === "repoint" ? unknown("Which frameworks checkpoint", survey.frameworks) : []),
    ],
    5: [
      ...room(spec, survey),
      ...unknown("Frameworks", survey.frameworks),
      ...unknown("Apps", survey.apps),
      ...data(spec),
    ],
    6: clients(spec),
  };
  return byStage[stage];
}

function nothing(): readonly string[] {
  return [];
}

function unknownPart(what: string, part: Part<unknown>): readonly string[] {
  return part.kind === "known" ? [] : [`${what}: ${part.reason}.`];
}

/** Of Marathon it is known where it elects; of others nobody but the user can say. */
function elections(spec: MigrationSpec): readonly string[] {
  return spec.frameworks
    .filter(({ zookeeperPath, electionPaths }) => zookeeperPath !== null && electionPaths.length === 0)
    .map(
      ({ name, zookeeperPath }) =>
        `Whether instances of ${name} elect below ${zookeeperPath}: none of its electionPaths is named, so all of it is copied.`,
    );
}

function room(spec: MigrationSpec, survey: Survey): readonly string[] {
  if (spec.modes.agents === "repoint" || roomOnB(spec, survey) !== null) return [];
  return [
    "Whether B has room: what its agents offer is known only when they run. It is checked before anything is drained.",
  ];
}

function data(spec: MigrationSpec): readonly string[] {
  if (spec.modes.agents === "repoint") return [];
  return [
    "Whether tasks keep data on their agents outside of volumes that Marathon knows: it does not move.",
  ];
}

function clients(spec: MigrationSpec): readonly string[] {
  const paths = spec.extraPaths.length === 0 ? "" : ` (${spec.extraPaths.join(", ")} among it)`;
  return [
    `Whether other clients still use the ZooKeeper of A${paths}: sessions are counted, but what they are for only their owners know.`,
  ];
}
