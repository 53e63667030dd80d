/** The synchronisation begun and ended, and the counters fenced and turned round: what holds the two sides together. */
import type { FenceOutcome } from "../../sync/sequence/fence-parent.js";
import type { Fence } from "../coordination/counters.js";
import { agreedLeader, leadersInWords } from "../coordination/election.js";
import { ORIGIN_FACT, otherSide } from "../coordination/orientation.js";
import { unsafe } from "../coordination/refusal.js";
import type { SideName } from "../model/spec.js";
import { notYet, once, type Scope, seen, until } from "./scope.js";
import { done, NOT_DONE, type StepHandler, seconds } from "./step.js";

export const startSync: StepHandler<"start-sync"> = {
  async run(scope, step) {
    const { coordination } = scope;
    const begun = scope.now();
    const origin = await coordination.originFor(step.counts ?? "a", scope.signal);
    coordination.turnTo(origin);
    const { sync } = coordination;
    const isNew = !(await sync.canGoOn());
    if (isNew) await refuseFollower(scope, origin);
    await coordination.dropOther(origin);
    if (isNew) await catchUp(scope, origin, step.counts !== undefined);
    await sync.start(scope.signal, { wait: false });
    await untilLive(scope);
    const liveMs = scope.now() - begun;
    scope.report(`both directions are live after ${seconds(liveMs)}; both sides are compared`);
    const znodes = await until(scope, "both sides to be equal", async () => {
      const { result, report } = await scope.coordination.compare(null, scope.signal);
      const [first] = report.differences;
      if (result === "equal") return seen(report.counts.nodes);
      if (first !== undefined) return notYet(`${first.path} differs in ${first.field}`);
      return notYet("not everything could be compared yet");
    });
    const { conflicts } = await sync.seen();
    return {
      text: `both directions are live, ${znodes} znodes are equal on both sides`,
      facts: { liveMs, znodes, conflicts, [ORIGIN_FACT]: origin },
    };
  },

  async probe(scope, step) {
    scope.coordination.turnTo(await scope.coordination.originFor(step.counts ?? "a", scope.signal));
    const { role, live } = await scope.coordination.sync.seen();
    return role !== "none" && live ? done("both directions are live") : NOT_DONE;
  },
};

/**
 * The other side is made as the origin is. Where its counters may be higher, from before, they are fenced first: unfenced ones would be made
 * equal, and those of the side that leads raised. Told whose state counts, the other one is known to be old.
 */
async function catchUp(scope: Scope, origin: SideName, isOld: boolean): Promise<void> {
  const { coordination, spec, signal } = scope;
  scope.report(`${otherSide(origin).toUpperCase()} is made as ${origin.toUpperCase()} is`);
  await coordination.sync.copyFirst(signal, { acceptDeletions: isOld });
  if (!isOld) return;
  for (const path of [spec.mesosPath, `${spec.mesosPath}/log_replicas`]) {
    const there = await Promise.all([coordination.exists("a", path), coordination.exists("b", path)]);
    if (there.every((each) => each)) await fence(scope, [path], origin);
  }
}

/** The side that is taken for right must not be the one that nobody runs on, with all masters on the other. */
async function refuseFollower({ coordination }: Scope, origin: SideName): Promise<void> {
  const election = await coordination.election();
  const other = otherSide(origin);
  const leads = (side: SideName) => election[side].candidates.some((member) => member.origin === "own");
  if (leads(origin) || !leads(other)) return;
  throw unsafe(
    `${origin.toUpperCase()} would be taken for right, and all masters are on ${other.toUpperCase()}`,
    {
      detail: "What they have written since would be lost or undone. Nothing was copied.",
      remedy: "Look where the masters are, then plan the way from there.",
    },
  );
}

export function untilLive(scope: Scope): Promise<void> {
  return until(scope, "both directions of the synchronisation to be live", async () => {
    const { live, status, problem, role } = await scope.coordination.sync.seen();
    if (live) return seen(undefined);
    const states = status?.directions.map(({ direction, state }) => `${direction} is ${state}`) ?? [];
    return notYet(
      `${[...states, `the engine here is ${role}`].join(", ")}${problem === "" ? "" : `: ${problem}`}`,
    );
  });
}

/**
 * Ends it on this side of the world: an engine that somebody has started elsewhere would go on, so that one refuses. Shadows of A's
 * members must be gone from B: nobody would take them away any more.
 */
export const stopSync: StepHandler<"stop-sync"> = {
  async run(scope) {
    const { coordination } = scope;
    const left = await shadowsLeft(scope);
    if (left.length > 0) {
      throw unsafe(`shadows of live members would stay for ever: ${left.join(", ")}`, {
        detail: "What they stand for still has its session on the other side. The synchronisation goes on.",
        remedy: "Move or stop those masters, then resume the migration.",
      });
    }
    await coordination.sync.idle();
    await coordination.sync.stop();
    await until(scope, "no engine to be at work elsewhere", async () => {
      const { live, status } = await coordination.sync.seen();
      const engine = status?.engine;
      return live
        ? notYet(`one runs on ${engine?.host ?? "?"}, process ${engine?.pid ?? "?"}: end it`)
        : seen(null);
    });
    await coordination.sync.forget();
    return { text: "the synchronisation has ended, and its records are gone on both sides", facts: {} };
  },

  async probe(scope) {
    const { role, status } = await scope.coordination.sync.seen();
    return role === "none" && status === null ? done("the synchronisation has ended") : NOT_DONE;
  },
};

/** On the side that leads: paths of candidates and replicas that have no session there. */
async function shadowsLeft({ coordination }: Scope): Promise<readonly string[]> {
  const election = await coordination.election();
  const side = agreedLeader(election)?.side ?? "b";
  const { candidates, replicas } = election[side];
  return [...candidates, ...replicas].filter(({ origin }) => origin === "shadow").map(({ path }) => path);
}

export const fenceCountersStep: StepHandler<"fence-counters"> = {
  async run(scope, { paths, lower }) {
    const { coordination } = scope;
    await untilLive(scope);
    await coordination.createParents(lower, paths);
    const upper: SideName = lower === "a" ? "b" : "a";
    await until(scope, "the parents to be on both sides", async () => {
      const there = await Promise.all(paths.map((path) => coordination.exists(upper, path)));
      const missing = paths.filter((_, at) => there[at] !== true);
      return missing.length === 0 ? seen(null) : notYet(`${missing.join(", ")} is on one side only`);
    });
    return fence(scope, paths, lower);
  },

  async probe(scope, { paths, lower }) {
    return (await isFenced(scope, paths, lower))
      ? done(`${lowerInWords(lower)} on ${paths.join(", ")}`)
      : NOT_DONE;
  },
};

/** The side that leads becomes the lower one, whichever was before: asked twice, it is the same. */
export const swapCounters: StepHandler<"swap-counters"> = {
  async run(scope, { paths }) {
    const side = await until(scope, "both sides to see one leader", async () => {
      const election = await scope.coordination.election();
      const leading = agreedLeader(election);
      return leading === null ? notYet(leadersInWords(election)) : seen(leading.side);
    });
    return fence(scope, paths, side);
  },

  async probe(scope, { paths }) {
    const look = await once(scope, async () => seen(agreedLeader(await scope.coordination.election())));
    const side = look.kind === "seen" ? look.value?.side : undefined;
    if (side === undefined) return { kind: "unclear", reason: "both sides do not see one leader" };
    return (await isFenced(scope, paths, side))
      ? done(`${lowerInWords(side)} on ${paths.join(", ")}`)
      : NOT_DONE;
  },
};

async function fence(scope: Scope, paths: readonly string[], lower: SideName) {
  const gap = scope.spec.sequenceGap;
  const fences = paths.map((path): Fence => ({ path, lower, gap }));
  const outcomes = await scope.coordination.fence(fences, scope.signal);
  return {
    text: `${lowerInWords(lower)}: ${outcomes.map(inWords).join("; ")}`,
    facts: { lower, raised: outcomes.reduce((sum, { raised }) => sum + raised.by, 0) },
  };
}

async function isFenced(scope: Scope, paths: readonly string[], lower: SideName): Promise<boolean> {
  const fences = await scope.coordination.fences();
  return paths.every((path) => fences.some((one) => one.path === path && one.lower === lower));
}

function lowerInWords(lower: SideName): string {
  return `newcomers on ${lower.toUpperCase()} sort before those on the other side`;
}

function inWords({ record, counters }: FenceOutcome): string {
  return `${record.path} counts from ${counters.a} on A and from ${counters.b} on B`;
}
