/** What each stage will cost, said beforehand: moments without a leader, apps that are down, tasks that die. Pure; it refuses nothing. */
import type { MigrationSpec, StageNumber } from "../model/spec.js";
import { listed } from "../quorum/words.js";
import { unmovable } from "./refuse-frameworks.js";
import type { StageSteps } from "./stages.js";
import { type Survey, valueOr } from "./survey.js";

export function costsOf(spec: MigrationSpec, survey: Survey, stage: StageSteps): readonly string[] {
  const byStage: Readonly<Record<StageNumber, readonly string[]>> = {
    1: [],
    2: pauses(stage),
    3: [...handOver(spec, stage), ...pauses(stage)],
    4: spec.modes.agents === "repoint" ? restarts(spec, survey) : [],
    5: [...(spec.modes.agents === "replace" ? moves(spec, survey) : []), ...schedulers(spec)],
    6: last(spec),
  };
  return byStage[stage.number];
}

function pauses({ pauses: servers }: StageSteps): readonly string[] {
  return servers.map(
    (server) =>
      `While ${server} restarts the leader cannot write its registry: new agents and frameworks wait for that long, tasks run on.`,
  );
}

function handOver(spec: MigrationSpec, { steps }: StageSteps): readonly string[] {
  if (!steps.some(({ kind }) => kind === "hand-over")) return [];
  const marathons = spec.frameworks.filter(({ kind }) => kind === "marathon");
  return [
    "For about a second nobody leads Mesos: no offers, no new tasks. Tasks run on; agents and frameworks come back within seconds.",
    ...marathons.map(
      ({ name }) =>
        `The leading instance of ${name} ends itself when Mesos' leader changes, and its supervisor starts it again: that restart is expected.`,
    ),
  ];
}

function restarts(spec: MigrationSpec, survey: Survey): readonly string[] {
  const agents = new Set(spec.source.agents.servers.map(({ name }) => name));
  const lost = valueOr(survey.frameworks, []).flatMap(({ name, checkpoint, tasks }) => {
    const count = Object.entries(tasks)
      .filter(([agent]) => agents.has(agent))
      .reduce((sum, [, number]) => sum + number, 0);
    return checkpoint || count === 0
      ? []
      : [
          `${name} does not checkpoint: its ${count} task${count === 1 ? "" : "s"} die when their agents restart.`,
        ];
  });
  return ["Each agent is away for a few seconds while it restarts; its tasks run on.", ...lost];
}

function moves(spec: MigrationSpec, survey: Survey): readonly string[] {
  const apps = valueOr(survey.apps, []);
  const down = apps
    .filter(unmovable)
    .map((app) =>
      app.resident
        ? `${app.id} is down while it moves, and begins on B with an empty volume.`
        : `${app.id} is down from the end of its old instance until the new one is up.`,
    );
  const unwatched = apps
    .filter((app) => app.instances > 0 && !app.healthChecked && !unmovable(app))
    .map(({ id }) => id)
    .sort();
  const blind =
    unwatched.length === 0
      ? []
      : [
          `${some(unwatched)} ${unwatched.length === 1 ? "has" : "have"} no health check: a replacement counts as healthy as soon as it runs.`,
        ];
  const others = spec.frameworks
    .filter(({ kind }) => kind === "other")
    .map(
      ({ name }) =>
        `Tasks of ${name} on A are ended by Mesos with at most ${spec.drain.maxGraceSeconds} s of grace; ${name} has to start them anew.`,
    );
  const batch = spec.frameworks
    .filter(({ kind }) => kind === "batch")
    .map(
      ({ name }) =>
        `Runs of ${name} that have not ended after ${spec.drain.runsEndSeconds} s are ended by Mesos, and have to be run again.`,
    );
  return [...down, ...blind, ...batch, ...others];
}

function schedulers(spec: MigrationSpec): readonly string[] {
  return spec.frameworks.map(
    ({ name }) =>
      `${name} is stopped while it moves: for that time its tasks run on, and nothing new is scheduled by it.`,
  );
}

function last(spec: MigrationSpec): readonly string[] {
  return spec.archiveKey === null
    ? ["There is no archive (archive.key is not set): after this stage there is no way back."]
    : [`After this stage the way back leads through the archive, for ${spec.rollbackRetentionHours} hours.`];
}

function some(names: readonly string[]): string {
  return names.length <= 6 ? listed(names) : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}
