/** All that can be reached in the world by steps that are safe: the cheapest way to the goal there is, if any. */
import type { MasterStep, QuorumQuestion } from "../../../src/migration/quorum/question.js";
import { apply, danger, isDone, tolerated, type World, worldOf } from "./world.js";

type HandOver = Extract<MasterStep, { readonly kind: "hand-over" }>;

export interface Cheapest {
  readonly pauses: number;
  readonly steps: number;
}

/** Null: there is none. `floor` is the lowest tolerance of any moment; -1 lets single steps pause, never the time between them. */
export function cheapest(question: QuorumQuestion, floor: number): Cheapest | null {
  const begin = worldOf(question);
  const quorums = quorumsToTry(question);
  /** By pauses, then by steps. */
  let layers: World[][] = [[begin]];
  const seen = new Set<string>();
  for (let pauses = 0; layers.length > 0; pauses += 1) {
    const paused: World[][] = [];
    for (let steps = 0; steps < layers.length; steps += 1) {
      for (const world of layers[steps] ?? []) {
        const key = keyOf(world, quorums);
        if (seen.has(key)) continue;
        seen.add(key);
        if (isDone(world)) return { pauses, steps };
        for (const { during, after } of safeSteps(world, quorums, floor)) {
          const target = tolerated(during) < 0 ? paused : layers;
          const at = target[steps + 1] ?? [];
          at.push(after);
          for (let fill = target.length; fill <= steps; fill += 1) target[fill] = [];
          target[steps + 1] = at;
        }
      }
    }
    layers = paused;
  }
  return null;
}

/** One more in each direction than anybody uses. */
function quorumsToTry({ masters, goal }: QuorumQuestion): number[] {
  const used = [
    goal.quorum,
    ...masters.flatMap(({ state }) => (state.kind === "absent" ? [] : [state.quorum])),
  ];
  const all = [];
  for (let quorum = Math.max(1, Math.min(...used) - 1); quorum <= Math.max(...used) + 1; quorum += 1)
    all.push(quorum);
  return all;
}

function safeSteps(world: World, quorums: readonly number[], floor: number) {
  return stepsOf(world, quorums).flatMap((step) => {
    const change = apply(world, step);
    if (typeof change === "string") return [];
    const { during, after } = change;
    if (danger(during) !== null || danger(after) !== null) return [];
    return tolerated(during) >= floor && tolerated(after) >= Math.max(0, floor) ? [change] : [];
  });
}

/** Every step of every server, sensible or not; of servers that are alike only one. */
function stepsOf(world: World, quorums: readonly number[]): MasterStep[] {
  const sides = ["a", "b"] as const;
  const from = world.goal.side === "a" ? "b" : "a";
  const ways = quorums.flatMap((quorum) => sides.map((zookeeper) => ({ quorum, zookeeper })));
  const ends: HandOver["then"][] = [
    { kind: "stop" },
    ...ways.map((way) => ({ kind: "restart", ...way }) as const),
  ];
  const steps: MasterStep[] = ends.map((then) => ({ kind: "hand-over", from, then }));
  const kinds = new Set<string>();
  for (const server of world.servers) {
    const kind = tuple(world, server.name);
    if (kinds.has(kind)) continue;
    kinds.add(kind);
    steps.push({ kind: "stop-master", server: server.name });
    for (const way of ways) {
      steps.push({ kind: "start-master", server: server.name, ...way });
      steps.push({ kind: "restart-master", server: server.name, ...way });
    }
  }
  return steps;
}

function tuple(world: World, name: string): string {
  const server = world.servers.find((known) => known.name === name);
  if (server === undefined) return "";
  const { wanted, available, log, up, side, quorum } = server;
  const eras = world.eras.map(({ survivors, without }) => (survivors.has(name) ? without : "-"));
  const where = log === "none" ? "" : `${up}${side}${quorum}${eras}`;
  return `${wanted}${available}${log}${where}${world.leaders.has(name)}`;
}

function keyOf(world: World, quorums: readonly number[]): string {
  const smallest = Math.min(...quorums);
  const eras = world.eras.filter(({ without }) => without >= smallest).sort((x, y) => y.without - x.without);
  const plain = { ...world, eras };
  return `${world.handedOver}${plain.servers.map(({ name }) => tuple(plain, name)).sort()}`;
}
