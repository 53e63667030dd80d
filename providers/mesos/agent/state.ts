/** The states of an agent as they are declared and as they are seen, and which calls lead from one to the other. Pure. */
import { type Agent, type Machine, type MaintenanceStatus, sameMachine } from "../../../src/mesos/answers.js";
import type { JsonObject } from "../../../src/value/json.js";

export type Wanted = "active" | "deactivated" | "drained" | "gone";
/** `draining`: under way to drained or, as `going`, to gone. */
export type Found = Wanted | "draining" | "going";

export function wantedOf(spec: JsonObject): Wanted {
  const { state } = spec;
  return state === "deactivated" || state === "drained" || state === "gone" ? state : "active";
}

/** Since 1.9. */
export function foundState({ drain, deactivated }: Agent): Found {
  if (drain?.state === "DRAINED") return drain.markGone ? "going" : "drained";
  if (drain !== null) return drain.markGone ? "going" : "draining";
  return deactivated ? "deactivated" : "active";
}

/** Before 1.9 maintenance stands for it. */
export function foundByMaintenance(machine: Machine, status: MaintenanceStatus): Found {
  if (status.down.some((down) => sameMachine(down, machine))) return "drained";
  return status.draining.some((draining) => sameMachine(draining, machine)) ? "draining" : "active";
}

export type Step =
  | "reactivate"
  | "deactivate"
  | "drain"
  | "drain-and-go"
  | "wait"
  | "mark-gone"
  | "wait-gone";

/**
 * Calls in their order, since 1.9. A drain cannot be taken back before it is through; a drained agent must be active once
 * before it can be merely deactivated.
 */
export function stepsBetween(found: Found, wanted: Wanted): readonly Step[] {
  if (found === wanted) return [];
  // What is not wanted of it any more cannot be stopped: it goes, and comes back under another id or not at all.
  if (found === "going") return ["wait-gone"];
  const through: readonly Step[] = found === "draining" ? ["wait"] : [];
  switch (wanted) {
    case "active":
      return [...through, "reactivate"];
    case "deactivated":
      return found === "active" ? ["deactivate"] : [...through, "reactivate", "deactivate"];
    case "drained":
      return found === "draining" ? ["wait"] : ["drain", "wait"];
    case "gone":
      return found === "drained" || found === "draining"
        ? [...through, "mark-gone", "wait-gone"]
        : ["drain-and-go", "wait-gone"];
  }
}

const STEP_TEXTS: Readonly<Record<Step, string>> = {
  reactivate: "let it get offers again",
  deactivate: "let it get no more offers; its tasks go on",
  drain: "end its tasks, and let it get no more offers",
  "drain-and-go": "end its tasks, and mark it gone for good once none is left",
  wait: "wait until it is drained",
  "mark-gone": "mark it gone for good",
  "wait-gone": "wait until it is gone",
};

export function stepText(step: Step): string {
  return STEP_TEXTS[step];
}
