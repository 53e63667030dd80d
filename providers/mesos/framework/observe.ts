/** How the servers of a framework are, as attributes and warnings. Changes nothing. */
import { type Diagnostic, warningDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { JsonObject } from "../../../src/value/json.js";
import type { DeployedServer, Fleet } from "../../deployed/fleet.js";
import type { Observed } from "../../deployed/read.js";
import { problemOf } from "./health.js";

/** `spec`: with `health`, which no server knows. */
export async function observeFramework(
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
