/**
 * The standard gates of the six stages: what must hold before each, while it runs and after it. Pure data made of the spec; what can
 * only be known from the platform (the baseline) is in the measures themselves.
 */
import type { Criterion } from "../model/plan.js";
import type { MigrationSpec, StageNumber } from "../model/spec.js";
import { atLeast, atMost, criteriaOf, exactly, held, none, type Rule, rule, yes } from "./criterion.js";
import { leastAgents, watchOf } from "./standard-watch.js";

export interface StageGates {
  readonly prerequisites: readonly Criterion[];
  /** `holdSeconds` of these are those they may be broken. */
  readonly watch: readonly Criterion[];
  readonly criteria: readonly Criterion[];
}

/** What the plan knows beyond the spec. */
export interface GateFacts {
  /** Members of the log when the stage is done, from the path of the masters; null: not judged. */
  readonly logMembers: number | null;
  /** Agents that are registered now, as the plan saw it; null: those the spec names. */
  readonly agents: number | null;
}

const NO_FACTS: GateFacts = { logMembers: null, agents: null };

export function standardGates(
  spec: MigrationSpec,
  stage: StageNumber,
  facts: GateFacts = NO_FACTS,
): StageGates {
  const { holdSeconds } = spec.limits;
  return {
    prerequisites: criteriaOf(`${stage}.before`, prerequisites(spec, stage, facts)),
    watch: criteriaOf(`${stage}.watch`, watchOf(spec, stage, facts.agents)),
    criteria: criteriaOf(`${stage}.after`, held(successes(spec, stage, facts), holdSeconds)),
  };
}

/** What must hold at the end of a way back to the end of a stage, or to before the first. */
export function gatesAfterWayBack(
  spec: MigrationSpec,
  to: 0 | StageNumber,
  facts: GateFacts = NO_FACTS,
): readonly Criterion[] {
  const all = to === 0 ? [...onlyA(spec, facts), ...unharmed()] : successes(spec, to, facts);
  // What failed may be why it goes back, and no way back undoes it.
  const rules = all.filter(({ measure }) => measure !== "tasks-failed-by-us");
  return criteriaOf(`back.${to}`, held(rules, spec.limits.holdSeconds));
}

function prerequisites(spec: MigrationSpec, stage: StageNumber, facts: GateFacts): Rule[] {
  switch (stage) {
    case 1:
      return [...onlyA(spec, facts), ...ready(spec)];
    case 2:
    case 3:
      return [...bothSides(spec), oneLeader(), leadsOn("a"), votes(), ...frameworks()];
    case 4:
      return [...bothSides(spec), oneLeader(), leadsOn("b"), votes(), ...frameworks()];
    case 5:
      return [...bothSides(spec), oneLeader(), leadsOn("b"), ...frameworks(), ...room(spec)];
    case 6:
      return [
        ...bothSides(spec),
        oneLeader(),
        leadsOn("b"),
        ...frameworks(),
        rule("Nothing but ferry uses A's ZooKeeper", "clients-left", "a", none),
        ...emptyA(spec),
      ];
  }
}

function successes(spec: MigrationSpec, stage: StageNumber, facts: GateFacts): Rule[] {
  switch (stage) {
    case 1:
      return [...bothSides(spec), equalTrees(), oneLeader(), leadsOn("a")];
    case 2:
      return [...bothSides(spec), ...oneSet(facts), leadsOn("a"), steady(), ...frameworks(), ...unharmed()];
    case 3:
      return [
        ...bothSides(spec),
        ...oneSet(facts),
        leadsOn("b"),
        ...mastersOnB(spec),
        ...frameworks(),
        ...unharmed(),
      ];
    case 4:
      return [
        ...bothSides(spec),
        oneLeader(),
        leadsOn("b"),
        ...agentsOnB(spec, facts),
        ...frameworks(),
        ...unharmed(),
      ];
    case 5:
      return [...bothSides(spec), oneLeader(), leadsOn("b"), ...emptyA(spec), ...frameworks(), ...unharmed()];
    case 6:
      return [
        ...zookeeper(spec, "b", "none"),
        oneLeader(),
        leadsOn("b"),
        ...mastersOnB(spec),
        votes(),
        ...frameworks(),
        ...unharmed(),
      ];
  }
}

// Pieces

/** `few` may be down: what has begun goes on as long as there is a quorum. */
function zookeeper(spec: MigrationSpec, side: "a" | "b", down: "none" | "few"): Rule[] {
  const { servers } = (side === "a" ? spec.source : spec.target).zookeeper;
  const name = side.toUpperCase();
  const quorum = rule(`${name}'s ZooKeeper has a quorum`, "zookeeper-quorum", side, yes);
  if (down === "few") return [quorum];
  const text = `All of ${name}'s ZooKeeper servers answer`;
  return [quorum, rule(text, "zookeeper-servers-up", side, atLeast(servers.length))];
}

function bothSides(spec: MigrationSpec): Rule[] {
  return [
    ...zookeeper(spec, "a", "few"),
    ...zookeeper(spec, "b", "none"),
    rule("The synchronisation is live in both directions", "sync-live", null, yes),
    rule("Changes arrive soon enough", "sync-lag-ms", null, atMost(spec.limits.lagMs)),
    rule("No conflict waits for a person", "sync-conflicts", null, none),
  ];
}

function equalTrees(): Rule {
  return rule("No znode is missing or different on B", "znodes-missing", null, none);
}

function oneLeader(): Rule {
  return rule("One master leads", "masters-leading", null, exactly(1));
}

function leadsOn(side: "a" | "b"): Rule {
  return rule(`The leader is on ${side.toUpperCase()}`, "leader-side", null, exactly(side));
}

function votes(): Rule {
  return rule("Every master's replica of the log votes", "log-recovered", null, yes);
}

function steady(): Rule {
  return rule("Leadership has not moved by itself", "leader-changes", null, none);
}

/** One set of masters, seen the same from both sides. */
function oneSet({ logMembers }: GateFacts): Rule[] {
  const members =
    logMembers === null
      ? []
      : [rule("The log has the members it should", "log-members", null, exactly(logMembers))];
  return [
    oneLeader(),
    rule("Both sides and all masters name the same leader", "leaders-agree", null, yes),
    votes(),
    ...members,
  ];
}

function frameworks(): Rule[] {
  return [rule("All frameworks of the baseline are connected", "frameworks-missing", null, none)];
}

function unharmed(): Rule[] {
  return [
    rule("No task failed because of the migration", "tasks-failed-by-us", null, none),
    rule("No task became unhealthy", "tasks-unhealthy", null, none),
  ];
}

function mastersOnB({ target, source, modes }: MigrationSpec): Rule[] {
  const wanted = modes.masters === "replace" ? target.masters.servers : source.masters.servers;
  return [
    rule("All masters are on B's ZooKeeper", "masters-up", "b", exactly(wanted.length)),
    rule("No master is left on A's ZooKeeper", "masters-up", "a", none),
  ];
}

function agentsOnB(spec: MigrationSpec, facts: GateFacts): Rule[] {
  const replaced = spec.modes.agents === "replace";
  const side = replaced ? "b" : "a";
  const named = (replaced ? spec.target : spec.source).agents.servers.length;
  const count = replaced ? named : (facts.agents ?? named);
  const registered = replaced ? "B's agents are registered" : "The agents are registered again";
  const offers = rule(
    "Frameworks are offered what B's agents have, and answer",
    "offers-accepted",
    "b",
    atLeast(1),
  );
  return [
    rule(registered, "agents-registered", side, atLeast(leastAgents(count, spec))),
    rule("No agent comes and goes", "agents-flapping", null, none),
    ...(replaced && count > 0 ? [offers] : []),
  ];
}

function emptyA({ modes }: MigrationSpec): Rule[] {
  if (modes.agents === "repoint") return [];
  return [
    rule("No task is left on A's agents", "tasks-left", "a", none),
    rule("No agent of A is registered", "agents-registered", "a", none),
  ];
}

/** Cluster A whole and well, on its own. */
function onlyA(spec: MigrationSpec, facts: GateFacts): Rule[] {
  const { masters, agents } = spec.source;
  return [
    ...zookeeper(spec, "a", "none"),
    rule("A's masters have their quorum", "masters-up", "a", atLeast(masters.quorum)),
    oneLeader(),
    leadsOn("a"),
    votes(),
    rule(
      "A's agents are registered",
      "agents-registered",
      "a",
      atLeast(leastAgents(facts.agents ?? agents.servers.length, spec)),
    ),
    rule("No agent comes and goes", "agents-flapping", null, none),
    ...frameworks(),
  ];
}

function room({ modes }: MigrationSpec): Rule[] {
  if (modes.agents === "repoint") return [];
  return [rule("B's agents have room for all that runs, with headroom", "capacity-short", null, none)];
}

/** Before anything is done. */
function ready(spec: MigrationSpec): Rule[] {
  const named = spec.target.zookeeper.resource === null ? zookeeper(spec, "b", "none") : [];
  const restarted =
    spec.modes.agents === "repoint"
      ? [
          rule(
            "No framework loses its tasks when agents restart",
            "frameworks-without-checkpoint",
            null,
            none,
          ),
        ]
      : [];
  return [
    ...named,
    rule("All versions are supported", "versions-supported", null, yes),
    rule("All that need each other can connect", "unreachable-pairs", null, none),
    rule("ferry has the rights it needs", "rights-missing", null, none),
    rule("The clocks agree", "clock-skew-ms", null, atMost(spec.limits.clockSkewMs)),
    rule("There is room on all disks", "disk-short", null, none),
    rule("What ends itself by design is started again", "supervisors-missing", null, none),
    ...restarted,
    ...room(spec),
  ];
}
