/**
 * The path of the masters: always safe, never worse than what trying everything finds, and none only where there is none. Judged by a
 * model of the log that shares nothing with the planner.
 */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planQuorumPath } from "../../../src/migration/quorum/planner.js";
import type {
  LogState,
  MasterNow,
  QuorumPath,
  QuorumQuestion,
} from "../../../src/migration/quorum/question.js";
import { splitAtHandOver } from "../../../src/migration/quorum/split.js";
import { cheapest } from "./exhaustive.js";
import { anyQuestion, fresh, names, replacing, running, standing, withState } from "./questions.js";
import { apply, danger, isDone, tolerated, type World, worldOf } from "./world.js";

const planner = suite("path of the masters");

function sameAs(world: World, state: LogState, where: string): void {
  const members = world.servers
    .filter(({ log }) => log !== "none")
    .map(({ name, log, up, side: zookeeper, quorum }) => {
      const state = !up ? "down" : log === "empty" ? "empty" : "voting";
      return { name, state, zookeeper, quorum };
    });
  // Which ZooKeeper one that is down belongs to is of no meaning while it is down.
  const shown = (list: readonly { readonly name: string; readonly state: string }[]) =>
    list.map(({ name, state }) => `${name} ${state}`);
  assert.equal(shown(state.members), shown(members), where);
  assert.is(state.tolerance, tolerated(world), `tolerance ${where}`);
}

/** Goes the path in the world; every moment has to be safe and what the path says of it true. */
function walk(question: QuorumQuestion, path: QuorumPath): void {
  let world = worldOf(question);
  sameAs(world, path.before, "before");
  let lowest = Number.POSITIVE_INFINITY;
  for (const [index, { step, during, after, pauses }] of path.steps.entries()) {
    const where = `in step ${index + 1} of ${JSON.stringify(path.steps.map((known) => known.step))}`;
    const change = apply(world, step);
    if (typeof change === "string") throw new Error(`${change} ${where}`);
    for (const moment of [change.during, change.after]) assert.is(danger(moment), null, where);
    sameAs(change.during, during, where);
    sameAs(change.after, after, where);
    assert.is(pauses, tolerated(change.during) < 0, where);
    assert.ok(tolerated(change.after) >= 0, `a pause outlasts its step ${where}`);
    assert.ok(!pauses || question.pauses === "where-unavoidable", `an unwanted pause ${where}`);
    lowest = Math.min(lowest, tolerated(change.during), tolerated(change.after));
    world = change.after;
  }
  assert.ok(isDone(world), "it ends at the goal");
  if (path.steps.length > 0) assert.is(path.tolerance, lowest);
  const from = question.masters.find(({ leading }) => leading)?.state;
  const moves = from?.kind === "voting" && from.zookeeper !== question.goal.side ? 1 : 0;
  assert.is(path.steps.filter(({ step }) => step.kind === "hand-over").length, moves, "moves of leadership");
}

planner("is safe at every moment, for platforms of every size", () => {
  fc.assert(
    fc.property(anyQuestion(7), (question) => {
      const answer = planQuorumPath(question);
      if (answer.kind === "path") walk(question, answer);
    }),
    { numRuns: 200 },
  );
});

/** No better tolerance, no fewer pauses, no fewer steps; and where it says none, there is none. */
function compareWithAll(question: QuorumQuestion): void {
  const answer = planQuorumPath(question);
  if (answer.kind === "none") {
    if (answer.examined === 0) return;
    assert.is(cheapest(question, question.pauses === "never" ? 0 : -1), null, answer.text);
    return;
  }
  if (answer.steps.length === 0) return;
  assert.is(cheapest(question, answer.tolerance + 1), null, "a path with more tolerance");
  assert.equal(cheapest(question, answer.tolerance), { pauses: answer.pauses, steps: answer.steps.length });
}

planner("is the best there is, and none only where there is none", () => {
  fc.assert(fc.property(anyQuestion(3), compareWithAll), { numRuns: 30, interruptAfterTimeLimit: 20_000 });
});

planner("goes back from wherever it stands, as safely", () => {
  const sizes = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(sizes, sizes, fc.nat(), fc.boolean(), (from, to, at, exhaustively) => {
      const majority = (count: number): number => Math.floor(count / 2) + 1;
      const there = replacing([from, majority(from)], [to, majority(to)], "where-unavoidable");
      const path = planQuorumPath(there);
      if (path.kind === "none") return;
      const question: QuorumQuestion = {
        masters: standing(there, path, at % (path.steps.length + 1)),
        goal: { side: "a", masters: names("a", from), quorum: majority(from) },
        pauses: "where-unavoidable",
      };
      const back = planQuorumPath(question);
      if (back.kind === "path") walk(question, back);
      if (exhaustively) compareWithAll(question);
    }),
    { numRuns: 40, interruptAfterTimeLimit: 20_000 },
  );
});

planner("takes longer where that tolerates more", () => {
  // 14 steps get there too, with moments in which none may fail.
  const path = planQuorumPath(replacing([6, 5], [6, 4]));
  if (path.kind === "none") throw new Error(path.text);
  assert.equal([path.tolerance, path.steps.length], [1, 15]);
});

planner("makes replicas anew before a lowered quorum lets them decide on what they may have missed", () => {
  // Once there were five members: two of these three may be without a write, and would be a majority.
  const question: QuorumQuestion = {
    masters: [...running("a", 1, 3), ...joined(names("b", 2), 3), ...fresh("b", 3).slice(2)],
    goal: { side: "b", masters: names("b", 3), quorum: 2 },
    pauses: "where-unavoidable",
  };
  const path = planQuorumPath(question);
  if (path.kind === "none") throw new Error(path.text);
  walk(question, path);
  const lowered = path.steps.findIndex(({ step }) => "quorum" in step && step.quorum === 2);
  const stopped = path.steps.slice(0, lowered).filter(({ step }) => step.kind === "stop-master");
  assert.equal(stopped.map(({ server }) => server).sort(), ["b1", "b2"]);
});

function joined(list: readonly string[], quorum: number): MasterNow[] {
  return list.map((name) => ({
    name,
    state: { kind: "voting", zookeeper: "b", quorum },
    leading: false,
    available: true,
  }));
}

planner("says what is wrong before it looks for a path, and what to do", () => {
  const good = replacing([3, 2], [3, 2]);
  const two = { ...good, masters: good.masters.map((m, at) => ({ ...m, leading: at < 2 })) };
  const leaderless = { ...good, masters: good.masters.map((m) => ({ ...m, leading: false })) };
  const state = (kind: "down" | "empty", quorum = 2) => ({ kind, zookeeper: "a", quorum }) as const;
  const missing = { ...good, masters: good.masters.map((m) => ({ ...m, available: m.name !== "b2" })) };
  const stays = { ...good, goal: { ...good.goal, side: "a" } } as const;
  const cases: [string, QuorumQuestion][] = [
    ["no-single-leader", two],
    ["no-single-leader", leaderless],
    ["unknown-master", { ...good, goal: { ...good.goal, masters: ["b1", "b2", "x"] } }],
    ["goal-quorum", replacing([3, 2], [4, 2])],
    ["goal-quorum", replacing([3, 2], [2, 3])],
    ["goal-quorum", { ...good, goal: { ...good.goal, masters: [], quorum: 1 } }],
    ["not-available", missing],
    ["members-now", replacing([4, 2], [3, 2])],
    ["votes-now", withState(withState(good, "a2", state("down")), "a3", state("down"))],
    [
      "empty-now",
      withState(withState(replacing([5, 3], [5, 3]), "a4", state("empty", 3)), "a5", state("empty", 3)),
    ],
    ["leader-stays", stays],
  ];
  for (const [reason, question] of cases) {
    const answer = planQuorumPath(question);
    if (answer.kind === "path") throw new Error(`a path where ${reason} forbids it`);
    assert.is(answer.reason, reason);
    assert.ok(answer.text.endsWith("."), answer.text);
    assert.ok(/^[A-Z].*\.$/.test(answer.change), answer.change);
  }
});

planner("advises only what helps", () => {
  fc.assert(
    fc.property(anyQuestion(4), (question) => {
      const answer = planQuorumPath(question);
      if (answer.kind === "path" || answer.examined === 0) return;
      assert.ok(answer.change.length > 0);
      if (answer.change.startsWith("Allow pauses"))
        assert.is(planQuorumPath({ ...question, pauses: "where-unavoidable" }).kind, "path");
    }),
    { numRuns: 100 },
  );
});

planner("finds its way among 7 and 7 in a moment", () => {
  for (const question of [
    replacing([5, 3], [5, 3]),
    replacing([7, 4], [7, 4]),
    replacing([7, 4], [5, 3]),
    replacing([5, 3], [7, 4]),
    replacing([7, 4], [3, 2], "where-unavoidable"),
  ]) {
    const begun = performance.now();
    planQuorumPath(question);
    assert.ok(performance.now() - begun < 1_000, JSON.stringify(question.goal));
  }
});

planner("gives the same path for the same question", () => {
  fc.assert(
    fc.property(anyQuestion(5), (question) => {
      assert.equal(planQuorumPath(question), planQuorumPath(structuredClone(question)));
    }),
    { numRuns: 30 },
  );
});

planner("is cut at the hand-over into what is prepared and what follows", () => {
  const path = planQuorumPath(replacing([3, 2], [3, 2]));
  if (path.kind === "none") throw new Error(path.text);
  const { before, from } = splitAtHandOver(path);
  assert.equal(
    [...before.steps, ...from.steps].map(({ server }) => server),
    path.steps.map(({ server }) => server),
  );
  assert.is(from.steps[0]?.step.kind, "hand-over");
  assert.is(before.states.length, before.steps.length + 1);
  assert.equal(before.states.at(-1), from.states[0]);
  assert.equal(
    before.states.at(-1)?.members.map(({ name }) => name),
    ["a1", "b1", "b2"],
  );
});

planner("with nothing to do there is nothing to hand over either", () => {
  const path = planQuorumPath({
    masters: running("a", 3, 2),
    goal: { side: "a", masters: names("a", 3), quorum: 2 },
    pauses: "never",
  });
  if (path.kind === "none") throw new Error(path.text);
  assert.equal([path.steps.length, path.tolerance, path.pauses], [0, 1, 0]);
  const { before, from } = splitAtHandOver(path);
  assert.equal([before.states.length, from.steps.length], [1, 0]);
});

planner.run();
