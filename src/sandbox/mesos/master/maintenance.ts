/** Maintenance of machines: the schedule, and the modes that an operator brings them into. Nothing happens by itself in a window. */
import { isIPv4 } from "node:net";
import { machineKey } from "../model/cluster.js";
import type { Machine, MachineId, Window } from "../model/records.js";
import type { AgentStates } from "./agent-states.js";
import type { Agents } from "./agents.js";
import { type Context, type Refusal, refusal } from "./context.js";
import type { Offers } from "./offers.js";
import { updateMaintenance } from "./registry-operations.js";

const DOWN_REASON = "Operator initiated 'Machine DOWN'";

export class Maintenance {
  constructor(
    private readonly context: Context,
    private readonly agents: Agents,
    private readonly states: AgentStates,
    private readonly offers: Offers,
  ) {}

  /** Replaces the whole schedule. */
  async schedule(windows: readonly Window[]): Promise<Refusal | null> {
    const { cluster } = this.context;
    const problem = this.scheduleProblem(windows);
    if (problem !== null) return refusal(400, problem);
    const next = new Map<string, Machine>();
    for (const { machines, unavailability } of windows) {
      for (const id of machines) {
        const known = cluster.machines.get(machineKey(id));
        next.set(machineKey(id), { id, mode: known?.mode ?? "DRAINING", unavailability });
      }
    }
    await this.store(windows, next);
    return null;
  }

  private scheduleProblem(windows: readonly Window[]): string | null {
    const seen = new Set<string>();
    for (const { machines, unavailability } of windows) {
      if (machines.length === 0) return "List of machines in the maintenance window is empty";
      if (unavailability.duration !== undefined && unavailability.duration < 0n) {
        return "Unavailability 'duration' is negative";
      }
      for (const id of machines) {
        const problem = idProblem(id);
        if (problem !== null) return problem;
        if (seen.has(machineKey(id)))
          return `Machine '${machineText(id)}' appears more than once in the schedule`;
        seen.add(machineKey(id));
      }
    }
    for (const { id, mode } of this.context.cluster.machines.values()) {
      if (mode === "DOWN" && !seen.has(machineKey(id))) {
        return `Machine '${machineText(id)}' is deactivated and cannot be removed from the schedule`;
      }
    }
    return null;
  }

  /** The registry first; then agents whose window changed lose their offers and frameworks are asked anew. */
  private async store(windows: readonly Window[], next: ReadonlyMap<string, Machine>): Promise<void> {
    const { cluster, registry } = this.context;
    await registry.apply(updateMaintenance(windows, next.values()));
    const touched = new Set([...cluster.machines.keys(), ...next.keys()]);
    cluster.windows = windows;
    for (const key of touched) {
      const machine = next.get(key);
      if (machine === undefined) {
        cluster.machines.delete(key);
        cluster.inverseAnswers.delete(key);
      } else cluster.machines.set(key, machine);
      for (const agent of this.states.agentsAt(key)) {
        const unavailability = machine?.unavailability ?? null;
        if (sameWindow(agent.unavailability, unavailability)) continue;
        agent.unavailability = unavailability;
        this.offers.rescindAgent(agent);
      }
    }
    this.offers.soon();
  }

  /** START_MAINTENANCE: agents there shut down, their tasks are lost. */
  async down(machines: readonly MachineId[]): Promise<Refusal | null> {
    const problem = this.modeProblem(machines, "DRAINING", "brought down");
    if (problem !== null) return refusal(400, problem);
    await this.changeModes(machines, "DOWN");
    for (const id of machines) {
      for (const agent of this.states.agentsAt(machineKey(id))) {
        this.context.tell(agent, { kind: "shutdown", message: DOWN_REASON });
        await this.agents.remove(agent, DOWN_REASON, "machine-down");
      }
    }
    return null;
  }

  /** STOP_MAINTENANCE: out of the schedule, agents there are welcome again. */
  async up(machines: readonly MachineId[]): Promise<Refusal | null> {
    const problem = this.modeProblem(machines, "DOWN", "brought up");
    if (problem !== null) return refusal(400, problem);
    const { cluster } = this.context;
    const gone = new Set(machines.map(machineKey));
    const windows = cluster.windows
      .map((window) => ({ ...window, machines: window.machines.filter((id) => !gone.has(machineKey(id))) }))
      .filter((window) => window.machines.length > 0);
    const next = new Map([...cluster.machines].filter(([key]) => !gone.has(key)));
    await this.store(windows, next);
    return null;
  }

  private async changeModes(machines: readonly MachineId[], mode: Machine["mode"]): Promise<void> {
    const { cluster, registry } = this.context;
    const next = new Map(cluster.machines);
    for (const id of machines) {
      const known = next.get(machineKey(id));
      if (known !== undefined) next.set(machineKey(id), { ...known, mode });
    }
    await registry.apply(updateMaintenance(cluster.windows, next.values()));
    for (const [key, machine] of next) cluster.machines.set(key, machine);
  }

  private modeProblem(machines: readonly MachineId[], mode: Machine["mode"], verb: string): string | null {
    if (machines.length === 0) return "List of machines is empty";
    const seen = new Set<string>();
    for (const id of machines) {
      const problem = idProblem(id);
      if (problem !== null) return problem;
      if (seen.has(machineKey(id))) return `Machine '${machineText(id)}' appears more than once in the list`;
      seen.add(machineKey(id));
    }
    for (const id of machines) {
      const known = this.context.cluster.machines.get(machineKey(id));
      if (known === undefined) return `Machine '${machineText(id)}' is not part of a maintenance schedule`;
      if (known.mode !== mode)
        return `Machine '${machineText(id)}' is not in ${mode} mode and cannot be ${verb}`;
    }
    return null;
  }
}

function idProblem({ hostname, ip }: MachineId): string | null {
  if (hostname === "" && ip === "") return "Both 'hostname' and 'ip' for a machine are empty";
  return ip === "" || isIPv4(ip) ? null : `Failed to parse IPv4: ${ip}`;
}

function machineText({ hostname, ip }: MachineId): string {
  return JSON.stringify({ ...(hostname === "" ? {} : { hostname }), ...(ip === "" ? {} : { ip }) });
}

function sameWindow(a: Machine["unavailability"], b: Machine["unavailability"]): boolean {
  if (a === null || b === null) return a === b;
  return a.start === b.start && a.duration === b.duration;
}
