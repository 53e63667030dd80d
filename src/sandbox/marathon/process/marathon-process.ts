/**
 * One Marathon: its HTTP server, its place in the election, and the engine for as long as it leads. It decides with which status
 * the process has to end and hands that to whoever started it; the process itself it never ends.
 */
import type { Clock } from "../../framework/clock.js";
import type { Standing } from "../../framework/election/candidates.js";
import { MesosCluster } from "../../framework/mesos-cluster.js";
import { readZkUrl } from "../../mesos/coordination/zk-url.js";
import { Engine } from "../engine/engine.js";
import type { Flags } from "../flags.js";
import type { ApiContext, NodeInfo } from "../http/context.js";
import { Front } from "../http/front.js";
import type { Answer, HttpRequest } from "../http/message.js";
import { LeaderProxy } from "../http/proxy.js";
import { route } from "../http/routes.js";
import { HttpServer } from "../http/server.js";
import { credentialOf, frameworkOf } from "./identity.js";
import { Keeper } from "./keeper.js";
import { engineSettings, infoConfig } from "./settings.js";

/** Marathon's exit statuses (facts 4). */
export const EXIT = {
  zookeeperConnect: 100,
  zookeeperLost: 101,
  leadershipLost: 103,
  electionEnded: 104,
  uncaught: 107,
  bind: 111,
} as const;

export interface MarathonProcessOptions {
  readonly flags: Flags;
  /** Of this machine; --hostname wins. */
  readonly hostname: string;
  /** Who runs this process. */
  readonly user: string;
  readonly clock: Clock;
  readonly uuid: () => string;
  readonly log: (text: string) => void;
  /** The process has to end with this status. Called once at most, when everything is let go of. */
  readonly exit: (status: number, text: string) => void;
}

/** The answer to DELETE /v2/leader still has to go out. */
const ABDICATION_MS = 500;
/** To let go of everything when the process has to end. */
const LETTING_GO_MS = 2_000;

export class MarathonProcess {
  private readonly startedAt: number;
  private readonly server: HttpServer;
  private front: Front | null = null;
  private keeper: Keeper | null = null;
  private engine: Engine | null = null;
  private proxy: LeaderProxy | null = null;
  /** Of the leader; null when nobody leads. */
  private leader: string | null = null;
  private leaderSince = 0;
  private answer: ((request: HttpRequest) => Promise<Answer>) | null = null;
  private ending = false;
  private self = "";
  private port = 0;

  constructor(private readonly options: MarathonProcessOptions) {
    this.startedAt = options.clock.now();
    this.server = new HttpServer((request) => this.handle(request), options.flags.on("http_compression"));
  }

  /** Listens and enters the election; what goes wrong ends the process by its status. */
  async start(): Promise<void> {
    const { flags, hostname } = this.options;
    try {
      this.port = await this.server.listen(flags.text("http_address"), flags.number("http_port"));
    } catch (error) {
      return this.end(EXIT.bind, `cannot listen on port ${flags.number("http_port")}: ${words(error)}`);
    }
    this.self = `${flags.text("hostname") ?? hostname}:${this.port}`;
    this.front = this.makeFront();
    try {
      const url = await readZkUrl(flags.needed("zk"));
      this.keeper = await Keeper.open(url, flags, (state) =>
        this.end(EXIT.zookeeperLost, `the connection to ZooKeeper is ${state}: giving everything up`),
      );
    } catch (error) {
      return this.end(EXIT.zookeeperConnect, `cannot connect to ZooKeeper: ${words(error)}`);
    }
    if (!flags.on("ha")) return this.lead();
    await this.keeper
      .contend(
        this.self,
        (standing) => this.stands(standing),
        (error) => this.end(EXIT.zookeeperLost, `the election cannot be followed: ${words(error)}`),
      )
      .catch((error: unknown) =>
        this.end(EXIT.zookeeperLost, `cannot take part in the election: ${words(error)}`),
      );
  }

  /** As on SIGTERM: lets go of the leadership and of the master; tasks run on. */
  async stop(): Promise<void> {
    this.ending = true;
    await this.letGo();
  }

  private makeFront(): Front {
    const { flags } = this.options;
    this.proxy = new LeaderProxy({
      self: this.self,
      connectMs: flags.number("leader_proxy_connection_timeout"),
      readMs: flags.number("leader_proxy_read_timeout"),
      maxConnections: flags.number("leader_proxy_max_open_connections"),
    });
    return new Front({
      credentials: flags.text("http_credentials"),
      realm: flags.needed("http_realm"),
      allowOrigin: flags.text("access_control_allow_origin"),
      maxConcurrent: flags.numberOrNull("http_max_concurrent_requests"),
      self: this.self,
      leader: () => this.leader,
      answer: () => this.answer,
      proxy: this.proxy,
    });
  }

  private async handle(request: HttpRequest): Promise<Answer> {
    if (this.front === null) throw new Error("Marathon is not yet listening");
    return this.front.handle(request);
  }

  private stands(standing: Standing): void {
    if (this.ending) return;
    switch (standing.kind) {
      case "leading":
        void this.lead();
        return;
      case "standby":
        this.leader = standing.leader;
        this.options.log(`Standing by; the leader is ${standing.leader ?? "not known"}`);
        return;
      case "lost":
        this.end(EXIT.leadershipLost, "our znode of the election is gone: giving up");
        return;
      case "twice":
        this.end(EXIT.electionEnded, `another candidate has our address ${this.self}: giving up`);
    }
  }

  private async lead(): Promise<void> {
    if (this.engine !== null) return;
    const { flags, clock, log } = this.options;
    log(`Elected as leader: ${this.self}`);
    this.leader = this.self;
    this.leaderSince = clock.now();
    const cancel = clock.after(flags.number("on_elected_prepare_timeout"), () =>
      this.end(EXIT.leadershipLost, "the state could not be read within --on_elected_prepare_timeout"),
    );
    try {
      const engine = this.makeEngine();
      this.engine = engine;
      await engine.start();
      const context: ApiContext = { engine, node: this.node(), streams: { open: 0 } };
      if (!this.ending) this.answer = (request) => route(request, context);
    } catch (error) {
      this.end(EXIT.uncaught, `cannot take up the leadership: ${words(error)}`);
    } finally {
      cancel();
    }
  }

  private makeEngine(): Engine {
    const { flags, clock, uuid, log, user } = this.options;
    const { keeper } = this;
    if (keeper === null) throw new Error("there is no ZooKeeper session");
    const settings = engineSettings(flags, user);
    const cluster = new MesosCluster({
      master: flags.needed("master"),
      framework: frameworkOf(flags, this.self, settings.definitions.features, user),
      credential: credentialOf(flags),
      clock,
      log,
      silenceMs: flags.number("mesos_heartbeat_interval") * flags.number("mesos_heartbeat_failure_threshold"),
      follows: false,
    });
    const end = ({ status, text }: { status: number; text: string }) => this.end(status, text);
    return new Engine({ clock, uuid, settings, store: keeper.store(flags), cluster, log, end });
  }

  private node(): NodeInfo {
    const { flags, hostname, user, clock } = this.options;
    return {
      self: this.self,
      leader: () => this.leader,
      abdicate: () =>
        void clock.after(ABDICATION_MS, () => this.end(EXIT.leadershipLost, "Leadership abdicated")),
      config: infoConfig(flags, flags.text("hostname") ?? hostname, this.port, user),
      startedAt: this.startedAt,
      leaderSince: () => this.leaderSince,
      metricsPrefix: flags.needed("metrics_name_prefix"),
      prometheus: flags.on("metrics_prometheus"),
      maxOutstandingEvents: flags.number("event_stream_max_outstanding_messages"),
    };
  }

  private end(status: number, text: string): void {
    if (this.ending) return;
    this.ending = true;
    void this.letGo().then(() => this.options.exit(status, text));
  }

  /** The master first, so that a successor never finds us still subscribed. Never rejects, and takes no longer than it may. */
  private async letGo(): Promise<void> {
    this.answer = null;
    const late = new Promise<void>((resolve) => this.options.clock.after(LETTING_GO_MS, resolve));
    const all = async () => {
      await this.engine?.stop();
      await Promise.all([this.keeper?.close(), this.proxy?.close(), this.server.close()]);
    };
    await Promise.race([late, all().catch((error: unknown) => this.options.log(words(error)))]);
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
