/** What the servers of a deployed Marathon say of themselves, as attributes and warnings. Changes nothing. */
import { type Diagnostic, warningDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import type { DeployedServer, Fleet } from "../../deployed/fleet.js";
import type { Observed } from "../../deployed/read.js";
import type { Clients } from "../access.js";
import { askServer, type ServerAnswer } from "./ask.js";

/** How another framework can come to answer. */
export const OTHER_FRAMEWORK = "its state in ZooKeeper was lost or is another Marathon's";

interface Asked {
  readonly found: DeployedServer;
  /** Null when it does not run, or nobody knows where it listens. */
  readonly answer: ServerAnswer | null;
}

/** `spec`: how they are asked, by `access`; with the credentials that each was started with. */
export async function observeServers(
  clients: Clients,
  fleet: Fleet,
  deployed: readonly DeployedServer[],
  { access }: JsonObject,
): Promise<Observed> {
  const all = await Promise.all(
    deployed.map(async (found): Promise<Asked> => {
      const { record, unit } = found;
      if (record === null || !unit.running) return { found, answer: null };
      const asked = { ...record.sections, ...(access === undefined ? {} : { access }) };
      return { found, answer: await askServer(clients, fleet, asked, record.server) };
    }),
  );
  const info = all.find(({ answer }) => answer?.info != null)?.answer?.info ?? null;
  return {
    attributes: {
      leader: info?.leader ?? null,
      frameworkId: info?.frameworkId ?? null,
      version: info?.version ?? null,
      status: all.map(statusOf),
    },
    diagnostics: [
      ...all.flatMap((one) => silent(fleet, one)),
      ...(info !== null && info.frameworkId === null ? [notRegistered(fleet.address)] : []),
    ],
  };
}

function statusOf({ found: { id, host, unit }, answer }: Asked): JsonObject {
  const { running, pid, startedAt, exit } = unit;
  return { id, host, running, pid, startedAt, exit, role: answer?.role ?? null };
}

/** The id of the server that leads; null when none says so. */
export function leaderOf(attributes: JsonObject): string | null {
  const { status } = attributes;
  const list = Array.isArray(status) ? (status as readonly Json[]).filter(isObject) : [];
  const leader = list.find(({ role }) => role === "leader");
  return leader === undefined ? null : String(leader["id"]);
}

function silent(fleet: Fleet, { found, answer }: Asked): Diagnostic[] {
  if (answer === null || answer.problem === null) return [];
  const { address } = fleet;
  const summary = `${address}: ${fleet.name(found.id)} on ${found.host} runs and does not serve: ${answer.problem}`;
  const remedy = "It may still be starting; look again. If it stays so, read its log.";
  return [warningDiagnostic("server-silent", summary, { address, remedy })];
}

function notRegistered(address: string): Diagnostic {
  return warningDiagnostic(
    "marathon-not-registered",
    `${address}: it leads and is not registered with Mesos`,
    {
      address,
      detail:
        "It starts nothing until it is. Without a framework id ferry cannot tell it from another Marathon.",
      remedy: "Check that masters lead where master or masters says, and that they take its credential.",
    },
  );
}
