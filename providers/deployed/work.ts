/**
 * Carries out steps on real servers, each awaited. It takes none down while the kind's conditions forbid it, and puts a server
 * that does not come back to what it was before it stops.
 */
import { setTimeout as delay } from "node:timers/promises";
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import type { JsonObject } from "../../src/value/json.js";
import { notBack, notTakenDown } from "./failures.js";
import type { DeployedServer, Fleet } from "./fleet.js";
import type { ServerStep } from "./steps.js";

/** What must hold around each step: given by the kind, asked again and again until it holds or time is up. */
export interface Conditions {
  /** Why these servers must not be taken down now; null when they may. */
  mayTakeDown(ids: readonly string[]): Promise<string | null>;
  /** What is missing before these count as back and the next step may follow; null when nothing is. */
  notBack(ids: readonly string[]): Promise<string | null>;
}

export interface WorkOptions {
  readonly fleet: Fleet;
  readonly conditions: Conditions;
  /** For each server, before and after. */
  readonly waitMs: number;
  /** What is deployed before the change: a server that does not come back is put back to it. */
  readonly before: readonly DeployedServer[];
  readonly purgeData: boolean;
}

const POLL_MS = 150;
const LOG_LINES = 15;

export class ServerWork {
  constructor(private readonly options: WorkOptions) {}

  /** Rejects with DiagnosticError, everything as whole as it was. */
  async take(step: ServerStep, spec: JsonObject): Promise<void> {
    const { fleet } = this.options;
    fleet.signal.throwIfAborted();
    switch (step.kind) {
      case "start":
        return this.start(spec, step.ids);
      case "change":
        return this.change(spec, step.ids);
      case "adjust":
        await fleet.ensure(spec, step.id);
        await fleet.launch(spec, step.id);
        return this.expectBack(spec, [step.id], "It was left running; no other server was touched.");
      case "stop":
        return this.stop(step.id, this.hostOf(spec, step.id));
      case "remove":
        return this.remove(step.id, step.host);
    }
  }

  /** Starts all of them, then waits for all of them. */
  async start(spec: JsonObject, ids: readonly string[]): Promise<void> {
    const { fleet } = this.options;
    for (const id of ids) {
      const host = this.hostOf(spec, id);
      // Its supervisor may be about to start it again as it was.
      if ((await fleet.find(host, id)) !== null) await fleet.stop(host, id);
      await fleet.launch(spec, id);
    }
    await this.expectBack(
      spec,
      ids,
      "It was left running, so that its log can be read; no other server was touched.",
    );
  }

  /** Takes them down when the conditions allow it, and brings them up as `spec` wants them. */
  async change(spec: JsonObject, ids: readonly string[]): Promise<void> {
    const { fleet } = this.options;
    // Before anything is taken down: what cannot be made is told while all still run.
    for (const id of ids) await fleet.unit(spec, id);
    await this.awaitPermission(ids);
    for (const id of ids) await fleet.stop(this.hostOf(spec, id), id);
    const failure = await this.launchAll(spec, ids);
    const reason = failure ?? (await this.whyNotBack(ids));
    if (reason !== null) throw await this.putBack(spec, ids, reason);
  }

  async stop(id: string, host: string): Promise<void> {
    await this.awaitPermission([id]);
    await this.options.fleet.stop(host, id);
  }

  async remove(id: string, host: string): Promise<void> {
    const { fleet, purgeData } = this.options;
    if ((await fleet.find(host, id))?.unit.running === true) await this.awaitPermission([id]);
    await fleet.remove(host, id, purgeData);
  }

  /** Resolves when the conditions allow to take them down; rejects when they do not in time. */
  async awaitPermission(ids: readonly string[]): Promise<void> {
    const { conditions, fleet } = this.options;
    const reason = await this.waitFor(() => conditions.mayTakeDown(ids));
    if (reason !== null) throw notTakenDown(fleet.address, fleet.name(ids.join(", ")), reason);
  }

  private async launchAll(spec: JsonObject, ids: readonly string[]): Promise<string | null> {
    const { fleet } = this.options;
    try {
      for (const id of ids) await fleet.launch(spec, id);
      return null;
    } catch (error) {
      fleet.signal.throwIfAborted();
      if (error instanceof DiagnosticError) return error.message;
      throw error;
    }
  }

  private whyNotBack(ids: readonly string[]): Promise<string | null> {
    return this.waitFor(() => this.options.conditions.notBack(ids));
  }

  private async expectBack(spec: JsonObject, ids: readonly string[], outcome: string): Promise<void> {
    const reason = await this.whyNotBack(ids);
    if (reason !== null) throw await this.complaint(spec, ids, reason, outcome);
  }

  /** The former configuration again, so that all is whole when we stop. */
  private async putBack(spec: JsonObject, ids: readonly string[], reason: string): Promise<DiagnosticError> {
    const logs = await this.logsOf(spec, ids);
    const { fleet } = this.options;
    const name = fleet.name(ids.join(", "));
    const outcome = await this.launchFormer(ids).then(
      async () => {
        const still = await this.whyNotBack(ids);
        return still === null
          ? `${name} was given its former configuration again, and is back. Servers after it were not touched.`
          : `${name} was given its former configuration again, and is still not back (${still}). Servers after it were not touched.`;
      },
      (error: unknown) => {
        fleet.signal.throwIfAborted();
        const why = error instanceof Error ? error.message : String(error);
        return `${name} could not be given its former configuration again (${why}). Servers after it were not touched.`;
      },
    );
    return this.complaint(spec, ids, reason, outcome, logs);
  }

  private async launchFormer(ids: readonly string[]): Promise<void> {
    const { fleet } = this.options;
    for (const id of ids) {
      const found = this.former(id);
      if (found?.record == null) throw new Error("what it was is not recorded");
      const { record } = found;
      await fleet.stop(found.host, id);
      const former = { ...record.sections, [fleet.kind.list]: [record.server] };
      await fleet.launch(fleet.kind.normalise(former), id, record.resolved);
    }
  }

  private async complaint(
    spec: JsonObject,
    ids: readonly string[],
    reason: string,
    outcome: string,
    logs?: string,
  ): Promise<DiagnosticError> {
    const { fleet, waitMs } = this.options;
    return notBack({
      address: fleet.address,
      server: fleet.name(ids.join(", ")),
      waitedSeconds: Math.round(waitMs / 1000),
      reason,
      logs: logs ?? (await this.logsOf(spec, ids)),
      outcome,
    });
  }

  private async logsOf(spec: JsonObject, ids: readonly string[]): Promise<string> {
    const { fleet } = this.options;
    const tails = ids.map((id) => fleet.logs(this.hostOf(spec, id), id, LOG_LINES));
    return (await Promise.all(tails)).join("\n");
  }

  private former(id: string): DeployedServer | undefined {
    return this.options.before.find((server) => server.id === id);
  }

  private hostOf(spec: JsonObject, id: string): string {
    const { fleet } = this.options;
    return String(fleet.server(spec, id)?.["host"] ?? this.former(id)?.host ?? "");
  }

  /** Asks until the answer is null or time is up; resolves with the last answer. Rejects on abort. */
  async waitFor(ask: () => Promise<string | null>): Promise<string | null> {
    const { fleet, waitMs } = this.options;
    const end = fleet.context.now() + waitMs;
    for (;;) {
      const reason = await ask();
      if (reason === null || fleet.context.now() >= end) return reason;
      await delay(POLL_MS, undefined, { signal: fleet.signal });
    }
  }
}
