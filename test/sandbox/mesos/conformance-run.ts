/**
 * The recorded session played again on a simulated cluster, in the order in which it was recorded: the same frameworks, tasks
 * and operations, each recorded request sent where it was sent, and what differs kept by recording.
 */

import { waitFor } from "../../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../../harness/zookeeper.js";
import { api, Lab, metric, replay, send, TestFramework } from "./lab.js";
import { recordingNames, type Substitutions } from "./recording.js";

const DEADLINE_MS = 60_000;

/** Ids as they were recorded. */
const RECORDED = {
  master: "1b1779d4-cd77-4055-8407-d03f3b24c1c0",
  secondFramework: "4320b5d8-3144-4627-81e9-07228f27964f-0000",
};

const LAB_FRAMEWORK = {
  user: "root",
  name: "lab-fw",
  roles: ["web"],
  failover_timeout: 604800,
  checkpoint: true,
  hostname: "127.0.0.1",
  capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
};

const EXECUTE_FRAMEWORK = {
  user: "root",
  name: "mesos-execute instance",
  role: "*",
  failover_timeout: 0,
  checkpoint: false,
  capabilities: [
    "RESERVATION_REFINEMENT",
    "TASK_KILLING_STATE",
    "REVOCABLE_RESOURCES",
    "PARTITION_AWARE",
  ].map((type) => ({ type })),
};

export class ConformanceRun {
  /** By recording; empty = it conforms. */
  readonly found = new Map<string, string[]>();
  private readonly frameworks: TestFramework[] = [];
  private substitutions: Substitutions = new Map();
  private lead = 11;

  private constructor(
    private readonly lab: Lab,
    private readonly ensemble: TestEnsemble,
  ) {}

  static async start(): Promise<ConformanceRun> {
    return new ConformanceRun(
      await Lab.make(),
      await startEnsemble({ size: 1, settings: { tickTime: 500 } }),
    );
  }

  async close(): Promise<void> {
    for (const framework of this.frameworks) framework.close();
    await this.lab.close();
    await this.ensemble.close();
  }

  async play(): Promise<void> {
    const { lab } = this;
    const zk = `zk://${this.ensemble.connectString}/mesos`;
    const flags = [`--zk=${zk}`, "--quorum=2"];
    const first = await lab.master(11, flags);
    await waitFor("the first master contends", DEADLINE_MS, () => this.elected(11));
    await Promise.all([lab.master(12, flags), lab.master(13, flags)]);
    await waitFor("the leader has recovered", DEADLINE_MS, () => this.healthy(11));
    await this.startAgents(zk);
    const [labFramework, execute] = await this.startFrameworks();
    this.know({ [`${RECORDED.master}-0000`]: labFramework.id, [`${RECORDED.master}-0001`]: execute.id });
    await this.all("master-leader", 11);
    await waitFor(
      "the standby's log has caught up",
      DEADLINE_MS,
      async () => (await this.metric(12, "registrar/log/recovered")) === 1,
    );
    await this.all("master-follower", 12);
    await this.all("agent", 21, 5051);
    await this.operations(labFramework);
    execute.close();
    await waitFor("the framework without failover_timeout is removed", DEADLINE_MS, async () => {
      const state = (await api(lab.ip(11), { type: "GET_FRAMEWORKS" })) as {
        get_frameworks: { frameworks: unknown[] };
      };
      return state.get_frameworks.frameworks.length === 1;
    });
    await first.stop();
    labFramework.close();
    await this.afterFailOver();
  }

  private async startAgents(zk: string): Promise<void> {
    const flags = [`--master=${zk}`];
    const agents: { id: string | null }[] = [];
    // The second one registered first when this was recorded.
    for (const [last, rack] of [
      [22, "r2"],
      [21, "r1"],
    ] as const) {
      const agent = await this.lab.agent(last, rack, flags);
      await waitFor(`agent ${last} registers`, DEADLINE_MS, () => agent.process.agent?.registered === true);
      agents.push({ id: agent.process.agent?.id ?? null });
    }
    const state = (await api(this.lab.ip(11), { type: "GET_MASTER" })) as {
      get_master: { master_info: { id: string } };
    };
    this.know({
      [`${RECORDED.master}-S0`]: agents[0]?.id ?? "",
      [`${RECORDED.master}-S1`]: agents[1]?.id ?? "",
    });
    this.masterId = state.get_master.master_info.id;
  }

  private masterId = "";

  private async startFrameworks(): Promise<[TestFramework, TestFramework]> {
    const [one, two] = [this.lab.ip(21), this.lab.ip(22)];
    const labFramework = new TestFramework(this.lab.ip(11), LAB_FRAMEWORK, { inverse: true });
    this.frameworks.push(labFramework);
    await labFramework.subscribe();
    await labFramework.launch(one, "web-1", "sleep 100000");
    await labFramework.launch(two, "web-2", "sleep 100000");
    const execute = new TestFramework(this.lab.ip(11), EXECUTE_FRAMEWORK, { suppress: true });
    this.frameworks.push(execute);
    await execute.subscribe();
    await execute.launch(two, "cmdtask", "sleep 100000", {}, 0.5);
    await this.quiet();
    return [labFramework, execute];
  }

  /** Until no offer is out: the recordings were made between two offers. */
  private async quiet(): Promise<void> {
    await waitFor(
      "no offer is out",
      DEADLINE_MS,
      async () => (await this.metric(this.lead, "master/outstanding_offers")) === 0,
    );
  }

  private async operations(framework: TestFramework): Promise<void> {
    const one = this.lab.ip(21);
    const stubborn = { kill_policy: { grace_period: { nanoseconds: 4_000_000_000 } } };
    await framework.launch(one, "stubborn-1", 'trap "" TERM; while true; do sleep 1; done', stubborn);
    await this.quiet();
    const later = new Set([...MAINTENANCE_ERRORS, ...DRAINING_ERRORS, ...IDLE_ERRORS]);
    for (const name of recordingNames("errors")) if (!later.has(name)) await this.replay(name);
    await this.ops("01", "22");
    await this.ops("30", "31");
    await waitFor("the inverse offer is answered", DEADLINE_MS, () => this.answered());
    await this.ops("32", "39");
    for (const name of MAINTENANCE_ERRORS) await this.replay(name);
    await this.ops("40", "42");
    // The tasks in these answers show that they were recorded before the drain.
    await this.ops("65", "70");
    await framework.launch(one, "web-3", "sleep 100000");
    await this.quiet();
    await this.replay(opNamed("50"));
    await framework.untilState("web-3", "TASK_KILLED");
    await framework.untilState("web-1", "TASK_KILLED");
    await waitFor(
      "the killed tasks are completed",
      DEADLINE_MS,
      async () => (await this.metric(11, "master/tasks_killed")) === 2,
    );
    await this.ops("51", "58");
    for (const name of DRAINING_ERRORS) await this.replay(name);
    await waitFor("the agent is drained", DEADLINE_MS, () => this.drained());
    await waitFor("its executors are gone", DEADLINE_MS, () => this.idle(one));
    await this.ops("59", "64");
    for (const name of IDLE_ERRORS) {
      await this.replay(name);
      await waitFor("the idle agent is drained", DEADLINE_MS, () => this.drained());
    }
    await this.reactivate();
    await framework.launch(one, "web-4", "sleep 100000");
  }

  /** A new leader that knows the framework from its agents only, and another framework that comes back. */
  private async afterFailOver(): Promise<void> {
    const led = async () => ((await this.healthy(12)) ? 12 : (await this.healthy(13)) ? 13 : null);
    this.lead = await waitFor("another master leads", DEADLINE_MS, led);
    const host = this.lab.ip(this.lead);
    const agents = async () => {
      const { get_agents } = (await api(host, { type: "GET_AGENTS" })) as {
        get_agents: { agents: unknown[] };
      };
      return get_agents.agents.length === 2;
    };
    await waitFor("both agents are back", DEADLINE_MS, agents);
    const second = new TestFramework(host, LAB_FRAMEWORK);
    second.id = RECORDED.secondFramework;
    this.frameworks.push(second);
    await second.subscribe();
    await this.quiet();
    for (const name of recordingNames("ops").filter((each) => each >= "ops/80")) {
      await this.quiet();
      await this.replay(name, this.lead);
    }
  }

  private async ops(from: string, to: string): Promise<void> {
    const names = recordingNames("ops").filter((name) => name.slice(4, 6) >= from && name.slice(4, 6) <= to);
    for (const name of names) {
      await this.quiet();
      if (name.includes("agent_")) await this.replay(name, 21, 5051);
      else await this.replay(name);
    }
  }

  private async all(folder: string, last: number, port = 5050): Promise<void> {
    for (const name of recordingNames(folder)) {
      await this.quiet();
      await this.replay(name, last, port);
    }
  }

  private async replay(name: string, last = 11, port = 5050): Promise<void> {
    this.found.set(name, await replay(name, this.lab.ip(last), this.addresses(), port));
  }

  private know(more: Readonly<Record<string, string>>): void {
    this.substitutions = new Map([...this.substitutions, ...Object.entries(more)]);
  }

  /** Longer texts first: an id begins with the master's. */
  private addresses(): Substitutions {
    const ips = [11, 12, 13, 21, 22].map((last) => [`127.0.0.${last}`, this.lab.ip(last)] as const);
    return new Map([...this.substitutions, [RECORDED.master, this.masterId], ...ips]);
  }

  private metric(last: number, name: string): Promise<number | undefined> {
    return metric(this.lab.ip(last), name);
  }

  private async elected(last: number): Promise<boolean> {
    return (await this.metric(last, "master/elected")) === 1;
  }

  private async healthy(last: number): Promise<boolean> {
    const call = { type: "GET_HEALTH" };
    return (await api(this.lab.ip(last), call).catch(() => null)) !== null;
  }

  private async answered(): Promise<boolean> {
    const { body } = await send(this.lab.ip(11), 5050, {
      method: "GET",
      target: "/maintenance/status",
      headers: {},
      body: "",
    });
    return body.includes("ACCEPT");
  }

  private async drained(): Promise<boolean> {
    const { get_agents } = (await api(this.lab.ip(11), { type: "GET_AGENTS" })) as {
      get_agents: { agents: { drain_info?: { state: string } }[] };
    };
    return get_agents.agents.some(({ drain_info }) => drain_info?.state === "DRAINED");
  }

  private async idle(host: string): Promise<boolean> {
    const { get_containers } = (await api(host, { type: "GET_CONTAINERS" }, 5051)) as {
      get_containers: { containers: unknown[] };
    };
    return get_containers.containers.length === 0;
  }

  private async reactivate(): Promise<void> {
    const id = this.substitutions.get(`${RECORDED.master}-S1`);
    await api(this.lab.ip(11), { type: "REACTIVATE_AGENT", reactivate_agent: { agent_id: { value: id } } });
  }
}

function opNamed(number: string): string {
  const name = recordingNames("ops").find((each) => each.slice(4, 6) === number);
  if (name === undefined) throw new Error(`there is no recording ops/${number}`);
  return name;
}

/** Made while spare-host was DOWN and agent 2 in the schedule. */
const MAINTENANCE_ERRORS = [
  "errors/drain_agent_in_maintenance_schedule.http",
  "errors/legacy_machine_down_not_scheduled.http",
  "errors/maintenance_schedule_without_down_machine.http",
  "errors/start_maintenance_already_down.http",
  "errors/start_maintenance_not_scheduled.http",
  "errors/stop_maintenance_not_down.http",
];

/** Made while agent 1 was draining. */
const DRAINING_ERRORS = ["errors/reactivate_while_draining.http", "errors/deactivate_while_draining.http"];

/** Made with nothing on agent 1. */
const IDLE_ERRORS = [
  "errors/drain_grace_as_nanoseconds_is_silently_ignored.http",
  "errors/drain_grace_as_nanoseconds_result_GET_slaves.http",
];
