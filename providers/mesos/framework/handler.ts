/** The kind MesosFramework: scheduler processes of any framework, changed one at a time, each working before the next. */
import { type Diagnostic, warningDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { JsonObject } from "../../../src/value/json.js";
import { applyServers } from "../../deployed/apply.js";
import type { DeployedServer, Fleet, OpenRuntime } from "../../deployed/fleet.js";
import { deployedHandler } from "../../deployed/handler.js";
import { urlOutputs } from "../../deployed/outputs.js";
import type { Observed } from "../../deployed/read.js";
import { plannedSteps, stepText } from "../../deployed/steps.js";
import { serversOf } from "../../deployed/unit.js";
import type { Conditions } from "../../deployed/work.js";
import type { ApplyResult, ChangeRequest, KindHandler, Progress } from "../../provider.js";
import { problemOf } from "./health.js";
import { FRAMEWORK_SERVERS } from "./kind.js";

const UNTIL = "it works";

function describeSteps(change: ChangeRequest): string[] {
  return plannedSteps(FRAMEWORK_SERVERS, change, 1).map((step) => stepText(FRAMEWORK_SERVERS, step, UNTIL));
}

async function observe(
  fleet: Fleet,
  deployed: readonly DeployedServer[],
  spec: JsonObject,
): Promise<Observed> {
  const seen = await Promise.all(
    deployed.map(async (found) => {
      const { record, unit } = found;
      const isAsked = record !== null && unit.running;
      const problem = isAsked ? await problemOf(fleet, spec, record.server, unit) : null;
      return { found, problem };
    }),
  );
  return {
    attributes: {
      status: seen.map(({ found: { id, host, unit }, problem }): JsonObject => {
        const { running, pid, startedAt, exit } = unit;
        return { id, host, running, pid, startedAt, exit, problem };
      }),
    },
    diagnostics: seen.flatMap(({ found, problem }) =>
      problem === null ? [] : [notWorking(fleet, found, problem)],
    ),
  };
}

function notWorking(fleet: Fleet, { id, host }: DeployedServer, problem: string): Diagnostic {
  const { address } = fleet;
  const summary = `${address}: ${fleet.name(id)} on ${host} runs and does not work: ${problem}`;
  const remedy = "It may still be starting; look again. If it stays so, read its log.";
  return warningDiagnostic("server-silent", summary, { address, remedy });
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

function apply(
  fleet: Fleet,
  change: ChangeRequest,
  report: (progress: Progress) => void,
): Promise<ApplyResult> {
  const after = change.action === "delete" ? {} : change.after;
  return applyServers(fleet, change, {
    conditions: conditionsOf(fleet, after),
    batch: 1,
    startTogether: false,
    until: UNTIL,
    observe: (deployed) => observe(fleet, deployed, after),
    report,
  });
}

export function frameworkHandler(openRuntime: OpenRuntime): KindHandler {
  return deployedHandler(
    {
      deployed: FRAMEWORK_SERVERS,
      provider: "mesos",
      validate: () => [],
      outputs: urlOutputs,
      attributeNames: ["status"],
      describeSteps,
      observe,
      apply,
    },
    openRuntime,
  );
}
