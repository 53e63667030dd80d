/** One server started, stopped, removed or looked at by itself: what a migration drives. Waits for nobody's health. */
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import type { OperationResult, Progress, ServerOperation } from "../provider.js";
import { foreignServer, refusal } from "./failures.js";
import type { DeployedServer, Fleet } from "./fleet.js";

/** Safe to repeat. Rejects with DiagnosticError; touches no server but the one named. */
export async function operateServer(
  fleet: Fleet,
  operation: ServerOperation,
  report: (progress: Progress) => void,
): Promise<OperationResult> {
  const { server: id, action } = operation;
  const spec = fleet.kind.normalise(operation.spec);
  const host = fleet.server(spec, id)?.["host"];
  if (typeof host !== "string") {
    throw refusal("unknown-server", fleet.address, `there is no ${fleet.name(id)} in it`, {
      detail: "Nothing was touched.",
      remedy: `Name one of its ${fleet.kind.list}.`,
    });
  }
  const found = await fleet.find(host, id);
  if (action !== "status") refuseForeign(fleet, host, found);
  switch (action) {
    case "start":
      await start(fleet, { ...operation, spec }, host, found, report);
      break;
    case "stop":
      if (found === null) break;
      report({ message: `stop ${fleet.name(id)}` });
      await fleet.stop(host, id);
      break;
    case "remove":
      if (found !== null) report({ message: `stop ${fleet.name(id)} and remove it from ${host}` });
      await fleet.remove(host, id, operation.purgeData);
      break;
    case "status":
      break;
  }
  return resultOf(fleet, spec, await fleet.find(host, id));
}

async function start(
  fleet: Fleet,
  { spec, server: id }: ServerOperation,
  host: string,
  found: DeployedServer | null,
  report: (progress: Progress) => void,
): Promise<void> {
  const match = found === null ? "different" : await fleet.match(spec, found);
  if (match === "restart-policy") await fleet.ensure(spec, id);
  if (found?.unit.running === true && match !== "different") {
    // A runtime that had to make the unit anew for it has stopped it.
    await fleet.launch(spec, id);
    return;
  }
  report({ message: `${found?.unit.running === true ? "restart" : "start"} ${fleet.name(id)}` });
  if (found !== null && match === "different") await fleet.stop(host, id);
  await fleet.launch(spec, id);
}

function refuseForeign(fleet: Fleet, host: string, found: DeployedServer | null): void {
  const { lineage } = fleet.context;
  const record = found?.record ?? null;
  if (found === null || record === null || lineage === "" || record.lineage === lineage) return;
  throw new DiagnosticError([foreignServer(fleet.address, fleet.name(found.id), host, record.lineage)]);
}

async function resultOf(
  fleet: Fleet,
  spec: ServerOperation["spec"],
  found: DeployedServer | null,
): Promise<OperationResult> {
  if (found === null) return { running: false, there: false, pid: null, startedAt: null, matches: false };
  const { running, pid, startedAt } = found.unit;
  const matches = (await fleet.match(spec, found)) === "same";
  return { running, there: true, pid, startedAt, matches };
}
