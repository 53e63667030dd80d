/**
 * The smallest change that would make a refused path possible: changed questions, the least first, each of them tried. Pure; it must
 * never advise what does not help.
 */
import type { SideName } from "../model/spec.js";
import type { MasterNow, QuorumGoal, QuorumQuestion } from "./question.js";
import { listed, mastersText, sideText } from "./words.js";

interface Change {
  readonly question: QuorumQuestion;
  readonly text: string;
}

/** Sizes of the log that are worth trying. */
const LARGEST = 7;

export function smallestChange(
  question: QuorumQuestion,
  possible: (changed: QuorumQuestion) => boolean,
): string {
  const paused: QuorumQuestion = { ...question, pauses: "where-unavoidable" };
  const single = [...broughtBack(question), ...otherQuorum(question), ...nearerGoal(question)];
  const changes: Change[] = [
    ...pausing(question),
    ...single,
    ...repointing(question),
    ...(question.pauses === "never" ? repointing(paused).map(withPauses) : []),
    ...(question.pauses === "never" ? nearerGoal(paused).map(withPauses) : []),
    ...otherSizes(question),
  ];
  const helps = changes.find((change) => possible(change.question));
  return (
    helps?.text ??
    "No single change of quorum, masters or mode helps: bring the masters of both sides to one size and quorum first."
  );
}

function withPauses({ question, text }: Change): Change {
  return { question, text: `${text} ${PAUSES}` };
}

const PAUSES = "Pauses of registry writes have to be allowed too.";

function pausing(question: QuorumQuestion): Change[] {
  if (question.pauses !== "never") return [];
  return [
    {
      question: { ...question, pauses: "where-unavoidable" },
      text: "Allow pauses of registry writes: moments, each as long as one restart of a master, in which the leader cannot write. Tasks run on.",
    },
  ];
}

/** One at a time, then all that are down. */
function broughtBack(question: QuorumQuestion): Change[] {
  const down = question.masters.filter(({ state }) => state.kind === "down");
  const sets = down.length > 1 ? [...down.map((master) => [master]), down] : [down];
  return sets
    .filter((set) => set.length > 0)
    .map((set) => ({
      question: { ...question, masters: question.masters.map((m) => (set.includes(m) ? back(m) : m)) },
      text: `Bring ${listed(set.map(({ name }) => name))} back first.`,
    }));
}

function back(master: MasterNow): MasterNow {
  const { state } = master;
  return state.kind === "down" ? { ...master, available: true, state: { ...state, kind: "voting" } } : master;
}

/** The smallest that is a majority: any larger one would be in the way of failures. */
function otherQuorum(question: QuorumQuestion): Change[] {
  const { goal } = question;
  const quorum = majority(goal.masters.length);
  if (quorum === goal.quorum) return [];
  return [
    {
      question: { ...question, goal: { ...goal, quorum } },
      text: `Give the masters of ${sideText(goal.side)} quorum ${quorum} instead of ${goal.quorum}.`,
    },
  ];
}

/** A goal nearer to today's quorum, the nearest to the one that was asked for first; the rest is another day's work. */
function nearerGoal(question: QuorumQuestion): Change[] {
  const { goal, masters } = question;
  const leader = masters.find(({ leading }) => leading)?.state;
  const count = goal.masters.length;
  if (leader?.kind !== "voting" || leader.quorum === goal.quorum) return [];
  if (leader.quorum < goal.quorum)
    return range(2, count - 1)
      .reverse()
      .map((size) => {
        const kept = goal.masters.slice(0, size);
        return {
          question: { ...question, goal: { ...goal, masters: kept, quorum: majority(size) } },
          text: `Move to ${listed(kept)} with quorum ${majority(size)} first, and add the others there afterwards.`,
        };
      });
  return range(count + 1, LARGEST).map((size) => ({
    question: withGoal(question, size, majority(size)),
    text: `Move to ${mastersText(size)} with quorum ${majority(size)} first, and take the surplus away there afterwards.`,
  }));
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function majority(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** The masters that are there, instead of new ones. */
function repointing(question: QuorumQuestion): Change[] {
  const { masters, goal } = question;
  const leader = masters.find(({ leading }) => leading)?.state;
  if (leader?.kind !== "voting" || leader.zookeeper === goal.side) return [];
  const there = masters.filter(({ state }) => state.kind !== "absent" && state.zookeeper !== goal.side);
  const names = there.map(({ name }) => name);
  const changed: QuorumGoal = { ...goal, masters: names, quorum: leader.quorum };
  const text = `Restart ${listed(names)} onto ${sideText(goal.side)}'s ZooKeeper (mode repoint) instead of replacing ${names.length === 1 ? "it" : "them"}; quorum ${leader.quorum}.`;
  return [{ question: { ...question, goal: changed }, text }];
}

/** A log of another size to begin with, with the goal as it is or of that size too. */
function otherSizes(question: QuorumQuestion): Change[] {
  const { goal, masters } = question;
  const leader = masters.find(({ leading }) => leading)?.state;
  if (leader?.kind !== "voting" || leader.zookeeper === goal.side) return [];
  return range(2, LARGEST).flatMap((size) => {
    const quorum = majority(size);
    const others = masters.filter(
      ({ name, state }) => goal.masters.includes(name) && state.kind === "absent",
    );
    const begun = { ...question, masters: [...fresh(leader.zookeeper, size, quorum), ...others] };
    const has = `Have ${mastersText(size)} with quorum ${quorum} on`;
    return [
      { question: begun, text: `${has} ${sideText(leader.zookeeper)} first.` },
      { question: withGoal(begun, size, quorum), text: `${has} both sides first.` },
    ];
  });
}

function fresh(zookeeper: SideName, size: number, quorum: number): MasterNow[] {
  return Array.from({ length: size }, (_, index) => ({
    name: `master ${index + 1} of today`,
    state: { kind: "voting", zookeeper, quorum },
    leading: index === 0,
    available: true,
  }));
}

/** As if the goal had so many new masters. */
function withGoal(question: QuorumQuestion, size: number, quorum: number): QuorumQuestion {
  const { goal, masters } = question;
  const wanted = Array.from({ length: size }, (_, index) => `new master ${index + 1}`);
  const added = wanted.map(
    (name): MasterNow => ({ name, state: { kind: "absent" }, leading: false, available: true }),
  );
  return {
    ...question,
    masters: [
      ...masters.filter(({ name }) => !goal.masters.includes(name) || holds(masters, name)),
      ...added,
    ],
    goal: { ...goal, masters: wanted, quorum },
  };
}

function holds(masters: readonly MasterNow[], name: string): boolean {
  return masters.some((master) => master.name === name && master.state.kind !== "absent");
}
