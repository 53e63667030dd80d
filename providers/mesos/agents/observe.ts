/** Attributes of deployed agents, and warnings of what a plan for them would cost. Asks only. */
import { type Diagnostic, DiagnosticError, warningDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { isMesosError } from "../../../src/mesos/mesos-error.js";
import type { JsonObject } from "../../../src/value/json.js";
import type { DeployedServer, Fleet } from "../../deployed/fleet.js";
import type { Observed } from "../../deployed/read.js";
import { refusedChange } from "./spec.js";
import { type AgentSight, AgentWatch } from "./watch.js";

/** `spec`: what is wanted. */
export async function observeAgents(
  fleet: Fleet,
  spec: JsonObject,
  deployed: readonly DeployedServer[],
): Promise<Observed> {
  const watch = await AgentWatch.open(fleet, spec);
  try {
    const sight = await watch.look(deployed);
    const status = deployed.map(({ id, host, unit }): JsonObject => {
      const { pid, exit, startedAt } = unit;
      const { state = null, known = null, mesosId = null } = sight.agents.get(id) ?? {};
      const seen = state !== null && "value" in state ? state.value : null;
      const registered = seen?.registered ?? null;
      const active = known?.active ?? null;
      return {
        id,
        host,
        pid,
        exit,
        startedAt,
        agentId: mesosId,
        registered,
        active,
        version: seen?.version ?? null,
      };
    });
    const registered = [...sight.agents.values()].filter(({ known }) => known?.active === true).length;
    return {
      attributes: { registered, status },
      diagnostics: [
        ...silent(fleet.address, sight.mastersSilent, sight.agents),
        ...(await costs(fleet, spec, deployed, watch, sight.agents)),
      ],
    };
  } finally {
    await watch.close();
  }
}

function silent(
  address: string,
  mastersSilent: string | null,
  agents: ReadonlyMap<string, AgentSight>,
): Diagnostic[] {
  const masters =
    mastersSilent === null
      ? []
      : [
          warningDiagnostic(
            "mesos-masters-silent",
            `${address}: its masters cannot be asked: ${mastersSilent}`,
            {
              address,
              detail: "What is deployed was read; whether the agents are registered is not known.",
              remedy: "Look at the masters first.",
            },
          ),
        ];
  const lone = [...agents].filter(([, { state }]) => state !== null && "reason" in state);
  return [
    ...masters,
    ...lone.map(([id, { state }]) => {
      const reason = state !== null && "reason" in state ? state.reason : "";
      return warningDiagnostic(
        "server-silent",
        `${address}: agent ${id} runs and cannot be asked: ${reason}`,
        {
          address,
          detail: "What is deployed was read; whether it is registered is not known.",
          remedy: "It may still be starting; look again. If it stays so, read its log.",
        },
      );
    }),
  ];
}

/** What a restart of those that differ from `spec` would cost: told at plan, before anybody approves. */
async function costs(
  fleet: Fleet,
  spec: JsonObject,
  deployed: readonly DeployedServer[],
  watch: AgentWatch,
  agents: ReadonlyMap<string, AgentSight>,
): Promise<Diagnostic[]> {
  const changing = await changingOf(fleet, spec, deployed);
  const refused =
    spec["replaceWhenChanged"] === true ? [] : changing.flatMap((found) => refusals(fleet, spec, found));
  const ids = changing.flatMap(({ id }) => agents.get(id)?.mesosId ?? []);
  const fragile = await watch.fragileTasks(ids).catch((error: unknown) => {
    if (isMesosError(error)) return new Map<string, readonly string[]>();
    throw error;
  });
  const dying = changing.flatMap(({ id }) => {
    const tasks = fragile.get(agents.get(id)?.mesosId ?? "") ?? [];
    return tasks.length === 0 ? [] : [endangered(fleet.address, id, tasks)];
  });
  return [...refused, ...dying];
}

async function changingOf(
  fleet: Fleet,
  spec: JsonObject,
  deployed: readonly DeployedServer[],
): Promise<DeployedServer[]> {
  const listed = deployed.filter(({ id, host }) => fleet.server(spec, id)?.["host"] === host);
  const matches = await Promise.all(
    listed.map(async (found) => {
      try {
        return (await fleet.match(spec, found)) === "different" ? [found] : [];
      } catch (error) {
        // Something it needs is not known before it is applied.
        if (error instanceof DiagnosticError) return [];
        throw error;
      }
    }),
  );
  return matches.flat();
}

function refusals(fleet: Fleet, spec: JsonObject, { id, record }: DeployedServer): Diagnostic[] {
  const server = fleet.server(spec, id);
  if (record === null || server === undefined) return [];
  const what = refusedChange({ spec: record.sections, server: record.server }, { spec, server });
  if (what === null) return [];
  const { address } = fleet;
  return [
    warningDiagnostic(
      "mesos-agent-incompatible",
      `${address}: agent ${id} would refuse to start again with other ${what}`,
      {
        address,
        detail: "Applying this will be refused, because the agent keeps to what it has registered with.",
        remedy:
          "Take the change back, or set replaceWhenChanged: true, which drains it and starts it anew under another id.",
      },
    ),
  ];
}

function endangered(address: string, id: string, tasks: readonly string[]): Diagnostic {
  const shown = `${tasks.slice(0, 10).join(", ")}${tasks.length > 10 ? `, and ${tasks.length - 10} more` : ""}`;
  return warningDiagnostic("mesos-tasks-lost", `${address}: a restart of agent ${id} ends tasks: ${shown}`, {
    address,
    detail:
      "Their frameworks do not checkpoint: Mesos ends such tasks when their agent goes away, if only for a second.",
    remedy: "Apply when they may end, or drain the agent first (kind MesosAgent, state: drained).",
  });
}
