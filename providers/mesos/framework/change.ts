/** Creates, changes and removes the servers of a framework: one at a time, each working before the next. */
import type { JsonObject } from "../../../src/value/json.js";
import { applyServers } from "../../deployed/apply.js";
import type { Fleet } from "../../deployed/fleet.js";
import { serversOf } from "../../deployed/unit.js";
import type { Conditions } from "../../deployed/work.js";
import { together } from "../../frameworks/order.js";
import type { Connect } from "../../frameworks/reading.js";
import type { ApplyResult, ChangeRequest, Progress } from "../../provider.js";
import { problemOf } from "./health.js";
import { observeFramework } from "./observe.js";
import { checkState } from "./state.js";

export const UNTIL = "it works";

/** Never rejects: what went wrong is part of the result. */
export function applyFramework(
  fleet: Fleet,
  change: ChangeRequest,
  report: (progress: Progress) => void,
  connect: Connect,
): Promise<ApplyResult> {
  const after = change.action === "delete" ? {} : change.after;
  let moving = false;
  const conditions = conditionsOf(fleet, after);
  return applyServers(fleet, change, {
    conditions: {
      ...conditions,
      mayTakeDown: async (ids) => (moving ? null : conditions.mayTakeDown(ids)),
    },
    batch: 1,
    startTogether: false,
    until: UNTIL,
    arrange: async (steps) => {
      if (change.action !== "update") return steps;
      const places = { address: fleet.address, before: change.before, after };
      // Two schedulers of one framework beside each other would take it from one another.
      moving = (await checkState(places, fleet.context, connect)) === "other";
      return moving ? together(steps) : steps;
    },
    observe: (deployed) => observeFramework(fleet, deployed, after),
    report,
  });
}

/** A server that does not work may always go; one that does only while all others do. */
function conditionsOf(fleet: Fleet, after: JsonObject): Conditions {
  const firstProblem = async (isMeant: (id: string) => boolean): Promise<string | null> => {
    for (const server of serversOf(fleet.kind, after)) {
      const id = String(server["id"]);
      if (server["running"] === false || !isMeant(id)) continue;
      const found = await fleet.find(String(server["host"]), id);
      const problem = await problemOf(fleet, after, server, found?.unit ?? null);
      if (problem !== null) return `${fleet.name(id)} does not work: ${problem}`;
    }
    return null;
  };
  return {
    notBack: (ids) => firstProblem((id) => ids.includes(id)),
    mayTakeDown: async (ids) => {
      if ((await firstProblem((id) => ids.includes(id))) !== null) return null;
      return firstProblem((id) => !ids.includes(id));
    },
  };
}
