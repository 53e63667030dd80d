/**
 * The kind MesosMaintenance: one window of the schedule, and whether its machines are down. The schedule belongs to everybody
 * and is replaced whole by Mesos' call, so that it is read right before, and other windows are written back as they were.
 */
import { warningDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { Json, JsonObject } from "../../../src/value/json.js";
import type { ChangeRequest, FieldRules, KindHandler, ReadResult } from "../../provider.js";
import type { Dependencies } from "../dependencies.js";
import { mesosKind, type Seen, type Work } from "../kind.js";
import {
  comparedFields,
  liveFields,
  machinesOf,
  normaliseMaintenance,
  sameTime,
  validateMaintenance,
  windowOf,
} from "./spec.js";
import { isAmong, withoutMachines, withWindow } from "./windows.js";

const RULES: FieldRules = {
  forcesReplacement: ["mesos"],
  keyedLists: { machines: "hostname" },
  unorderedLists: [],
  sensitive: [],
  textFields: [],
};

function describeSteps(change: ChangeRequest): string[] {
  if (change.action === "delete") {
    const up = change.before["state"] === "scheduled" ? [] : ["bring the machines up that are down"];
    return [...up, "take the machines out of the schedule"];
  }
  const steps = ["write the window into the schedule, beside the others"];
  if (change.after["state"] === "down")
    return [...steps, "take the machines down; tasks still there are lost"];
  const wasDown = change.action === "update" && change.before["state"] !== "scheduled";
  return wasDown ? ["bring the machines up that are down", ...steps] : steps;
}

async function look({ spec, recorded }: Seen, { client, signal, address }: Work): Promise<ReadResult> {
  const schedule = await client.maintenanceSchedule(signal);
  const status = await client.maintenanceStatus(signal);
  const owned = [...machinesOf(spec), ...machinesOf(recorded)];
  const live = liveFields(windowOf(spec), owned, schedule, status);
  if (live === null) return { status: "absent", diagnostics: [] };
  const down = machinesOf(live).filter((machine) => isAmong(machine, status.down));
  const modes = machinesOf(live).map(({ hostname, ip }): [string, Json] => [
    hostname,
    isAmong({ hostname, ip }, down) ? "DOWN" : "DRAINING",
  ]);
  const known = await client.agents(signal);
  const strangers = machinesOf(spec).filter(
    (machine) => !isAmong(machine, known) && !isAmong(machine, status.down),
  );
  return {
    status: "present",
    live: { ...spec, ...live },
    attributes: { modes: Object.fromEntries(modes) },
    identity: { mesos: spec["mesos"] ?? null },
    diagnostics: strangers.map(({ hostname, ip }) => stranger(address, `${hostname} (${ip})`)),
  };
}

function stranger(address: string, machine: string) {
  return warningDiagnostic(
    "mesos-machine-unknown",
    `${address}: no agent is registered from the machine ${machine}`,
    {
      address,
      detail:
        "Mesos takes such machines too. Host name and address must be exactly as the agent reports them.",
    },
  );
}

async function carryOut(change: ChangeRequest, live: JsonObject | null, work: Work): Promise<Json> {
  const { client, signal, report } = work;
  const spec = change.action === "delete" ? change.before : change.after;
  const wanted = change.action === "delete" ? [] : machinesOf(spec);
  const former = [...machinesOf(live), ...(change.action === "create" ? [] : machinesOf(change.before))];
  const isDown = change.action !== "delete" && spec["state"] === "down";
  const { down } = await client.maintenanceStatus(signal);
  const rising = down.filter(
    (machine) => isAmong(machine, [...former, ...wanted]) && !(isDown && isAmong(machine, wanted)),
  );
  if (rising.length > 0) {
    report({ message: `bring ${rising.map(({ hostname }) => hostname).join(", ")} up` });
    await client.stopMaintenance(rising, signal);
  }
  await writeWindow(spec, wanted, former, work);
  const falling = isDown ? wanted.filter((machine) => !isAmong(machine, down)) : [];
  if (falling.length > 0) {
    report({ message: `take ${falling.map(({ hostname }) => hostname).join(", ")} down` });
    await client.startMaintenance(falling, signal);
  }
  return { mesos: spec["mesos"] ?? null };
}

/** What was stopped has left the schedule meanwhile: it is read only now. */
async function writeWindow(
  spec: JsonObject,
  wanted: ReturnType<typeof machinesOf>,
  former: ReturnType<typeof machinesOf>,
  { client, signal, report }: Work,
): Promise<void> {
  const now = await client.maintenanceSchedule(signal);
  const others = withoutMachines(now, former);
  const window = windowOf(spec);
  if (wanted.length === 0) {
    const owned = now.some(({ machines }) => machines.some((machine) => isAmong(machine, former)));
    if (owned) await client.updateMaintenanceSchedule(others, signal);
    return;
  }
  const isThere = now.some(
    ({ machines, ...time }) =>
      machines.length === wanted.length &&
      machines.every((machine) => isAmong(machine, wanted)) &&
      sameTime({ machines, ...time }, window),
  );
  if (isThere) return;
  report({ message: "write the window into the schedule" });
  await client.updateMaintenanceSchedule(withWindow(others, window), signal);
}

export function maintenanceHandler(dependencies: Dependencies): KindHandler {
  return mesosKind(
    {
      kind: "MesosMaintenance",
      rules: RULES,
      normalise: normaliseMaintenance,
      validate: validateMaintenance,
      outputs: () => ({}),
      attributeNames: ["modes"],
      describeSteps,
      importHelp: "the host name of its first machine in the order of the alphabet",
      place: ["mesos"],
      compared: comparedFields,
      nameOf: (spec) => machinesOf(spec)[0]?.hostname,
      look,
      carryOut,
    },
    dependencies,
  );
}
