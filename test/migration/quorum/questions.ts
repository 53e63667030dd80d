/** Questions for the planner: by hand, and at random. */
import fc from "fast-check";
import type { SideName } from "../../../src/migration/model/spec.js";
import type {
  MasterNow,
  QuorumPath,
  QuorumQuestion,
  ReplicaState,
} from "../../../src/migration/quorum/question.js";

export function names(side: SideName, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${side}${index + 1}`);
}

/** The first one leads. */
export function running(side: SideName, count: number, quorum: number): MasterNow[] {
  return names(side, count).map((name, index) => ({
    name,
    state: { kind: "voting", zookeeper: side, quorum },
    leading: index === 0,
    available: true,
  }));
}

export function fresh(side: SideName, count: number): MasterNow[] {
  return names(side, count).map((name) => ({
    name,
    state: { kind: "absent" },
    leading: false,
    available: true,
  }));
}

type Pauses = QuorumQuestion["pauses"];

/** New masters on B for those of A. */
export function replacing(
  from: readonly [count: number, quorum: number],
  to: readonly [count: number, quorum: number],
  pauses: Pauses = "never",
): QuorumQuestion {
  return {
    masters: [...running("a", ...from), ...fresh("b", to[0])],
    goal: { side: "b", masters: names("b", to[0]), quorum: to[1] },
    pauses,
  };
}

/** The same masters onto B's ZooKeeper. */
export function repointing(count: number, quorum: number, pauses: Pauses = "never"): QuorumQuestion {
  return {
    masters: running("a", count, quorum),
    goal: { side: "b", masters: names("a", count), quorum },
    pauses,
  };
}

/** `name` as `state` in an otherwise equal question. */
export function withState(question: QuorumQuestion, name: string, state: ReplicaState): QuorumQuestion {
  const masters = question.masters.map((master) => (master.name === name ? { ...master, state } : master));
  return { ...question, masters };
}

/** Where the masters stand after some steps of a path, to go somewhere else from there. */
export function standing(question: QuorumQuestion, path: QuorumPath, steps: number): MasterNow[] {
  const state = steps === 0 ? path.before : path.steps[steps - 1]?.after;
  return question.masters.map(({ name, available }) => {
    const member = state?.members.find((known) => known.name === name);
    if (member === undefined) return { name, available, leading: false, state: { kind: "absent" } };
    const { state: kind, zookeeper, quorum } = member;
    return { name, available, leading: state?.leaders[0] === name, state: { kind, zookeeper, quorum } };
  });
}

interface Draw {
  readonly from: number;
  readonly to: number;
  readonly quorumMore: number;
  readonly goalQuorumMore: number;
  readonly repoint: boolean;
  /** Of each master of A: how it is. */
  readonly fates: readonly number[];
  readonly pauses: Pauses;
}

function drawn({ from, to, quorumMore, goalQuorumMore, repoint, fates, pauses }: Draw): QuorumQuestion {
  const majority = (count: number): number => Math.floor(count / 2) + 1;
  const quorum = majority(from) + quorumMore;
  const old = running("a", from, quorum).map((master, index) =>
    fated(master, index === 0 ? 0 : fates[index]),
  );
  if (repoint)
    return {
      masters: old,
      goal: { side: "b", masters: names("a", from), quorum: quorum + goalQuorumMore },
      pauses,
    };
  return {
    masters: [...old, ...fresh("b", to)],
    goal: { side: "b", masters: names("b", to), quorum: majority(to) + goalQuorumMore },
    pauses,
  };
}

/** Most are well. */
function fated(master: MasterNow, fate = 0): MasterNow {
  const { state } = master;
  if (state.kind === "absent") return master;
  if (fate === 1) return { ...master, state: { ...state, kind: "down" } };
  if (fate === 2) return { ...master, state: { ...state, kind: "down" }, available: false };
  if (fate === 3) return { ...master, state: { ...state, kind: "empty" } };
  if (fate === 4) return { ...master, available: false };
  if (fate === 5) return { ...master, state: { ...state, zookeeper: "b" } };
  return master;
}

/** Platforms of up to `largest` masters a side, some of them down, empty, unavailable or moved already. */
export function anyQuestion(largest: number): fc.Arbitrary<QuorumQuestion> {
  const often = (value: number, max: number): fc.Arbitrary<number> =>
    fc.oneof({ weight: 5, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.nat({ max }) });
  return fc
    .record({
      from: fc.integer({ min: 1, max: largest }),
      to: fc.integer({ min: 1, max: largest }),
      quorumMore: often(0, 1),
      goalQuorumMore: often(0, 1),
      repoint: fc.boolean(),
      fates: fc.array(often(0, 5), { minLength: largest, maxLength: largest }),
      pauses: fc.constantFrom<Pauses>("never", "where-unavoidable"),
    })
    .map(drawn);
}
