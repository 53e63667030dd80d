/** Steps → actions: stable ids, texts for people, time limits, who has to do them. Pure. */
import type { Action, ActionStep } from "../model/action.js";
import type { FrameworkRef, MigrationSpec, ServerRef, SideName, StageNumber } from "../model/spec.js";
import { listed, sideText, stepText } from "../quorum/words.js";

/** How many names a text spells out. */
const NAMED = 6;

/** Seconds; a person is given more. */
const TIMEOUTS: Readonly<Record<ActionStep["kind"], number>> = {
  "take-baseline": 120,
  "deploy-ensemble": 600,
  // The copy of everything, as large as it may be.
  "start-sync": 7200,
  "fence-counters": 120,
  "start-master": 180,
  "restart-master": 180,
  "stop-master": 120,
  "hand-over": 180,
  "swap-counters": 120,
  "start-agents": 300,
  "remove-agents": 300,
  "repoint-agents": 300,
  "deactivate-agents": 120,
  "reactivate-agents": 120,
  "drain-framework": 7200,
  "drain-agents": 3600,
  "repoint-framework": 600,
  archive: 3600,
  "stop-sync": 120,
  "remove-ensemble": 600,
  "restore-ensemble": 3600,
};
const BY_HAND_SECONDS = 3600;

/** Doing these once more is not the same as once: the engine asks first whether they happened. */
const ONCE: ReadonlySet<ActionStep["kind"]> = new Set([
  "start-master",
  "hand-over",
  "swap-counters",
  "repoint-framework",
  "restore-ensemble",
]);

export interface Naming {
  readonly stage: StageNumber;
  /** `2.03`, unique within the plan. */
  readonly number: string;
}

export function actionOf(spec: MigrationSpec, step: ActionStep, { stage, number }: Naming): Action {
  const byHand = handsNeeded(spec, step);
  const subject = subjectOf(step);
  const seconds = secondsOf(spec, step);
  return {
    id: `${number} ${step.kind}${subject === "" ? "" : ` ${subject}`}`,
    stage,
    step,
    text: textOf(spec, step),
    repeatable: !ONCE.has(step.kind),
    timeoutSeconds: byHand.length === 0 ? seconds : Math.max(seconds, BY_HAND_SECONDS),
    byHand,
  };
}

function secondsOf(spec: MigrationSpec, step: ActionStep): number {
  const { drain } = spec;
  if (step.kind === "drain-agents") return TIMEOUTS[step.kind] + drain.maxGraceSeconds;
  if (step.kind === "drain-framework" && frameworkOf(spec, step.framework)?.kind === "batch")
    return drain.runsEndSeconds + TIMEOUTS[step.kind];
  return TIMEOUTS[step.kind];
}

function frameworkOf(spec: MigrationSpec, name: string): FrameworkRef | undefined {
  return spec.frameworks.find((framework) => framework.name === name);
}

/** What the id names, so that two actions of one kind can be told apart at a glance. */
function subjectOf(step: ActionStep): string {
  switch (step.kind) {
    case "deploy-ensemble":
    case "remove-ensemble":
    case "restore-ensemble":
    case "archive":
      return step.side;
    case "start-master":
    case "restart-master":
    case "stop-master":
      return step.server;
    case "hand-over":
      return `from ${step.from}`;
    case "start-agents":
    case "remove-agents":
    case "repoint-agents":
    case "deactivate-agents":
    case "reactivate-agents":
    case "drain-agents": {
      const [first = ""] = step.servers;
      return step.servers.length > 1 ? `${first} and ${step.servers.length - 1} more` : first;
    }
    case "drain-framework":
    case "repoint-framework":
      return step.framework;
    default:
      return "";
  }
}

/** Servers of the step that nobody but a person can start or stop. */
function handsNeeded(spec: MigrationSpec, step: ActionStep): readonly string[] {
  const byName = serversByName(spec);
  const named = (names: readonly string[]): readonly string[] =>
    names.filter((name) => byName.get(name)?.deployed === null);
  switch (step.kind) {
    case "start-master":
    case "restart-master":
    case "stop-master":
      return named([step.server]);
    case "hand-over":
      return named(step.leader === undefined ? [] : [step.leader]);
    case "start-agents":
    case "remove-agents":
    case "repoint-agents":
      return named(step.servers);
    case "repoint-framework": {
      const framework = frameworkOf(spec, step.framework);
      if (framework === undefined) return [step.framework];
      if (framework.resource !== null) return named(framework.servers.map(({ name }) => name));
      return framework.servers.length === 0 ? [framework.name] : framework.servers.map(({ name }) => name);
    }
    case "deploy-ensemble":
    case "remove-ensemble":
    case "restore-ensemble": {
      const side = step.side === "a" ? spec.source.zookeeper : spec.target.zookeeper;
      return side.resource === null ? side.servers.map(({ name }) => name) : [];
    }
    default:
      return [];
  }
}

/** Made once for each specification: a plan asks for every action of it. */
const indexed = new WeakMap<MigrationSpec, ReadonlyMap<string, ServerRef>>();

function serversByName(spec: MigrationSpec): ReadonlyMap<string, ServerRef> {
  const known = indexed.get(spec);
  if (known !== undefined) return known;
  const { source, target, frameworks } = spec;
  const sides = [source, target].flatMap((side) => [...side.masters.servers, ...side.agents.servers]);
  const all = [...sides, ...frameworks.flatMap(({ servers }) => servers)];
  const byName = new Map(all.map((server) => [server.name, server]));
  indexed.set(spec, byName);
  return byName;
}

function some(names: readonly string[]): string {
  if (names.length <= NAMED) return listed(names);
  return `${names.slice(0, NAMED - 1).join(", ")} and ${names.length - NAMED + 1} more`;
}

function zookeeperName(spec: MigrationSpec, side: SideName): string {
  const { resource, connectString } = side === "a" ? spec.source.zookeeper : spec.target.zookeeper;
  return resource ?? connectString;
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function textOf(spec: MigrationSpec, step: ActionStep): string {
  switch (step.kind) {
    case "take-baseline":
      return "Record tasks, agents, frameworks, offers and latencies as they are, to judge by later.";
    case "deploy-ensemble":
      return `Deploy ${zookeeperName(spec, step.side)}, the ZooKeeper of ${sideText(step.side)}, and wait until a majority serves.`;
    case "start-sync":
      return `Synchronise ${syncedText(spec)} in both directions, and wait until both sides are equal and both directions are live.${step.counts === undefined ? "" : ` What ${sideText(step.counts)} holds counts.`}`;
    case "fence-counters":
      return `Raise the sequence counters of ${step.paths.join(" and ")} on ${sideText(step.lower === "a" ? "b" : "a")}, so that candidates of ${sideText(step.lower)} always come first.`;
    case "swap-counters":
      return `Swap the sequence counters of ${step.paths.join(" and ")}, so that candidates of the side that leads now always come first.`;
    case "start-master":
    case "restart-master":
    case "stop-master":
      return sentence(stepText(step, step.server));
    case "hand-over":
      return handOverText(step);
    case "start-agents":
      return `Start ${some(step.servers)} with empty work directories, and wait until they are registered.`;
    case "remove-agents":
      return `Stop ${some(step.servers)} for good: no task is left there.`;
    case "repoint-agents":
      return `Restart ${some(step.servers)} with ${sideText(step.zookeeper)}'s ZooKeeper: same work directory, same id, same tasks.`;
    case "deactivate-agents":
      return `Deactivate ${some(step.servers)}: their tasks run on, new ones go elsewhere.`;
    case "reactivate-agents":
      return `Reactivate ${some(step.servers)}, so that they take new tasks again.`;
    case "drain-framework":
      return drainText(spec, step.framework, step.servers);
    case "drain-agents":
      return `Drain ${some(step.servers)} by Mesos itself: what is left there is ended with at most ${spec.drain.maxGraceSeconds} s of grace.`;
    case "repoint-framework":
      if (frameworkOf(spec, step.framework)?.zookeeperPath === null)
        return `Restart all instances of ${step.framework} with ${sideText(step.zookeeper)}'s ZooKeeper, and wait until it is connected with its old id. Its tasks run on meanwhile.`;
      return `Stop all instances of ${step.framework}, verify that its state is the same on both sides, start them with ${sideText(step.zookeeper)}'s ZooKeeper, and wait until it is connected with its old id. Its tasks run on meanwhile.`;
    case "archive":
      return `Archive snapshot and configuration of ${sideText(step.side)}, encrypted; kept for ${spec.rollbackRetentionHours} hours.`;
    case "stop-sync":
      return "End the synchronisation and remove its records.";
    case "remove-ensemble":
      return `Remove ${zookeeperName(spec, step.side)}, the ZooKeeper of ${sideText(step.side)}.`;
    case "restore-ensemble":
      return `Bring ${zookeeperName(spec, step.side)} back, the ZooKeeper of ${sideText(step.side)}, from its archive.`;
  }
}

function handOverText(step: Extract<ActionStep, { kind: "hand-over" }>): string {
  const to = sideText(step.from === "a" ? "b" : "a");
  return `${sentence(stepText(step, step.leader ?? "its leader"))} Its election znode is removed at once; the first candidate of ${to} leads, recovers its registry, and agents and frameworks come back to it.`;
}

function drainText(spec: MigrationSpec, name: string, servers: readonly string[]): string {
  const { drain } = spec;
  const kind = frameworkOf(spec, name)?.kind ?? "other";
  switch (kind) {
    case "marathon":
      return `Move the tasks of ${name} off ${some(servers)}: apps restart ${drain.concurrency} at a time, each with full health and ${Math.round(drain.overCapacity * 100)} % more instances, so that a replacement is healthy before the old task ends.`;
    case "batch":
      return `Let the runs of ${name} on ${some(servers)} end by themselves, for at most ${drain.runsEndSeconds} s.`;
    case "other":
      return `Move the tasks of ${name} off ${some(servers)} in its own way.`;
  }
}

/** The subtrees that are kept equal. */
export function syncedPaths(
  spec: MigrationSpec,
): readonly { readonly path: string; readonly exclude: readonly string[] }[] {
  const states = spec.frameworks.flatMap(({ zookeeperPath, electionPaths }) =>
    zookeeperPath === null ? [] : [{ path: zookeeperPath, exclude: electionPaths }],
  );
  const all = [
    { path: spec.mesosPath, exclude: [] },
    ...states,
    ...spec.extraPaths.map((path) => ({ path, exclude: [] })),
  ];
  const seen = new Set<string>();
  return all.filter(({ path }) => !seen.has(path) && seen.add(path));
}

function syncedText(spec: MigrationSpec): string {
  const texts = syncedPaths(spec).map(({ path, exclude }) =>
    exclude.length === 0 ? path : `${path} without ${exclude.join(" and ")}`,
  );
  return listed(texts);
}

/** Parents in which masters and replicas of the log number themselves. */
export function countedPaths(spec: MigrationSpec): readonly string[] {
  return [spec.mesosPath, `${spec.mesosPath}/log_replicas`];
}
