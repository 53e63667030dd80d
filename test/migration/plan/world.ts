/**
 * A small model of the platform that knows what must never happen, written from the facts and not from the planner: it carries out steps
 * and refuses those that would lose something.
 */
import type { ActionStep } from "../../../src/migration/model/action.js";
import type { MigrationSpec, SideName } from "../../../src/migration/model/spec.js";

interface Master {
  side: SideName;
  quorum: number;
}

interface Agent {
  side: SideName;
  running: boolean;
  active: boolean;
  hasTasks: boolean;
}

export class World {
  private sync = false;
  private lower: SideName | null = null;
  private readonly ensembles: Record<SideName, boolean>;
  /** In the order of their candidates. */
  private readonly masters = new Map<string, Master>();
  private leader: string;
  private readonly agents = new Map<string, Agent>();
  private readonly frameworks = new Map<string, SideName>();
  readonly faults: string[] = [];

  constructor(spec: MigrationSpec, leader: number, ensembleB: boolean) {
    const { source, target, modes } = spec;
    this.ensembles = { a: true, b: ensembleB };
    for (const { name } of source.masters.servers)
      this.masters.set(name, { side: "a", quorum: source.masters.quorum });
    this.leader = source.masters.servers[leader]?.name ?? "";
    for (const { name } of source.agents.servers)
      this.agents.set(name, { side: "a", running: true, active: true, hasTasks: true });
    if (modes.agents === "replace")
      for (const { name } of target.agents.servers)
        this.agents.set(name, { side: "b", running: false, active: true, hasTasks: false });
    for (const { name } of spec.frameworks) this.frameworks.set(name, "a");
  }

  /** All that two platforms must have in common to count as the same. Who of several candidates leads is not among it. */
  view(): string {
    const masters = [...this.masters].map(([name, { side, quorum }]) => `${name} ${side} q${quorum}`).sort();
    const agents = [...this.agents]
      .filter(([, agent]) => agent.running)
      .map(([name, { side, active }]) => `${name} ${side} ${active ? "active" : "inactive"}`)
      .sort();
    const frameworks = [...this.frameworks].map(([name, side]) => `${name} ${side}`).sort();
    const ensembles = (["a", "b"] as const).filter((side) => this.ensembles[side]);
    const lower = this.sync ? `lower ${this.lower}` : "no sync";
    return [`leads ${this.leadingSide()}`, lower, ...ensembles, ...masters, ...agents, ...frameworks].join(
      "\n",
    );
  }

  leadingSide(): SideName | null {
    return this.masters.get(this.leader)?.side ?? null;
  }

  do(step: ActionStep): void {
    switch (step.kind) {
      case "take-baseline":
      case "archive":
      case "drain-framework":
        if (step.kind === "drain-framework" && this.frameworks.get(step.framework) === undefined)
          this.fault(`no framework ${step.framework}`);
        return;
      case "deploy-ensemble":
      case "restore-ensemble":
        this.ensembles[step.side] = true;
        return;
      case "remove-ensemble":
        this.removeEnsemble(step.side);
        return;
      case "start-sync":
        if (!this.ensembles.a || !this.ensembles.b) this.fault("a synchronisation without both ensembles");
        if (!this.sync && (step.counts ?? "a") !== this.leadingSide())
          this.fault("the side that does not lead is taken for right");
        this.sync = true;
        return;
      case "stop-sync":
        this.separate();
        this.sync = false;
        this.lower = null;
        return;
      case "fence-counters":
        if (step.lower !== this.leadingSide()) this.fault("the side that leads has the upper numbers");
        this.lower = step.lower;
        return;
      case "swap-counters":
        this.lower = this.lower === "a" ? "b" : "a";
        return;
      case "start-master":
        this.startMaster(step.server, { side: step.zookeeper, quorum: step.quorum });
        return;
      case "restart-master":
        this.restartMaster(step.server, { side: step.zookeeper, quorum: step.quorum });
        return;
      case "stop-master":
        if (step.server === this.leader) this.fault(`${step.server} leads and is stopped`);
        this.masters.delete(step.server);
        this.safe("stop-master");
        return;
      case "hand-over":
        this.handOver(step);
        return;
      case "repoint-framework":
        if (!this.sync) this.fault(`${step.framework} goes to a side that is not synchronised`);
        this.frameworks.set(step.framework, step.zookeeper);
        return;
      default:
        this.doWithAgents(step);
    }
  }

  private doWithAgents(step: Extract<ActionStep, { readonly servers: readonly string[] }>): void {
    for (const server of step.servers) {
      const agent = this.agents.get(server);
      if (agent === undefined) {
        this.fault(`no agent ${server}`);
        continue;
      }
      if (step.kind === "start-agents") {
        if (!this.sync && agent.side !== this.leadingSide()) this.fault(`${server} would find no masters`);
        if (!agent.running) Object.assign(agent, { running: true, active: true, hasTasks: false });
      } else if (step.kind === "remove-agents") {
        if (agent.running && agent.hasTasks) this.fault(`${server} is removed with its tasks`);
        agent.running = false;
      } else if (step.kind === "repoint-agents") {
        if (!this.sync) this.fault(`${server} goes to a side that is not synchronised`);
        agent.side = step.zookeeper;
      } else if (step.kind === "deactivate-agents") agent.active = false;
      else if (step.kind === "reactivate-agents") agent.active = true;
      else if (step.kind === "drain-agents") {
        if (agent.running && agent.active) this.fault(`${server} is drained while it takes new tasks`);
        const others = [...this.agents.values()].some((one) => one.running && one.active);
        if (agent.running && !others) this.fault("tasks are drained and no agent takes them");
        agent.hasTasks = false;
      }
    }
  }

  private startMaster(server: string, as: Master): void {
    if (this.masters.has(server)) return;
    if (as.side !== this.leadingSide()) {
      if (!this.sync) this.fault(`${server} contends where nothing is mirrored`);
      if (this.lower !== this.leadingSide()) this.fault(`${server} would come before the leader`);
    }
    // While it is empty it is a member that does not vote.
    const voting = this.masters.size;
    this.masters.set(server, { ...as });
    this.safe("start-master", voting);
  }

  private restartMaster(server: string, as: Master): void {
    if (server === this.leader) this.fault(`${server} leads and is restarted`);
    const old = this.masters.get(server);
    if (old === undefined) {
      this.fault(`${server} has no log to be restarted with`);
      return;
    }
    if (as.side !== this.leadingSide() && (!this.sync || this.lower !== this.leadingSide()))
      this.fault(`${server} would come before the leader`);
    this.masters.delete(server);
    this.masters.set(server, { ...as });
    this.safe("restart-master");
  }

  private handOver(step: Extract<ActionStep, { kind: "hand-over" }>): void {
    if (this.leadingSide() !== step.from) {
      this.fault(`nobody of ${step.from} leads`);
      return;
    }
    const old = this.leader;
    this.masters.delete(old);
    const to = step.from === "a" ? "b" : "a";
    if ([...this.masters.values()].some(({ side }) => side === step.from))
      this.fault("another one of the old side may lead next");
    if (step.then.kind === "restart")
      this.masters.set(old, { side: step.then.zookeeper, quorum: step.then.quorum });
    const next = [...this.masters].find(([, { side }]) => side === to);
    if (next === undefined) this.fault("nobody can lead on the other side");
    this.leader = next?.[0] ?? old;
    this.safe("hand-over");
  }

  private removeEnsemble(side: SideName): void {
    const used =
      [...this.masters.values()].some((one) => one.side === side) ||
      [...this.agents.values()].some((one) => one.running && one.side === side) ||
      [...this.frameworks.values()].includes(side);
    if (used) this.fault(`the ensemble of ${side} is removed while it is used`);
    if (this.sync) this.fault(`the ensemble of ${side} is removed while it is synchronised`);
    this.ensembles[side] = false;
  }

  /** What stays on the side that does not lead loses its masters. */
  private separate(): void {
    const side = this.leadingSide();
    const left =
      [...this.masters.values()].some((one) => one.side !== side) ||
      [...this.agents.values()].some((one) => one.running && one.side !== side) ||
      [...this.frameworks.values()].some((one) => one !== side);
    if (left) this.fault("the sides are separated while both are used");
  }

  private safe(what: string, voting = this.masters.size): void {
    const quorums = [...this.masters.values()].map(({ quorum }) => quorum);
    const smallest = Math.min(...quorums);
    const needed = this.masters.get(this.leader)?.quorum ?? 0;
    if (this.masters.size > 2 * smallest - 1)
      this.fault(`${what}: ${this.masters.size} members with quorum ${smallest}`);
    if (voting < needed) this.fault(`${what}: ${voting} vote and ${needed} are needed`);
  }

  private fault(text: string): void {
    this.faults.push(text);
  }
}
