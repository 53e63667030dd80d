/** One simulated agent with its HTTP server and its search for the leading master. It ends no process: that is asked of its maker. */
import { Detector } from "../coordination/detector.js";
import type { WriteLog } from "../coordination/process-end.js";
import { readZkUrl } from "../coordination/zk-url.js";
import { type Answer, type HttpRequest, plain, unauthorized } from "../http/answer.js";
import { basicPrincipal, type Credentials } from "../http/credentials.js";
import { type Realm, router } from "../http/router.js";
import { HttpServer } from "../http/server.js";
import { type Credential, MasterLink } from "../link/client.js";
import type { Attribute } from "../model/attribute.js";
import { parseDuration } from "../model/duration.js";
import type { Flags } from "../model/flags.js";
import { Agent, type AgentOptions } from "./agent.js";
import { agentMetrics } from "./agent-metrics.js";
import { agentRoutes } from "./agent-routes.js";
import { Checkpoint } from "./checkpoint.js";

export interface AgentProcessOptions {
  readonly flags: Flags;
  readonly clock: AgentOptions["clock"];
  readonly log: WriteLog;
  readonly resources: readonly object[];
  readonly attributes: readonly Attribute[];
  readonly domain: object | null;
  readonly credential: Credential | null;
  readonly httpCredentials: Credentials;
  readonly exit: AgentOptions["exit"];
}

export class AgentProcess {
  private readonly server: HttpServer;
  private handle: (request: HttpRequest) => Answer | Promise<Answer> = () => plain(503);
  private detector: Detector | null = null;
  agent: Agent | null = null;

  constructor(private readonly options: AgentProcessOptions) {
    this.server = new HttpServer((request) => this.handle(request));
  }

  /** Listens, recovers and looks for the leader. Resolves with the port. */
  async start(): Promise<number> {
    const { flags } = this.options;
    const ip = flags.text("ip") ?? "127.0.0.1";
    const port = await this.server.listen(ip, flags.number("port"));
    const options = this.agentOptions(ip, port);
    const agent = new Agent(options);
    this.agent = agent;
    this.handle = this.routes(agent, options, port);
    this.options.log("I", "slave.cpp", `Mesos agent started on (1)@${options.ip}:${options.port}`);
    agent.start();
    await this.detect(agent);
    return port;
  }

  async stop(): Promise<void> {
    this.agent?.stop();
    await this.detector?.stop();
    await this.server.close();
  }

  private agentOptions(ip: string, port: number): AgentOptions {
    const { clock, credential, domain, exit, flags, log, resources, attributes } = this.options;
    const advertised = flags.text("advertise_ip") ?? ip;
    return {
      flags,
      clock,
      random: Math.random,
      log,
      ip: advertised,
      port: flags.text("advertise_port") === null ? port : flags.number("advertise_port"),
      hostname: flags.text("hostname") ?? advertised,
      resources,
      attributes,
      domain,
      checkpoint: new Checkpoint(flags.needed("work_dir")),
      connect: (leader, handler) =>
        new MasterLink(leader.host, leader.port, credential, {
          ...handler,
          onMessage: (_pid, message) => handler.onMessage(message),
        }),
      exit,
    };
  }

  private routes(
    agent: Agent,
    options: AgentOptions,
    port: number,
  ): (request: HttpRequest) => Promise<Answer> {
    const { clock, flags } = this.options;
    const startTime = clock.now();
    const shown = new Map(flags.values);
    shown.set("port", String(port));
    const view = {
      agent,
      options,
      startTime,
      flags: new Map([...shown].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
    const gc = parseDuration(flags.needed("gc_delay"));
    const kept = typeof gc === "number" ? gc / 1000 : 0;
    const routes = agentRoutes({
      view,
      metrics: () => agentMetrics(agent, clock.now() - startTime, kept),
      now: () => clock.now(),
      loggingLevel: 0,
    });
    return router(routes, "slave(1)", (realm, request) => this.authenticate(realm, request));
  }

  private authenticate(realm: Realm, request: HttpRequest): Answer | { principal: string | null } {
    const { flags, httpCredentials } = this.options;
    if (realm === "open" || realm === "scheduler" || !flags.bool(`authenticate_http_${realm}`))
      return { principal: null };
    const principal = basicPrincipal(request.headers.get("authorization"), httpCredentials);
    return principal === null ? unauthorized(`mesos-agent-${realm}`) : { principal };
  }

  /** `host:port` is a leader for ever; a ZooKeeper URL is watched. */
  private async detect(agent: Agent): Promise<void> {
    const { exit, flags, log } = this.options;
    const master = flags.needed("master");
    if (!master.startsWith("zk://") && !master.startsWith("file://")) {
      const [host, port] = master.split(":");
      agent.detected({ host: host ?? "", port: Number(port ?? 5050) });
      return;
    }
    const url = await readZkUrl(master);
    const name = `zookeeper-group(1)@${flags.text("ip") ?? "127.0.0.1"}:${flags.text("port")}`;
    this.detector = new Detector({ url, sessionMs: flags.duration("zk_session_timeout"), name, log });
    this.detector.start(
      (leader) =>
        agent.detected(leader === null ? null : { host: leader.address.ip, port: leader.address.port }),
      (message) => {
        agent.stop();
        exit(1, `EXIT with status 1: Failed to detect a master: ${message}`);
      },
    );
  }
}
