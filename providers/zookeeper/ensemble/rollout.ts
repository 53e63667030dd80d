/**
 * Carries out steps on a real ensemble, one at a time, each awaited. It takes no server down while another is missing,
 * and puts a server that does not come back to its former configuration before it stops.
 */

import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import type { JsonObject } from "../../../src/value/json.js";
import { isListening } from "../../deployed/listening.js";
import type { Progress } from "../../provider.js";
import type { UnitStatus } from "../../runtime.js";
import { bootstrapServers } from "./bootstrap.js";
import type { Cluster } from "./cluster.js";
import { notBack, notWholeBefore, portTaken, RolloutError } from "./failures.js";
import type { Member } from "./membership.js";
import { Reconfiguration } from "./reconfiguration.js";
import { type EnsembleSpec, ensembleOf, quorumSize, type ServerSpec } from "./spec.js";
import type { Step } from "./steps.js";
import { stepText } from "./steps.js";
import { type UnitPlan, unitName, unitSpec } from "./unit.js";
import { leaderOf, observeAll, waitWhole } from "./waiting.js";

export interface RolloutTarget {
  /** Normalised, no unknown values. */
  readonly raw: JsonObject;
  readonly secrets: ReadonlyMap<string, Buffer>;
  /** Server id → version it runs now; kept when the spec names none. */
  readonly versions: ReadonlyMap<number, string>;
}

interface RestartOptions {
  readonly target: RolloutTarget | null;
  /** Another server is to lead before it comes back. */
  readonly yields: boolean;
}

const LOG_LINES = 15;

export class Rollout {
  private readonly spec: EnsembleSpec;
  /** Servers that are to serve now, by id: what wholeness is measured on. */
  private readonly serving = new Map<number, ServerSpec>();
  private readonly servers: ReadonlyMap<number, ServerSpec>;

  constructor(
    private readonly cluster: Cluster,
    private readonly target: RolloutTarget,
    private readonly former: RolloutTarget | null,
    private readonly report: (progress: Progress) => void,
  ) {
    this.spec = ensembleOf(target.raw);
    const before = former === null ? [] : ensembleOf(former.raw).servers;
    this.servers = new Map([...before, ...this.spec.servers].map((server) => [server.id, server]));
    for (const server of before) if (server.running) this.serving.set(server.id, server);
  }

  /** Runs the steps in order; rejects with RolloutError, the ensemble as whole as it was. */
  async run(steps: readonly Step[]): Promise<void> {
    const queue = [...steps];
    for (let at = 1; ; at += 1) {
      this.cluster.signal.throwIfAborted();
      const step = await this.next(queue);
      if (step === undefined) return;
      this.report({ message: stepText(step), step: at, steps: steps.length });
      await this.take(step);
    }
  }

  /** Puts the declared snapshot file, if any, into the servers of an ensemble that has not served yet; starts none. */
  async bootstrap(): Promise<void> {
    const { bootstrap, servers } = this.spec;
    if (bootstrap === undefined) return;
    const members = servers.map((server) => server.id);
    const units = servers
      .filter((server) => server.running)
      .map(async ({ id, host }) => {
        const unit = unitSpec(await this.plan(id, this.target, members));
        return { id, unit, runtime: await this.cluster.runtime(host) };
      });
    await bootstrapServers(this.cluster, bootstrap.snapshot, await Promise.all(units), this.report);
  }

  /** Leadership moves while servers restart: whoever leads now is put off to the end of its round. */
  private async next(queue: Step[]): Promise<Step | undefined> {
    const step = queue.shift();
    if (step?.kind !== "restart") return step;
    const leads = await this.leads(step.id);
    const members = JSON.stringify(step.members);
    const isSameRound = (other: Step): boolean =>
      other.kind === "restart" && JSON.stringify(other.members) === members;
    const rest = queue.findIndex((other) => !isSameRound(other));
    const round = rest < 0 ? queue.length : rest;
    if (!leads || round === 0) return { ...step, leader: leads };
    queue.splice(round, 0, step);
    return this.next(queue);
  }

  private async leads(id: number): Promise<boolean> {
    return leaderOf(await observeAll(this.cluster, this.spec, [...this.serving.values()])) === id;
  }

  private async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "start":
        return this.start(step.id, step.members);
      case "restart":
        return this.restart(step.id, step.members);
      case "yield":
        return (await this.leads(step.id))
          ? this.restart(step.id, step.members, { target: this.former, yields: true })
          : undefined;
      case "join":
        return this.join(step.id);
      case "leave":
        return this.reconfiguration().leave(step.id);
      case "stop":
        return this.stop(step.id);
      case "remove":
        return this.remove(step.id);
    }
  }

  private server(id: number): ServerSpec {
    const server = this.servers.get(id);
    if (server === undefined) throw new Error(`no server ${id} in ${this.cluster.address}`);
    return server;
  }

  private waitMs(): number {
    return this.spec.rolling.waitSeconds * 1000;
  }

  private reconfiguration(): Reconfiguration {
    return new Reconfiguration(
      this.cluster,
      this.former ?? this.target,
      [...this.serving.values()],
      this.waitMs(),
    );
  }

  private members(target: RolloutTarget, ids: readonly number[]): Member[] {
    const spec = ensembleOf(target.raw);
    const plain = spec.tls.client?.only !== true;
    return ids.map((id) => {
      const server = spec.servers.find((candidate) => candidate.id === id) ?? this.server(id);
      return { server, address: this.cluster.hostAddress(server.host), plain };
    });
  }

  private async plan(id: number, target: RolloutTarget, memberIds: readonly number[]): Promise<UnitPlan> {
    const spec = ensembleOf(target.raw);
    const server = spec.servers.find((candidate) => candidate.id === id) ?? this.server(id);
    const runtime = await this.cluster.runtime(server.host);
    const tools = this.cluster.toolchain(spec, server, target.versions.get(id));
    return {
      address: this.cluster.address,
      lineage: this.cluster.context.lineage,
      rawSpec: target.raw,
      spec,
      server,
      members: this.members(target, memberIds),
      directories: runtime.directories(unitName(this.cluster.address, id)),
      secrets: target.secrets,
      ...tools,
    };
  }

  /** Makes the unit equal to the target and starts it. */
  private async launch(id: number, target: RolloutTarget, memberIds: readonly number[]): Promise<UnitStatus> {
    const plan = await this.plan(id, target, memberIds);
    const runtime = await this.cluster.runtime(plan.server.host);
    const unit = unitSpec(plan);
    const present = await runtime.inspect(unit.name, this.cluster.signal);
    if (present?.running !== true) await this.refuseTakenPorts(plan.server, unit.ports);
    await runtime.ensure(unit, this.cluster.signal);
    return runtime.start(unit.name, this.cluster.signal);
  }

  private async refuseTakenPorts(
    server: ServerSpec,
    ports: readonly { port: number; purpose: string }[],
  ): Promise<void> {
    const host = this.cluster.hostAddress(server.host);
    for (const { port, purpose } of ports) {
      if (await isListening(host, port)) {
        throw new RolloutError(portTaken(this.cluster.address, server.id, `${host}:${port}`, purpose));
      }
    }
  }

  private async start(id: number, memberIds: readonly number[]): Promise<void> {
    await this.launch(id, this.target, memberIds);
    this.serving.set(id, this.server(id));
    const running = [...this.serving.values()];
    const members = memberIds.map((member) => this.server(member));
    const voters = running.filter((server) => server.role === "participant").length;
    if (voters < quorumSize(members)) return; // cannot serve yet: the next one to start makes the quorum
    await this.expectBack(
      id,
      "It was left running, so that its log can be read; no other server was touched.",
    );
  }

  private async expectBack(id: number, outcome: string): Promise<void> {
    const reason = await this.whyNotBack(id);
    if (reason !== null) throw new RolloutError(await this.notBack(id, reason, outcome));
  }

  private whyNotBack(id: number): Promise<string | null> {
    const others = [...this.serving.values()].filter((server) => server.id !== id);
    return waitWhole(this.cluster, this.spec, [...others, this.server(id)], this.waitMs());
  }

  private async notBack(id: number, reason: string, outcome: string) {
    const server = this.server(id);
    const runtime = await this.cluster.runtime(server.host);
    const logs = await runtime
      .logs(unitName(this.cluster.address, id), LOG_LINES, this.cluster.signal)
      .catch(() => "");
    const waitedSeconds = this.spec.rolling.waitSeconds;
    return notBack({ address: this.cluster.address, id, waitedSeconds, reason, logs, outcome });
  }

  private async restart(
    id: number,
    memberIds: readonly number[],
    { target, yields }: RestartOptions = { target: this.target, yields: false },
  ): Promise<void> {
    const single = this.serving.size <= 1;
    if (!single) {
      const reason = await waitWhole(this.cluster, this.spec, [...this.serving.values()], this.waitMs());
      if (reason !== null) throw new RolloutError(notWholeBefore(this.cluster.address, id, reason));
    }
    const host = this.server(id).host;
    const runtime = await this.cluster.runtime(host);
    await runtime.stop(unitName(this.cluster.address, id), this.cluster.signal);
    if (yields) await this.othersLead(id);
    await this.launch(id, target ?? this.target, memberIds);
    this.serving.set(id, this.server(id));
    const reason = await this.whyNotBack(id);
    if (reason !== null) throw new RolloutError(await this.putBack(id, reason, memberIds));
  }

  /** A server that comes back in the middle of their election, with the highest id, would win it again. */
  private async othersLead(id: number): Promise<void> {
    const others = [...this.serving.values()].filter((server) => server.id !== id);
    await waitWhole(this.cluster, this.spec, others, this.waitMs());
  }

  /** The former configuration again, so that the ensemble is whole when we stop. */
  private async putBack(id: number, reason: string, memberIds: readonly number[]) {
    const complaint = await this.notBack(id, reason, "");
    if (this.former === null) return complaint;
    const name = unitName(this.cluster.address, id);
    const runtime = await this.cluster.runtime(this.server(id).host);
    await runtime.stop(name, this.cluster.signal);
    await this.launch(id, this.former, memberIds);
    const still = await this.whyNotBack(id);
    const outcome =
      still === null
        ? `Server ${id} was given its former configuration again; the ensemble is whole. Servers after it were not touched.`
        : `Server ${id} was given its former configuration again, and is still not in step (${still}). Servers after it were not touched.`;
    return { ...complaint, detail: `${outcome}${complaint.detail ?? ""}` };
  }

  private async join(id: number): Promise<void> {
    const line = this.members(this.target, [id])[0];
    if (line !== undefined) await this.reconfiguration().join(line);
    await this.expectBack(
      id,
      "It was added to the membership and left running; no other server was touched.",
    );
  }

  private async stop(id: number): Promise<void> {
    const runtime = await this.cluster.runtime(this.server(id).host);
    await runtime.stop(unitName(this.cluster.address, id), this.cluster.signal);
    this.serving.delete(id);
  }

  private async remove(id: number): Promise<void> {
    const before =
      this.former === null
        ? undefined
        : ensembleOf(this.former.raw).servers.find((server) => server.id === id);
    const runtime = await this.cluster.runtime((before ?? this.server(id)).host);
    const purgeData = !this.spec.deletion.keepData;
    await runtime.remove(unitName(this.cluster.address, id), { purgeData }, this.cluster.signal);
    this.serving.delete(id);
  }

  /** Stops it, makes it equal to the target and starts it; waits for nobody. */
  async renew(id: number, memberIds: readonly number[]): Promise<void> {
    const runtime = await this.cluster.runtime(this.server(id).host);
    const name = unitName(this.cluster.address, id);
    if ((await runtime.inspect(name, this.cluster.signal)) !== null)
      await runtime.stop(name, this.cluster.signal);
    await this.launch(id, this.target, memberIds).catch((error: unknown) => {
      throw error instanceof RolloutError ? new DiagnosticError([error.diagnostic]) : error;
    });
  }

  /** Ids of servers that answer now. */
  async answering(): Promise<number[]> {
    const seen = await observeAll(this.cluster, this.spec, [...this.servers.values()]);
    return [...seen].flatMap(([id, observation]) => (observation === null ? [] : [id]));
  }
}
