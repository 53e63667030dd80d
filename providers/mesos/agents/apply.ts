/**
 * Creates, changes and deletes agents, one (or a batch) at a time, each awaited until it is registered again under the id that it
 * had. What would make a live agent refuse to start is refused here, unless it may be started anew when its tasks are gone.
 */
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import { isMesosError } from "../../../src/mesos/mesos-error.js";
import { isObject, type JsonObject } from "../../../src/value/json.js";
import { type ApplyOptions, applying, applyServers, removeAll } from "../../deployed/apply.js";
import { refusal } from "../../deployed/failures.js";
import type { DeployedServer, Fleet } from "../../deployed/fleet.js";
import { hostsOf } from "../../deployed/read.js";
import type { ServerStep } from "../../deployed/steps.js";
import type { ServerWork } from "../../deployed/work.js";
import type { ApplyResult, ChangeRequest, Progress } from "../../provider.js";
import { diagnosed } from "../failures.js";
import { drained, forgotten, type Leaving } from "./leave.js";
import { observeAgents } from "./observe.js";
import { refusedChange } from "./spec.js";
import { AgentWatch, type Sight } from "./watch.js";

type Report = (progress: Progress) => void;

export const BACK = "it is registered again under its id";

/** Never rejects: what went wrong is part of the result. Safe to repeat after any crash. */
export async function applyAgents(fleet: Fleet, change: ChangeRequest, report: Report): Promise<ApplyResult> {
  const spec = change.action === "delete" ? change.before : change.after;
  const watch = await AgentWatch.open(fleet, spec);
  try {
    const hosts = hostsOf(fleet, spec, change.identity, change.action === "update" ? change.before : {});
    const rollout = new AgentRollout(fleet, spec, hosts, watch, report);
    if (change.action === "delete") return await rollout.remove(change);
    return await applyServers(fleet, change, rollout.options());
  } finally {
    await watch.close();
  }
}

class AgentRollout {
  /** Ids in Mesos, as they were before anything was touched. */
  private readonly ids = new Map<string, string>();

  constructor(
    private readonly fleet: Fleet,
    private readonly spec: JsonObject,
    private readonly hosts: readonly string[],
    private readonly watch: AgentWatch,
    private readonly report: Report,
  ) {}

  private async begin(): Promise<void> {
    const sight = await this.look();
    for (const [id, { mesosId }] of sight.agents) if (mesosId !== null) this.ids.set(id, mesosId);
  }

  options(): ApplyOptions {
    const rolling = isObject(this.spec["rolling"]) ? this.spec["rolling"] : {};
    return {
      conditions: {
        mayTakeDown: async () => (await this.look()).mastersSilent,
        notBack: (ids) => this.notBack(ids),
      },
      batch: typeof rolling["batch"] === "number" ? rolling["batch"] : 1,
      startTogether: true,
      until: BACK,
      arrange: async (steps, deployed) => {
        this.refuseIncompatible(steps, deployed);
        await this.begin();
        return steps;
      },
      take: (step, work, deployed) => this.take(step, work, deployed),
      observe: (deployed) => observeAgents(this.fleet, this.spec, deployed),
      report: this.report,
    };
  }

  private async look(): Promise<Sight> {
    return this.watch.look(await this.fleet.deployed(this.hosts));
  }

  private async notBack(ids: readonly string[]): Promise<string | null> {
    const deployed = await this.fleet.deployed(this.hosts);
    const { agents, mastersSilent } = await this.watch.look(deployed);
    for (const id of ids) {
      const unit = deployed.find((server) => server.id === id)?.unit;
      if (unit?.running !== true) return `agent ${id} does not run (${unit?.exit ?? "it was never started"})`;
      const sight = agents.get(id);
      const state = sight?.state ?? { reason: "it was not asked" };
      if ("reason" in state) return `agent ${id}: ${state.reason}`;
      if (!state.value.registered) return `agent ${id} is not registered`;
      const before = this.ids.get(id);
      if (before !== undefined && state.value.id !== before) {
        return `agent ${id} has come back as ${state.value.id}, and was ${before}`;
      }
      if (mastersSilent !== null) return `the masters cannot be asked: ${mastersSilent}`;
      const known = sight?.known ?? null;
      if (known === null || !(known.active || known.deactivated))
        return `the masters do not have agent ${id}`;
    }
    return null;
  }

  private refuseIncompatible(steps: readonly ServerStep[], deployed: readonly DeployedServer[]): void {
    if (this.spec["replaceWhenChanged"] === true) return;
    const touched = steps.flatMap((step) =>
      step.kind === "change" || step.kind === "start" ? step.ids : [],
    );
    const refused = touched.flatMap((id) => {
      const what = this.incompatible(id, deployed);
      return what === null ? [] : [`agent ${id}: ${what}`];
    });
    if (refused.length === 0) return;
    throw refusal(
      "mesos-agent-incompatible",
      this.fleet.address,
      `agents would refuse to start again with what changes (${refused.join("; ")})`,
      {
        detail:
          "An agent keeps to what it has registered with (flags.reconfiguration_policy, equal unless it is set). Nothing was touched; all tasks run on.",
        remedy:
          "Take the change back; or set replaceWhenChanged: true, which drains each of them and starts it anew under another id; or set flags.reconfiguration_policy to additive where only something is added.",
      },
    );
  }

  /** What of a deployed agent changes that its checkpoint forbids; null when nothing. */
  private incompatible(id: string, deployed: readonly DeployedServer[]): string | null {
    const found = deployed.find((server) => server.id === id);
    const server = this.fleet.server(this.spec, id);
    if (found?.record == null || server === undefined || server["host"] !== found.host) return null;
    const { record } = found;
    return refusedChange({ spec: record.sections, server: record.server }, { spec: this.spec, server });
  }

  private async take(
    step: ServerStep,
    work: ServerWork,
    deployed: readonly DeployedServer[],
  ): Promise<boolean> {
    if (step.kind === "change") await this.tellFragile(step.ids);
    if (step.kind === "remove") {
      await this.leave(step.id, step.host);
      return false;
    }
    if (step.kind !== "change" && step.kind !== "start") return false;
    const anew = step.ids.filter((id) => this.incompatible(id, deployed) !== null);
    for (const id of anew) await this.startAnew(id, String(this.fleet.server(this.spec, id)?.["host"]));
    const others = step.ids.filter((id) => !anew.includes(id));
    if (anew.length > 0) await work.start(this.spec, anew);
    if (others.length > 0) await work.take({ ...step, ids: others }, this.spec);
    return true;
  }

  /** Frees it of tasks and takes it away with its data; the next start makes a new agent of it. */
  private async startAnew(id: string, host: string): Promise<void> {
    this.report({ message: `drain agent ${id}, then start it anew with an empty work directory` });
    await this.leave(id, host);
    await this.fleet.remove(host, id, true);
    this.ids.delete(id);
  }

  /** Nothing of it is lost to frameworks: drained, stopped, marked gone. */
  private async leave(id: string, host: string): Promise<void> {
    const mesosId = this.ids.get(id);
    const leaving = this.leaving(true);
    if (mesosId === undefined || leaving === null) return;
    const { address } = this.fleet;
    await diagnosed(address, () => drained(leaving, [mesosId]));
    if ((await this.fleet.find(host, id)) !== null) await this.fleet.stop(host, id);
    await diagnosed(address, () => forgotten(leaving, mesosId));
  }

  private leaving(acknowledged: boolean): Leaving | null {
    const client = this.watch.masters;
    const rolling = isObject(this.spec["rolling"]) ? this.spec["rolling"] : {};
    const seconds = typeof rolling["waitSeconds"] === "number" ? rolling["waitSeconds"] : 120;
    return client === null ? null : { fleet: this.fleet, client, waitMs: seconds * 1000, acknowledged };
  }

  private async tellFragile(ids: readonly string[]): Promise<void> {
    const known = ids.flatMap((id) => this.ids.get(id) ?? []);
    const fragile = await diagnosed(this.fleet.address, () => this.watch.fragileTasks(known));
    for (const id of ids) {
      const tasks = fragile.get(this.ids.get(id) ?? "") ?? [];
      if (tasks.length === 0) continue;
      this.report({
        message: `agent ${id}: these end with the restart (no checkpointing): ${tasks.join(", ")}`,
      });
    }
  }

  /** Drains all at once, so that nothing is started on the next to go; masters that do not answer do not hold it up. */
  async remove(change: Extract<ChangeRequest, { action: "delete" }>): Promise<ApplyResult> {
    const act = async (): Promise<undefined> => {
      await this.begin();
      const leaving = this.leaving(false);
      const ids = [...this.ids.values()];
      if (leaving !== null && ids.length > 0) await this.drainAll(leaving, ids);
      return removeAll(this.fleet, change, this.report);
    };
    return applying(this.fleet, change, act, async () => ({ attributes: {}, diagnostics: [] }));
  }

  private async drainAll(leaving: Leaving, ids: readonly string[]): Promise<void> {
    try {
      if ((await leaving.client.agents(this.fleet.signal)).length === 0) return;
      this.report({ message: `drain ${ids.length} agents` });
      await drained(leaving, ids);
    } catch (error) {
      if (!isMesosError(error) && !(error instanceof DiagnosticError)) throw error;
      this.report({
        message: `agents are removed although tasks may be on them: ${error.message}`,
      });
    }
  }
}
