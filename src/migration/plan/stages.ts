/** The steps of the six stages on the way there. Pure. */
import type { ActionStep } from "../model/action.js";
import type { QuorumState } from "../model/plan.js";
import { type MigrationSpec, STAGES, type StageNumber } from "../model/spec.js";
import type { QuorumPath } from "../quorum/question.js";
import { type PathPart, quorumState, splitAtHandOver } from "../quorum/split.js";
import { countedPaths } from "./actions.js";
import { groups, largeGroups } from "./groups.js";
import type { Platform } from "./platform.js";
import { stepOf } from "./way-back.js";

export interface StageSteps {
  readonly number: StageNumber;
  readonly title: string;
  readonly steps: readonly ActionStep[];
  readonly quorum: readonly QuorumState[];
  /** Steps in which the leader cannot write for a moment. */
  readonly pauses: readonly string[];
}

/** `path`: null when the masters have none; their stages are then empty. */
export function stageSteps(
  spec: MigrationSpec,
  beginning: Platform,
  path: QuorumPath | null,
): readonly StageSteps[] {
  const parts = path === null ? null : splitAtHandOver(path);
  const contents: Readonly<Record<StageNumber, Omit<StageSteps, "number">>> = {
    1: plain("Deploy ZooKeeper B and synchronise", first(spec, beginning)),
    2: ofMasters(spec, mastersTitle(spec, 2), parts?.before),
    3: ofMasters(spec, mastersTitle(spec, 3), parts?.from),
    4: plain(agentsTitle(spec, 4), fourth(spec)),
    5: plain(agentsTitle(spec, 5), fifth(spec)),
    6: plain("Archive A and remove ZooKeeper A", sixth(spec)),
  };
  return STAGES.map((number) => ({ number, ...contents[number] }));
}

function plain(title: string, steps: readonly ActionStep[]): Omit<StageSteps, "number"> {
  return { title, steps, quorum: [], pauses: [] };
}

function mastersTitle({ modes }: MigrationSpec, stage: 2 | 3): string {
  if (stage === 3) {
    return modes.masters === "replace"
      ? "Hand leadership to B and tear down masters A"
      : "Hand leadership to B and repoint the last master";
  }
  return modes.masters === "replace" ? "Deploy masters B" : "Repoint the standby masters to B";
}

function agentsTitle({ modes }: MigrationSpec, stage: 4 | 5): string {
  if (stage === 4) return modes.agents === "replace" ? "Deploy agents B" : "Repoint the agents to B";
  return modes.agents === "replace"
    ? "Drain agents A and repoint the frameworks to B"
    : "Repoint the frameworks to B";
}

function first(spec: MigrationSpec, beginning: Platform): readonly ActionStep[] {
  const deploy: readonly ActionStep[] = beginning.ensembles.b ? [] : [{ kind: "deploy-ensemble", side: "b" }];
  return [
    ...deploy,
    { kind: "start-sync" },
    { kind: "fence-counters", paths: countedPaths(spec), lower: "a" },
    { kind: "take-baseline" },
  ];
}

function ofMasters(
  spec: MigrationSpec,
  title: string,
  part: PathPart | undefined,
): Omit<StageSteps, "number"> {
  const steps = (part?.steps ?? []).flatMap((step): readonly ActionStep[] => {
    const own = stepOf(step);
    return own.kind === "hand-over" ? [own, { kind: "swap-counters", paths: countedPaths(spec) }] : [own];
  });
  const pauses = (part?.steps ?? []).filter(({ pauses }) => pauses).map(({ server }) => server);
  return { title, steps, quorum: (part?.states ?? []).map(quorumState), pauses };
}

function fourth(spec: MigrationSpec): readonly ActionStep[] {
  const replace = spec.modes.agents === "replace";
  const { servers } = replace ? spec.target.agents : spec.source.agents;
  const names = servers.map(({ name }) => name);
  if (replace)
    return largeGroups(names).map((group): ActionStep => ({ kind: "start-agents", servers: group }));
  return groups(spec, names).map(
    (group): ActionStep => ({ kind: "repoint-agents", servers: group, zookeeper: "b" }),
  );
}

function fifth(spec: MigrationSpec): readonly ActionStep[] {
  const drains = spec.modes.agents === "replace" ? emptying(spec) : [];
  const repoints = spec.frameworks.map(
    ({ name }): ActionStep => ({ kind: "repoint-framework", framework: name, zookeeper: "b" }),
  );
  return [...drains, ...repoints];
}

/** Frameworks first, each in its own way; Mesos' own drain ends tasks, so it comes last and finds little. */
function emptying(spec: MigrationSpec): readonly ActionStep[] {
  const servers = spec.source.agents.servers.map(({ name }) => name);
  if (servers.length === 0) return [];
  return [
    { kind: "deactivate-agents", servers },
    ...spec.frameworks
      .filter(({ kind }) => kind !== "other")
      .map(({ name }): ActionStep => ({ kind: "drain-framework", framework: name, servers })),
    ...groups(spec, servers).map((group): ActionStep => ({ kind: "drain-agents", servers: group })),
    ...largeGroups(servers).map((group): ActionStep => ({ kind: "remove-agents", servers: group })),
  ];
}

function sixth(spec: MigrationSpec): readonly ActionStep[] {
  const archive: readonly ActionStep[] = spec.archiveKey === null ? [] : [{ kind: "archive", side: "a" }];
  return [...archive, { kind: "stop-sync" }, { kind: "remove-ensemble", side: "a" }];
}
