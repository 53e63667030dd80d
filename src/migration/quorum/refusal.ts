/**
 * Why there is no path: what is wrong before any search, or which condition excludes every path, found by searching once more without
 * it. Pure; it must never name a reason that was not tried.
 */
import { smallestChange } from "./change.js";
import { meansOf } from "./means.js";
import type { MasterNow, QuorumQuestion, QuorumRefusal, RefusalReason } from "./question.js";
import { findPath, type Ignored } from "./search.js";
import { mastersOf, quorumOf, surplus, tolerance, votes } from "./state.js";
import { listed, mastersText, sideText } from "./words.js";

/** What can be seen without a search, or null. */
export function objection(question: QuorumQuestion): QuorumRefusal | null {
  return (
    objectionToLeader(question) ??
    objectionToGoal(question) ??
    objectionToNow(question) ??
    objectionToStaying(question)
  );
}

function none(reason: RefusalReason, text: string, change: string, examined = 0): QuorumRefusal {
  return { kind: "none", reason, text, change, examined };
}

function leaderOf({ masters }: QuorumQuestion): MasterNow | undefined {
  return masters.find(({ leading }) => leading);
}

function objectionToLeader({ masters }: QuorumQuestion): QuorumRefusal | null {
  const leading = masters.filter(({ leading }) => leading);
  const [leader] = leading;
  if (leading.length === 1 && leader?.state.kind === "voting") return null;
  const text =
    leading.length > 1
      ? `${listed(leading.map(({ name }) => name))} all lead: that is a split brain, and no step is safe.`
      : leader === undefined
        ? "No master leads, so nobody can take a new one into the log."
        : `${leader.name} is said to lead, but its replica of the log does not vote.`;
  const change =
    leading.length > 1 ? "Stop all but the one whose registry is right." : "Wait until one leads.";
  return none("no-single-leader", text, change);
}

function objectionToGoal({ masters, goal }: QuorumQuestion): QuorumRefusal | null {
  const known = new Map(masters.map((master) => [master.name, master]));
  const unknown = goal.masters.filter((name) => !known.has(name));
  if (unknown.length > 0)
    return none(
      "unknown-master",
      `Nothing is known of ${listed(unknown)}, which the goal names.`,
      "Name masters that are there.",
    );
  const count = goal.masters.length;
  const majority = Math.max(1, Math.floor(count / 2) + 1);
  if (count < goal.quorum || goal.quorum < majority)
    return none(
      "goal-quorum",
      `${mastersText(count)} with quorum ${goal.quorum} cannot be the goal: a quorum is a majority of the masters, and no more than there are.`,
      count === 0 ? "Name at least one master." : `Give them quorum ${majority}.`,
    );
  const missing = goal.masters.filter((name) => {
    const master = known.get(name);
    return master !== undefined && !master.available && !isThere(master, goal.side, goal.quorum);
  });
  if (missing.length === 0) return null;
  return none(
    "not-available",
    `${listed(missing)} ${missing.length === 1 ? "is" : "are"} wanted in the end but cannot be started or restarted.`,
    `Make ${missing.length === 1 ? "it" : "them"} available, or leave ${missing.length === 1 ? "it" : "them"} out of the goal.`,
  );
}

function isThere({ state }: MasterNow, side: string, quorum: number): boolean {
  return state.kind === "voting" && state.zookeeper === side && state.quorum === quorum;
}

function objectionToNow(question: QuorumQuestion): QuorumRefusal | null {
  const now = mastersOf(question);
  const tooMany = surplus(now);
  if (tooMany > 0) {
    const members = now.filter(({ state }) => state.kind !== "absent").length;
    return none(
      "members-now",
      `${mastersText(members)} hold the log now, and its smallest quorum allows ${members - tooMany}: two leaders could write without knowing of each other.`,
      `Stop ${tooMany} of them for good first, one that does not lead${tooMany === 1 ? "" : " at a time"}.`,
    );
  }
  const empty = now.filter(({ state }) => state.kind === "empty").map(({ name }) => name);
  if (empty.length > 1)
    return none(
      "empty-now",
      `${listed(empty)} are empty at the same time: two that catch up at once can make each other abort.`,
      `Stop ${listed(empty.slice(1))} for good first.`,
    );
  if (tolerance(now) >= 0) return null;
  const down = now.filter(({ state }) => state.kind === "down" || state.kind === "empty");
  return none(
    "votes-now",
    `Only ${mastersText(votes(now))} can vote now, and the leader needs ${quorumOf(now)} votes for every write.`,
    down.length === 0
      ? "Bring the log's members back first."
      : `Bring ${listed(down.map(({ name }) => name))} back first.`,
  );
}

/** A leader on the side of the goal stays what it is: to change it, leadership would have to leave and come back. */
function objectionToStaying(question: QuorumQuestion): QuorumRefusal | null {
  const { goal } = question;
  const leader = leaderOf(question);
  if (leader === undefined || leader.state.kind !== "voting" || leader.state.zookeeper !== goal.side)
    return null;
  const { name, state } = leader;
  if (!goal.masters.includes(name))
    return none(
      "leader-stays",
      `${name} leads on ${sideText(goal.side)}, where leadership is to stay, but it is not among the masters wanted there.`,
      `Let another master of ${sideText(goal.side)} take the lead first, or keep ${name}.`,
    );
  if (state.quorum === goal.quorum) return null;
  return none(
    "leader-stays",
    `${name} leads on ${sideText(goal.side)}, where leadership is to stay, with quorum ${state.quorum}: it would have to be restarted for quorum ${goal.quorum}.`,
    `Make the goal quorum ${state.quorum}, or change the quorum before.`,
  );
}

/** Why the search found nothing. `possible` answers a changed question. */
export function refusal(
  question: QuorumQuestion,
  possible: (changed: QuorumQuestion) => boolean,
): QuorumRefusal {
  const start = mastersOf(question);
  const means = meansOf(question);
  const floor = question.pauses === "never" ? 0 : -1;
  const { examined } = findPath(start, means, { floor, ignore: new Set() });
  const without = (ignored: readonly Ignored[]): boolean =>
    findPath(start, means, { floor, ignore: new Set(ignored) }).moves !== null;
  const reason = EXCLUDING.find(({ ignored }) => without(ignored))?.reason ?? "several";
  return none(reason, reasonText(reason, question), smallestChange(question, possible), examined);
}

/** In the order in which they are tried: with that given up there is a path. Too many members are also stale ones. */
const EXCLUDING: readonly { readonly reason: Ignored; readonly ignored: readonly Ignored[] }[] = [
  { reason: "stale", ignored: ["stale"] },
  { reason: "votes", ignored: ["votes"] },
  { reason: "members", ignored: ["members", "stale"] },
];

function reasonText(reason: Ignored | "several", question: QuorumQuestion): string {
  switch (reason) {
    case "stale":
      return staleText(question);
    case "votes":
      return votesText(question);
    case "members":
      return membersText(question);
    case "several":
      return `${membersText(question)} ${votesText(question)}`;
  }
}

function staleText({ goal }: QuorumQuestion): string {
  return `A replica that missed a write while more masters were members votes all the same, and with quorum ${goal.quorum} those that may have missed one would be enough to elect a leader: it would not know of a write that was acknowledged.`;
}

function membersText(question: QuorumQuestion): string {
  const leader = leaderOf(question)?.name ?? "the leader";
  const quorum = quorumOf(mastersOf(question));
  const most = Math.max(1, 2 * Math.min(quorum, question.goal.quorum) - 1);
  return `As long as ${leader} leads with quorum ${quorum}, the log may have no more than ${most} member${most === 1 ? "" : "s"}, else two leaders could write without knowing of each other; and no path gets through with so few.`;
}

function votesText(question: QuorumQuestion): string {
  const leader = leaderOf(question)?.name ?? "the leader";
  const quorum = quorumOf(mastersOf(question));
  const { goal } = question;
  if (goal.quorum > quorum)
    return `While ${leader} leads with quorum ${quorum} the log may have ${2 * quorum - 1} members; when it goes ${2 * quorum - 2} of them vote, and the next leader needs ${goal.quorum}.`;
  if (goal.quorum < quorum)
    return `Masters with quorum ${goal.quorum} may join only when no more than ${mastersText(2 * goal.quorum - 1)} are members, and with one of those restarting ${leader} has not the ${quorum} votes it needs.`;
  return `Every path has a moment in which fewer than ${goal.quorum} masters vote, so that nobody can write the registry.`;
}
