/**
 * What each measured value means: its type, its unit, whose it is. The observer measures by this, criteria are written by this. Data; it
 * must never say how a value is measured.
 */
import type { MeasureName } from "../model/observation.js";

export interface Measure {
  readonly type: "number" | "yes-no" | "text";
  /** After a number, in the plural; empty where the number says all. */
  readonly unit: string;
  /** `each`: of A and of B, `none`: of the whole platform. */
  readonly sides: "each" | "none";
  readonly meaning: string;
}

const number = (unit: string, sides: Measure["sides"], meaning: string): Measure => ({
  type: "number",
  unit,
  sides,
  meaning,
});

const yesNo = (sides: Measure["sides"], meaning: string): Measure => ({
  type: "yes-no",
  unit: "",
  sides,
  meaning,
});

export const MEASURES: Readonly<Record<MeasureName, Measure>> = {
  "zookeeper-servers-up": number("servers", "each", "ZooKeeper servers of the side that answer."),
  "zookeeper-quorum": yesNo(
    "each",
    "Whether a majority of the side's voting servers answers and follows one leader.",
  ),
  "zookeeper-sessions": number(
    "sessions",
    "each",
    "Client sessions on the side's ensemble, ferry's own left out.",
  ),
  "sync-live": yesNo("none", "Whether the synchronisation is live in both directions."),
  "sync-lag-ms": number("ms", "none", "The 99th percentile of the delay of a change, the worse direction."),
  "sync-conflicts": number("conflicts", "none", "Conflicts that wait for a person."),
  "znodes-missing": number(
    "znodes",
    "none",
    "Paths that are not equal on both sides, of those that are synchronised.",
  ),
  "masters-up": number(
    "masters",
    "each",
    "Masters that are registered with the side's ZooKeeper and answer.",
  ),
  "masters-leading": number(
    "masters",
    "none",
    "Masters of both sides that say they lead: more than one is a split brain.",
  ),
  "leaders-agree": yesNo(
    "none",
    "Whether A's znodes, B's znodes and every master that answers name one leader.",
  ),
  "leader-changes": number(
    "changes",
    "none",
    "Changes of leader since the stage began or was resumed that no action made.",
  ),
  "leader-side": {
    type: "text",
    unit: "",
    sides: "none",
    meaning: "Whose ZooKeeper the leader is elected on: a or b.",
  },
  "log-recovered": yesNo("none", "Whether the replica of every master that answers votes."),
  "log-members": number("members", "none", "Members of the replicated log as the leader counts them."),
  "agents-registered": number("agents", "each", "Agents of the side that are registered and active."),
  "agents-flapping": number(
    "agents",
    "none",
    "Agents that were lost and came back more than once in the last ten minutes.",
  ),
  "agents-drained": number("agents", "each", "Agents of the side that are drained: no task, no offer."),
  "offers-accepted": number(
    "offers",
    "each",
    "Offers of the side's agents that frameworks took or answered since the stage began.",
  ),
  "frameworks-connected": number(
    "frameworks",
    "none",
    "Frameworks that are registered, active and connected.",
  ),
  "frameworks-missing": number(
    "frameworks",
    "none",
    "Frameworks of the baseline that are not connected under their id; before there is one, those registered and not connected.",
  ),
  "tasks-running": number("tasks", "none", "Tasks that run."),
  "tasks-failed-by-us": number(
    "tasks",
    "none",
    "Tasks that failed, were killed or lost since the stage began or was resumed, for a reason that lies with the migration and not with them, their framework or their user.",
  ),
  "tasks-left": number("tasks", "each", "Tasks that run on agents of the side."),
  "tasks-unhealthy": number(
    "tasks",
    "none",
    "Tasks whose health check fails and that were not so in the baseline.",
  ),
  "election-candidates": number(
    "candidates",
    "each",
    "Election znodes of masters on the side, mirrored ones left out.",
  ),
  "clients-left": number(
    "clients",
    "each",
    "Masters, agents and frameworks that still use the side's ZooKeeper.",
  ),
  "capacity-short": number(
    "shortages",
    "none",
    "What the target's agents lack for all that runs, headroom included.",
  ),
  "clock-skew-ms": number("ms", "none", "The largest difference between two clocks of the platform."),
  "unreachable-pairs": number("pairs", "none", "Pairs of addresses that need each other and cannot connect."),
  "disk-short": number("servers", "none", "Servers without room for what they will hold."),
  "versions-supported": yesNo("none", "Whether the versions of all that is there can be migrated."),
  "rights-missing": number("rights", "none", "Rights ferry needs on ZooKeeper and Mesos and does not have."),
  "frameworks-without-checkpoint": number(
    "frameworks",
    "none",
    "Frameworks whose tasks die when their agent restarts, those that are accepted left out.",
  ),
  "supervisors-missing": number(
    "servers",
    "none",
    "Servers that end themselves by design and that nothing starts again.",
  ),
};
