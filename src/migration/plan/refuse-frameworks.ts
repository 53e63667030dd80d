/** What makes it unsafe for frameworks and their apps: no checkpointing, one instance, a volume, too little patience. Pure. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { MigrationSpec } from "../model/spec.js";
import type { Refuse } from "./refusals.js";
import { type AppFacts, type FrameworkFacts, type Survey, valueOr } from "./survey.js";

/** Seconds for which a framework must be allowed to be away: one that is not is removed with all its tasks. */
const PATIENCE_SECONDS = 300;

export function frameworkRefusals(
  spec: MigrationSpec,
  survey: Survey,
  refuse: Refuse,
): readonly Diagnostic[] {
  const frameworks = valueOr(survey.frameworks, []);
  return [
    ...unnamed(spec, frameworks, refuse),
    ...absent(spec, survey, refuse),
    ...away(frameworks, refuse),
    ...impatient(frameworks, refuse),
    ...(spec.modes.agents === "repoint" ? unsaved(spec, frameworks, refuse) : []),
    ...(spec.modes.agents === "replace" ? downtime(spec, valueOr(survey.apps, []), refuse) : []),
  ];
}

function unnamed(spec: MigrationSpec, frameworks: readonly FrameworkFacts[], refuse: Refuse): Diagnostic[] {
  const names = new Set(spec.frameworks.map(({ name }) => name));
  return frameworks
    .filter(({ name }) => !names.has(name))
    .map(({ name, id }) =>
      refuse(
        "migration-framework-unnamed",
        `the framework ${name} (${id}) is not named`,
        "It would lose its masters, and its state if that is in ZooKeeper, when the ZooKeeper of A goes.",
        "Name it under frameworks, with zookeeperPath when it keeps its state there.",
      ),
    );
}

function absent(spec: MigrationSpec, survey: Survey, refuse: Refuse): Diagnostic[] {
  if (survey.frameworks.kind === "unknown") return [];
  const found = new Set(survey.frameworks.value.map(({ name }) => name));
  return spec.frameworks
    .filter(({ name }) => !found.has(name))
    .map(({ name }) =>
      refuse(
        "migration-unhealthy",
        `the framework ${name} is not registered with Mesos`,
        "Whether it is connected after the migration could not be judged.",
        "Start it first, or take it out of the migration.",
      ),
    );
}

function away(frameworks: readonly FrameworkFacts[], refuse: Refuse): Diagnostic[] {
  return frameworks
    .filter(({ connected }) => !connected)
    .map(({ name }) =>
      refuse(
        "migration-unhealthy",
        `the framework ${name} is registered and not connected`,
        "Its tasks would be removed when its failover timeout ends, during the migration or not.",
        "Bring it back, or tear it down.",
      ),
    );
}

function impatient(frameworks: readonly FrameworkFacts[], refuse: Refuse): Diagnostic[] {
  return frameworks
    .filter(({ failoverTimeoutSeconds }) => failoverTimeoutSeconds < PATIENCE_SECONDS)
    .map(({ name, failoverTimeoutSeconds }) =>
      refuse(
        "migration-failover-timeout",
        `the failover timeout of ${name} is ${failoverTimeoutSeconds} s`,
        "When it is restarted onto B's ZooKeeper, Mesos would remove it with all its tasks after that time.",
        `Give it a failover_timeout of at least ${PATIENCE_SECONDS} s.`,
      ),
    );
}

/** An agent that restarts loses the tasks of frameworks without checkpointing: Mesos reports them lost at once. */
function unsaved(spec: MigrationSpec, frameworks: readonly FrameworkFacts[], refuse: Refuse): Diagnostic[] {
  const agents = new Set(spec.source.agents.servers.map(({ name }) => name));
  return frameworks.flatMap(({ name, checkpoint, tasks }) => {
    if (checkpoint || spec.drain.acceptDowntimeOf.includes(name)) return [];
    const lost = Object.entries(tasks).filter(([agent]) => agents.has(agent));
    const count = lost.reduce((sum, [, number]) => sum + number, 0);
    if (count === 0) return [];
    return [
      refuse(
        "migration-checkpoint",
        `${name} does not checkpoint: its ${count} task${count === 1 ? "" : "s"} would die when their agents restart`,
        `They run on ${lost
          .map(([agent]) => agent)
          .slice(0, 6)
          .join(", ")}.`,
        `Let ${name} register with checkpoint: true and launch them anew, write modes: {agents: replace}, or accept it: drain.acceptDowntimeOf: ["${name}"].`,
      ),
    ];
  });
}

/** Apps that cannot have a second instance beside the first. */
export function unmovable(app: AppFacts): boolean {
  return app.instances > 0 && (app.resident || app.single);
}

function downtime(spec: MigrationSpec, apps: readonly AppFacts[], refuse: Refuse): Diagnostic[] {
  return apps
    .filter((app) => unmovable(app) && !spec.drain.acceptDowntimeOf.includes(app.id))
    .map((app) =>
      refuse(
        "migration-downtime",
        `${app.id} of ${app.framework} cannot be moved without being down`,
        app.resident
          ? "Its volume stays on its agent: it starts on B with an empty one."
          : "It is labelled to have one instance at a time: the new one starts when the old one has ended.",
        `${app.resident ? "Save its data and accept it" : "Accept it"}: drain.acceptDowntimeOf: ["${app.id}"].`,
      ),
    );
}
