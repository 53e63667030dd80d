/**
 * What is watched while a stage runs, and for how long each may be broken: some are, for a moment, by what the stage does. Pure data.
 */
import type { MigrationSpec, StageNumber } from "../model/spec.js";
import { atLeast, atMost, exactly, none, type Rule, rule, yes } from "./criterion.js";

/**
 * A session has to expire before ZooKeeper and Mesos see that something has died: 10 s, twice. What is counted stays counted, so that the
 * same patience with it loses nothing, and a server that does not answer for a moment breaks no gate.
 */
const EXPIRY_SECONDS = 20;
/** A master that leads has one minute to recover its registry; frameworks and agents come back after that. */
const FAILOVER_SECONDS = 60;
/** Agents try again after up to a minute when a leader was not there. */
const REGISTRATION_SECONDS = 120;
/** All instances of a framework stop, its state is compared, they start on the other side. */
const REPOINT_SECONDS = 300;

/** @param agents registered when the plan was made; null: those the spec names */
export function watchOf(spec: MigrationSpec, stage: StageNumber, agents: number | null): Rule[] {
  return [
    ...ensembles(stage),
    ...synchronisation(spec, stage),
    ...leadership(stage),
    ...frameworksAndTasks(spec, stage),
    ...registrations(spec, stage, agents),
  ];
}

/** As many as may be missing against the number of now are missing at most. */
export function leastAgents(count: number, { limits }: MigrationSpec): number {
  // Rounded before it is rounded up: 10 × (1 − 0.9) is a little more than 1.
  return Math.ceil(Number((count * (1 - limits.agentsMissing)).toFixed(6)));
}

/** Not while they are restarted or removed one after another: some are always missing then. */
function registrations(spec: MigrationSpec, stage: StageNumber, agents: number | null): Rule[] {
  const last = spec.modes.agents === "replace" ? 4 : 3;
  if (stage > last) return [];
  const least = leastAgents(agents ?? spec.source.agents.servers.length, spec);
  return [rule("A's agents stay registered", "agents-registered", "a", atLeast(least), REGISTRATION_SECONDS)];
}

/** A's until it is removed, B's from when it is there. */
function ensembles(stage: StageNumber): Rule[] {
  const a = rule("A's ZooKeeper has a quorum", "zookeeper-quorum", "a", yes, EXPIRY_SECONDS);
  const b = rule("B's ZooKeeper has a quorum", "zookeeper-quorum", "b", yes, EXPIRY_SECONDS);
  return [...(stage === 6 ? [] : [a]), ...(stage === 1 ? [] : [b])];
}

/** It is started in stage 1 and stopped in stage 6. */
function synchronisation({ limits }: MigrationSpec, stage: StageNumber): Rule[] {
  if (stage === 1 || stage === 6) return [];
  return [
    rule("The synchronisation is live in both directions", "sync-live", null, yes, EXPIRY_SECONDS),
    rule("Changes arrive soon enough", "sync-lag-ms", null, atMost(limits.lagMs), EXPIRY_SECONDS),
    rule("No conflict waits for a person", "sync-conflicts", null, none, EXPIRY_SECONDS),
  ];
}

function leadership(stage: StageNumber): Rule[] {
  const split = rule("No two masters lead", "masters-leading", null, atMost(1), 5);
  const some = rule("A master leads", "masters-leading", null, exactly(1), FAILOVER_SECONDS);
  const agree = rule("All name the same leader", "leaders-agree", null, yes, FAILOVER_SECONDS);
  const steady = rule("Leadership has not moved by itself", "leader-changes", null, none, EXPIRY_SECONDS);
  return stage === 1 || stage === 6 ? [split, some, steady] : [split, some, agree, steady];
}

function frameworksAndTasks(spec: MigrationSpec, stage: StageNumber): Rule[] {
  const { drain } = spec;
  const frameworksSeconds = stage === 5 ? REPOINT_SECONDS : FAILOVER_SECONDS;
  const failures = stage === 5 ? Math.max(0, drain.pauseAfterFailures - 1) : 0;
  const offers = rule("What B's agents have is offered", "agents-offered", "b", atLeast(1), 120);
  return [
    rule("All frameworks are connected", "frameworks-missing", null, none, frameworksSeconds),
    rule(
      "No task fails because of the migration",
      "tasks-failed-by-us",
      null,
      atMost(failures),
      FAILOVER_SECONDS,
    ),
    rule("No task becomes unhealthy", "tasks-unhealthy", null, none, REPOINT_SECONDS),
    rule("No agent comes and goes", "agents-flapping", null, none, FAILOVER_SECONDS),
    ...(stage === 5 && spec.modes.agents === "replace" ? [offers] : []),
  ];
}
