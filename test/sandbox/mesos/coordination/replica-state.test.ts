/** How one replica answers, rule by rule, and that several proposers of one position never decide two values. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fill, type Proposer } from "../../../../src/sandbox/mesos/coordination/consensus.js";
import type {
  Ballot,
  LogAnswer,
  LogRequest,
  LogValue,
} from "../../../../src/sandbox/mesos/coordination/log-messages.js";
import { nextStep } from "../../../../src/sandbox/mesos/coordination/log-recovery.js";
import {
  answer,
  EMPTY_REPLICA,
  missingPositions,
  type ReplicaRecord,
  type ReplicaState,
  withRecord,
} from "../../../../src/sandbox/mesos/coordination/replica-state.js";

const replica = suite("a replica of mesos' log");

const ballot = (number: number, by = "x"): Ballot => ({ number, by });
const append = (bytes: string): LogValue => ({ type: "APPEND", bytes });
const learned = (position: number, value: LogValue): ReplicaRecord => ({
  kind: "action",
  action: { position, promised: ballot(1), performed: { ballot: ballot(1), value }, learned: true },
});
const VOTING = withRecord(EMPTY_REPLICA, { kind: "status", status: "VOTING" });
const from = "log-replica(1)@127.0.0.9:5050";

function told(state: ReplicaState, request: LogRequest): { answer: LogAnswer; state: ReplicaState } {
  const verdict = answer(state, request);
  return {
    answer: verdict.answer,
    state: verdict.record === null ? state : withRecord(state, verdict.record),
  };
}

replica("one that does not vote ignores, but says how it is and takes what is learned", () => {
  for (const status of ["EMPTY", "STARTING", "RECOVERING"] as const) {
    const state = withRecord(EMPTY_REPLICA, { kind: "status", status });
    assert.equal(told(state, { kind: "promise", from, ballot: ballot(1) }).answer, { kind: "ignore" });
    const write = { kind: "write", from, ballot: ballot(1), position: 1, value: append("a") } as const;
    assert.equal(told(state, write).answer, { kind: "ignore" });
    assert.equal(told(state, { kind: "recover", from }).answer, { kind: "status", status, begin: 0, end: 0 });
    assert.is(told(state, { ...write, kind: "learned" }).state.actions.get(1)?.learned, true);
  }
});

replica("a promise for all binds: the same or a lower number is denied, also another's", () => {
  const { state, answer: first } = told(VOTING, { kind: "promise", from, ballot: ballot(10) });
  assert.equal(first, { kind: "accept", end: 0 });
  for (const number of [1, 9, 10]) {
    const again = told(state, { kind: "promise", from, ballot: ballot(number, "y") });
    assert.equal(again.answer, { kind: "reject", ballot: ballot(10) });
    const write = {
      kind: "write",
      from,
      ballot: ballot(number, "y"),
      position: 3,
      value: append("a"),
    } as const;
    assert.equal(told(state, write).answer, { kind: "reject", ballot: ballot(10) });
  }
  assert.is(told(state, { kind: "promise", from, ballot: ballot(11, "y") }).answer.kind, "accept");
  const own = { kind: "write", from, ballot: ballot(10), position: 3, value: append("a") } as const;
  assert.is(told(state, own).answer.kind, "accept");
});

replica("a promise for a position binds it, and shows what was written there", () => {
  const write = { kind: "write", from, ballot: ballot(2), position: 1, value: append("a") } as const;
  const written = told(VOTING, write).state;
  const { answer: shown, state } = told(written, {
    kind: "promise",
    from,
    ballot: ballot(5, "y"),
    position: 1,
  });
  assert.equal(shown.kind === "accept" ? shown.action?.performed?.value : null, append("a"));
  assert.equal(told(state, write).answer, { kind: "reject", ballot: ballot(5, "y") });
  const same = told(state, { kind: "promise", from, ballot: ballot(5, "z"), position: 1 });
  assert.equal(same.answer, { kind: "reject", ballot: ballot(5, "y") });
});

replica("a write of a position that is learned, or forgotten, gets no answer", () => {
  const known = [learned(1, append("a")), learned(2, append("b")), learned(3, { type: "TRUNCATE", to: 2 })];
  const state = known.reduce(withRecord, VOTING);
  assert.equal([state.begin, state.end, [...state.actions.keys()]], [2, 3, [2, 3]]);
  for (const position of [1, 2]) {
    const write = { kind: "write", from, ballot: ballot(9), position, value: append("c") } as const;
    assert.equal(told(state, write).answer, { kind: "silence" });
  }
  const forgotten = told(state, { kind: "promise", from, ballot: ballot(9), position: 1 }).answer;
  assert.is(forgotten.kind === "accept" ? forgotten.action?.learned : null, true);
});

replica("what is missing: holes and what is not learned", () => {
  const state = [learned(1, append("a")), learned(4, append("b"))].reduce(withRecord, VOTING);
  assert.equal(missingPositions(state, 5), [0, 2, 3, 5]);
  assert.equal(missingPositions(state, 5, 3), [3, 5]);
});

replica("the way to vote: by a quorum of voters, or all together, or not at all", () => {
  const of = (status: "EMPTY" | "STARTING" | "VOTING", begin = 0, end = 0) =>
    ({ kind: "status", status, begin, end }) as const;
  const [empty, starting, voting] = [of("EMPTY"), of("STARTING"), of("VOTING", 67, 68)];
  const catchUp = { kind: "catch-up", begin: 66, end: 68 };
  assert.equal(nextStep("EMPTY", [empty, voting, of("VOTING", 66, 67)], 2, true), catchUp);
  assert.equal(nextStep("EMPTY", [empty, voting], 2, true), null);
  assert.equal(nextStep("EMPTY", [empty, empty, starting], 2, true), { kind: "status", status: "STARTING" });
  assert.equal(nextStep("EMPTY", [empty, empty, starting], 2, false), null);
  assert.equal(nextStep("EMPTY", [empty, empty], 2, true), null);
  assert.equal(nextStep("STARTING", [starting, starting, voting], 2, true), {
    kind: "status",
    status: "VOTING",
  });
  assert.equal(nextStep("STARTING", [starting, starting, empty], 2, true), null);
});

/** Replicas of one position, asked by several at once, in an order that dice decide. */
class Acceptors {
  readonly states = new Map<string, ReplicaState>();
  readonly decided: LogValue[] = [];
  private alone: string | null = null;
  private waiting: { readonly by: string; readonly go: () => void }[] = [];

  constructor(
    replicas: readonly ReplicaState[],
    private readonly dice: readonly number[],
  ) {
    for (const [index, state] of replicas.entries()) this.states.set(`r${index}`, state);
  }

  proposer(quorum: number, from: string): Proposer {
    const members = [...this.states.keys()];
    const later = () =>
      new Promise<void>((go) => {
        if (this.alone === null || this.alone === from) this.waiting.push({ by: from, go });
      });
    const send = async (member: string, request: LogRequest) => {
      await later();
      const now = told(this.states.get(member) ?? VOTING, request);
      this.states.set(member, now.state);
      if (request.kind === "learned") this.decided.push(request.value);
      await later();
      return now.answer;
    };
    const peers = { members, atLeast: () => Promise.resolve(), send };
    return { quorum, peers, from, log: () => {}, pause: later, random: () => 0 };
  }

  /**
   * By the dice: until nothing is under way, or for a while only, because proposers may outbid each other for ever and,
   * as in Mesos, one who writes what another has decided meanwhile waits for ever.
   */
  async run(turns = 2_000): Promise<void> {
    for (let turn = 0; turn < turns; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.waiting.length === 0) return;
      const dice = this.dice[turn % this.dice.length] ?? 0;
      this.waiting.splice(dice % this.waiting.length, 1)[0]?.go();
    }
  }

  /** From here on nothing that others have under way arrives. */
  silenceOthers(than: string): void {
    this.alone = than;
    this.waiting = this.waiting.filter(({ by }) => by === than);
  }
}

/**
 * What earlier writers left: a later writer took over what an earlier one had brought to a quorum, and none wrote before a
 * quorum had promised it the log, so a quorum still refuses everything below the last writer's ballot.
 */
function leftovers(
  held: readonly number[],
  quorum: number,
): { replicas: ReplicaState[]; chosen: LogValue | null } {
  const counts = new Map<number, number>();
  for (const number of held) counts.set(number, (counts.get(number) ?? 0) + 1);
  const settled = [...counts]
    .filter(([number, count]) => number > 0 && count >= quorum)
    .map(([number]) => number);
  const first = Math.min(...settled);
  const valueAt = (number: number) => append(`v${Math.min(number, first)}`);
  const writer = (number: number) => ballot(number, `writer ${number}`);
  const last = Math.max(...held);
  let toBind = quorum - (counts.get(last) ?? 0);
  const replicas = held.map((number): ReplicaState => {
    const bound = last > 0 && (number === last || toBind > 0);
    if (number !== last && bound) toBind -= 1;
    const state = bound ? withRecord(VOTING, { kind: "promised", ballot: writer(last) }) : VOTING;
    if (number === 0) return state;
    const by = writer(number);
    const promised = bound ? writer(last) : by;
    const performed = { ballot: by, value: valueAt(number) };
    return withRecord(state, {
      kind: "action",
      action: { position: 1, promised, performed, learned: false },
    });
  });
  return { replicas, chosen: settled.length === 0 ? null : valueAt(first) };
}

async function within(filling: Promise<Ballot>, acceptors: Acceptors): Promise<void> {
  await acceptors.run();
  const pending = Symbol("pending");
  assert.is.not(await Promise.race([filling, Promise.resolve(pending)]), pending, "it ended with a ballot");
}

replica("several who fill one position agree, and on what a quorum had if one had anything", async () => {
  const held = fc.oneof(
    fc.array(fc.nat({ max: 3 }), { minLength: 3, maxLength: 3 }),
    fc.array(fc.nat({ max: 3 }), { minLength: 5, maxLength: 5 }),
  );
  const dice = fc.array(fc.nat({ max: 1_000 }), { minLength: 20, maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(held, dice, fc.integer({ min: 1, max: 4 }), async (numbers, order, fillers) => {
      const quorum = (numbers.length + 1) / 2;
      const { replicas, chosen } = leftovers(numbers, quorum);
      const acceptors = new Acceptors(replicas, order);
      const signal = new AbortController().signal;
      for (let index = 0; index < fillers; index++) {
        const proposer = acceptors.proposer(quorum, `f${index}`);
        void fill(proposer, `r${index % numbers.length}`, ballot(0, `f${index}`), 1, signal);
      }
      await acceptors.run();
      acceptors.silenceOthers("last");
      await within(fill(acceptors.proposer(quorum, "last"), "r0", ballot(0, "last"), 1, signal), acceptors);
      const [value] = acceptors.decided;
      assert.ok(value !== undefined, "one who is alone comes to an end");
      for (const other of acceptors.decided) assert.equal(other, value);
      if (chosen !== null) assert.equal(value, chosen);
    }),
    { numRuns: 400 },
  );
});

replica.run();
