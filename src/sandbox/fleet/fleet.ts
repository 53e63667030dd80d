/**
 * A fleet of simulated agents and frameworks in one process, with the messages that single ones send: agents come with the tasks
 * that they have, as after a change of leader, and frameworks subscribe again. It keeps nothing on disk and serves no HTTP.
 */
import { REAL_CLOCK } from "../framework/clock.js";
import { masterFinder } from "../framework/master-finder.js";
import { Agent, type AgentOptions, type Leader } from "../mesos/agent/agent.js";
import type { AgentStore } from "../mesos/agent/checkpoint.js";
import { AGENT_FLAGS } from "../mesos/agent/flags.js";
import type { SystemClock } from "../mesos/link/clock.js";
import { Flags, readFlags } from "../mesos/model/flags.js";
import { FleetFramework } from "./fleet-framework.js";
import { agentLayout, attributesOf, type FleetSize, frameworkLayout, recovered } from "./layout.js";
import { SharedLinks } from "./links.js";

/** Agents that a master can take in a second without falling behind; they wait for their first try that much longer. */
const REGISTRATIONS_PER_SECOND = 2000;

export interface FleetOptions {
  readonly master: string;
  readonly size: FleetSize;
  readonly clock: SystemClock;
  readonly log: (text: string) => void;
  readonly failed: (why: string) => void;
}

export interface FleetState {
  readonly registeredAgents: number;
  readonly subscribedFrameworks: number;
  /** Tasks that replaced others. */
  readonly launched: number;
}

export class Fleet {
  private readonly agents: readonly Agent[];
  private readonly frameworks: readonly FleetFramework[];
  private readonly finder;

  constructor(private readonly options: FleetOptions) {
    const { master, size, clock, log, failed } = options;
    const flags = agentFlags(size);
    const links = new SharedLinks();
    const now = clock.now();
    this.agents = Array.from(
      { length: size.agents },
      (_, at) => new Agent(agentOptions(options, flags, links, at, now)),
    );
    this.frameworks = Array.from(
      { length: size.frameworks },
      (_, at) =>
        new FleetFramework({ master, size, layout: frameworkLayout(at), clock: REAL_CLOCK, log, failed }),
    );
    this.finder = masterFinder(master, log);
  }

  get state(): FleetState {
    return {
      registeredAgents: this.agents.filter(({ registered }) => registered).length,
      subscribedFrameworks: this.frameworks.filter(({ subscribed }) => subscribed).length,
      launched: this.frameworks.reduce((sum, { launched }) => sum + launched, 0),
    };
  }

  /** Resolves when all is under way. Frameworks first: their tasks then come to frameworks that are there. */
  async start(): Promise<void> {
    for (const framework of this.frameworks) await framework.start();
    for (const agent of this.agents) agent.start();
    await this.finder.start(
      (found) => this.detected(found === null ? null : { host: found.hostname, port: found.port }),
      (message) => this.options.failed(message),
    );
  }

  async stop(): Promise<void> {
    await this.finder.stop();
    await Promise.all(this.frameworks.map((framework) => framework.stop()));
    for (const agent of this.agents) agent.stop();
    this.options.clock.stop();
  }

  private detected(leader: Leader | null): void {
    for (const agent of this.agents) agent.detected(leader);
  }
}

function agentFlags({ agents }: FleetSize): Flags {
  const spread = Math.max(50, Math.round((agents / REGISTRATIONS_PER_SECOND) * 1000));
  const outcome = readFlags(
    AGENT_FLAGS,
    [
      `--registration_backoff_factor=${spread}ms`,
      "--executor_reregistration_timeout=0ms",
      "--max_completed_executors_per_framework=0",
    ],
    {},
  );
  if (outcome.kind === "refused") throw new Error(outcome.message);
  return new Flags(outcome.values);
}

function agentOptions(
  { size, clock, log }: FleetOptions,
  flags: Flags,
  links: SharedLinks,
  at: number,
  now: number,
): AgentOptions {
  const layout = agentLayout(size, at);
  const { hostname, ip, port, resources } = layout;
  const pid = `slave(1)@${ip}:${port}`;
  return {
    flags,
    clock,
    random: Math.random,
    log: () => {},
    ip,
    port,
    hostname,
    resources,
    attributes: attributesOf(layout),
    domain: null,
    checkpoint: memoryStore(size, at, now),
    connect: (leader, handler) => links.connect(leader, pid, handler),
    exit: (_status, message) => log(`${hostname} ended: ${message}`),
  };
}

/** Recovers what the layout says; keeps nothing, for nothing is to survive the process. */
function memoryStore(size: FleetSize, at: number, now: number): AgentStore {
  const nothing = (): void => {};
  return {
    recover: () => recovered(size, at, now),
    registered: nothing,
    framework: nothing,
    executor: nothing,
    executorEnded: nothing,
    frameworkEnded: nothing,
    resources: nothing,
    drain: nothing,
    forget: nothing,
  };
}
