/** Masters, sides and steps in plain words, for the plan's texts and the rendering. Pure. */
import type { SideName } from "../model/spec.js";
import type { MasterStep } from "./question.js";

/** `A` */
export function sideText(side: SideName): string {
  return side.toUpperCase();
}

/** `1 master`, `3 masters` */
export function mastersText(count: number): string {
  return `${count} master${count === 1 ? "" : "s"}`;
}

/** `x`, `x and y`, `x, y and z` */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

/** What the step does, as an order: `start b#1 with an empty log and quorum 2 on B's ZooKeeper`. */
export function stepText(step: MasterStep, server: string): string {
  switch (step.kind) {
    case "start-master":
      return `start ${server} with an empty log and quorum ${step.quorum} on ${sideText(step.zookeeper)}'s ZooKeeper, wait until it votes`;
    case "restart-master":
      return `restart ${server} with its log and quorum ${step.quorum} on ${sideText(step.zookeeper)}'s ZooKeeper, wait until it votes`;
    case "stop-master":
      return `stop ${server} for good`;
    case "hand-over":
      return `hand leadership over to ${sideText(step.from === "a" ? "b" : "a")}: stop ${server}, which leads on ${sideText(step.from)}${thenText(step.then)}`;
  }
}

function thenText(then: Extract<MasterStep, { kind: "hand-over" }>["then"]): string {
  switch (then.kind) {
    case "stop":
      return ", for good";
    case "restart":
      return `, and restart it with its log and quorum ${then.quorum} on ${sideText(then.zookeeper)}'s ZooKeeper`;
  }
}
