/**
 * One simulated master: its HTTP server, its place in the election, the connections of its agents and the master itself. It ends
 * no process: that is asked of whom it is made by.
 */
import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { Coordination, type Registry } from "../coordination/coordination.js";
import type { LeadershipEvent } from "../coordination/leadership.js";
import { type MasterInfo, masterInfo } from "../coordination/master-info.js";
import type { EndProcess, WriteLog } from "../coordination/process-end.js";
import type { RegistryState } from "../coordination/registry-state.js";
import { type Answer, type HttpRequest, plain, unauthorized } from "../http/answer.js";
import { basicPrincipal, type Credentials } from "../http/credentials.js";
import { type Realm, router } from "../http/router.js";
import { HttpServer } from "../http/server.js";
import { LINK_PATH, type ToAgent } from "../link/messages.js";
import { type AgentConnection, acceptLink, refuseLink } from "../link/server.js";
import { VERSION } from "../model/build.js";
import type { Flags } from "../model/flags.js";
import type { Acls } from "./authorization.js";
import type { Clock } from "./context.js";
import { LocalRegistry } from "./local-registry.js";
import { Master } from "./master.js";
import { masterRoutes } from "./master-routes.js";
import { masterMetrics } from "./metrics.js";
import type { ProcessView } from "./operator-api.js";
import type { Reply } from "./pings.js";
import { Timer } from "./timer.js";

export interface MasterProcessOptions {
  readonly flags: Flags;
  readonly clock: Clock;
  readonly credentials: Credentials;
  readonly acls: Acls;
  readonly log: WriteLog;
  readonly end: EndProcess;
  readonly domain: object | null;
}

const REALMS: Readonly<Record<Exclude<Realm, "open">, string>> = {
  readonly: "authenticate_http_readonly",
  readwrite: "authenticate_http_readwrite",
  scheduler: "authenticate_http_frameworks",
};

export class MasterProcess {
  private readonly server: HttpServer;
  private parts: {
    master: Master;
    coordination: Coordination | null;
    registry: Registry;
    self: MasterInfo;
  } | null = null;
  private handle: (request: HttpRequest) => Answer | Promise<Answer> = () => plain(503);
  private readonly runTimer = new Timer();
  private readonly latencyTimer = new Timer();
  private leads = false;

  constructor(private readonly options: MasterProcessOptions) {
    this.server = new HttpServer(
      (request) => this.serve(request),
      (path, headers, socket) => this.link(path, headers, socket),
    );
  }

  /** Listens, then enters the election. Resolves with the port; rejects when it is taken or the ZooKeeper URL is none. */
  async start(): Promise<number> {
    const { flags } = this.options;
    const ip = flags.text("ip") ?? "127.0.0.1";
    const port = await this.server.listen(ip, flags.number("port"));
    const self = this.identity(ip, port);
    const coordination = flags.text("zk") === null ? null : this.coordination(self);
    const registry =
      coordination === null ? new LocalRegistry(flags.needed("work_dir"), self) : lazyRegistry(coordination);
    const { clock, log } = this.options;
    const master = new Master({ self, flags, clock, random: Math.random, log, registry });
    master.offers.onRun = (took, waited) => {
      this.runTimer.add(took);
      this.latencyTimer.add(waited);
    };
    this.parts = { master, coordination, registry, self };
    this.handle = this.routes(master, port);
    log("I", "master.cpp", `Master ${self.id} (${self.hostname}) started on ${ip}:${port}`);
    if (coordination === null) void this.changed({ kind: "elected", leader: self });
    else await coordination.start();
    return port;
  }

  /** For tests and for a process that ends by itself: real masters are only ever killed. */
  async stop(): Promise<void> {
    await this.parts?.coordination?.stop();
    await this.server.close();
  }

  private identity(ip: string, port: number): MasterInfo {
    const { flags, domain } = this.options;
    const advertised = flags.text("advertise_ip") ?? ip;
    return masterInfo({
      id: randomUUID(),
      ip: advertised,
      port: flags.text("advertise_port") === null ? port : flags.number("advertise_port"),
      hostname: flags.text("hostname") ?? advertised,
      version: VERSION,
      ...(domain === null ? {} : { domain: domain as NonNullable<MasterInfo["domain"]> }),
    });
  }

  private coordination(self: MasterInfo): Coordination {
    const { end, flags, log } = this.options;
    return new Coordination({
      zk: flags.needed("zk"),
      quorum: flags.number("quorum"),
      workDir: flags.needed("work_dir"),
      self,
      timeouts: {
        sessionMs: flags.duration("zk_session_timeout"),
        registryFetchMs: flags.duration("registry_fetch_timeout"),
        registryStoreMs: flags.duration("registry_store_timeout"),
      },
      autoInitialize: flags.bool("log_auto_initialize"),
      log,
      end,
      onLeadership: (event) => void this.changed(event),
    });
  }

  private async changed(event: LeadershipEvent): Promise<void> {
    const { parts } = this;
    if (parts === null || event.kind !== "elected" || this.leads) return;
    this.leads = true;
    try {
      await parts.master.lead();
    } catch (error) {
      this.options.log("E", "master.cpp", error instanceof Error ? error.message : String(error));
    }
  }

  private routes(master: Master, port: number): (request: HttpRequest) => Promise<Answer> {
    const { acls, clock, flags } = this.options;
    const shown = new Map(flags.values);
    shown.set("port", String(port));
    const startTime = clock.now();
    const process: ProcessView = {
      startTime,
      flags: new Map([...shown].sort(([a], [b]) => (a < b ? -1 : 1))),
      loggingLevel: 0,
      metrics: () =>
        masterMetrics({
          master,
          elected: this.elected,
          uptime: clock.now() - startTime,
          registrar: this.registrarMetrics(),
          runTimer: this.runTimer,
          latencyTimer: this.latencyTimer,
        }),
    };
    const routes = masterRoutes({
      master,
      acls,
      process,
      leader: () => this.leader,
      elected: () => this.elected,
      registry: () => this.registryState(),
    });
    return router(routes, "master", (realm, request) => this.authenticate(realm, request));
  }

  private get leader(): MasterInfo | null {
    if (this.parts === null) return null;
    return this.parts.coordination === null ? this.parts.self : this.parts.coordination.leader;
  }

  private get elected(): boolean {
    return this.parts !== null && (this.parts.coordination === null || this.parts.coordination.elected);
  }

  private registrarMetrics(): Readonly<Record<string, number>> {
    if (this.parts === null) return {};
    const { coordination, registry } = this.parts;
    return registry instanceof LocalRegistry ? registry.metrics() : (coordination?.metrics() ?? {});
  }

  private registryState(): RegistryState {
    return this.elected && this.parts !== null ? this.parts.registry.state : {};
  }

  private authenticate(realm: Realm, request: HttpRequest): Answer | { principal: string | null } {
    if (realm === "open" || !this.options.flags.bool(REALMS[realm])) return { principal: null };
    const principal = basicPrincipal(request.headers.get("authorization"), this.options.credentials);
    return principal === null ? unauthorized(`mesos-master-${realm}`) : { principal };
  }

  private async serve(request: HttpRequest): Promise<Answer> {
    if (request.path.startsWith("/sandbox/log/")) return this.logMessage(request);
    return this.handle(request);
  }

  private async logMessage(request: HttpRequest): Promise<Answer> {
    const coordination = this.parts?.coordination ?? null;
    if (coordination === null) return plain(404);
    const { status, body } = await coordination.handleLogRequest(request.path, request.body);
    return { status, headers: { "Content-Type": "application/json" }, body };
  }

  /** An agent asks to be connected. */
  private link(path: string, headers: ReadonlyMap<string, string>, socket: Socket): void {
    const { parts } = this;
    const refused = path === LINK_PATH ? this.linkRefusal(headers.get("authorization")) : 404;
    if (refused !== null) refuseLink(socket, refused);
    else if (parts !== null) {
      acceptLink(socket, (connection) => agentEvents(parts.master, connection, this.options.log));
    }
  }

  /** 503 is silence in Mesos: a standby, and a master that wants a credential which the agent does not offer. */
  private linkRefusal(authorization: string | undefined): 401 | 503 | null {
    const { acls, credentials, flags } = this.options;
    if (!this.elected || this.parts?.master.recovered !== true) return 503;
    const principal = authorization === undefined ? null : basicPrincipal(authorization, credentials);
    if (authorization !== undefined && principal === null && credentials.size > 0) return 401;
    if (flags.bool("authenticate_agents") && principal === null) return 503;
    return acls.allows(principal, "register_agents") ? null : 503;
  }
}

/** Each agent of the connection has its own way back; when the connection ends all of them are gone. */
function agentEvents(master: Master, connection: AgentConnection, log: WriteLog) {
  const replies = new Map<string, { reply: Reply; ids: Set<string> }>();
  const of = (pid: string) => {
    const known = replies.get(pid);
    if (known !== undefined) return known;
    const ids = new Set<string>();
    const reply = (message: ToAgent) => {
      if (message.kind === "registered" || message.kind === "reregistered") ids.add(message.agentId);
      connection.send(pid, message);
    };
    const made = { reply, ids };
    replies.set(pid, made);
    return made;
  };
  return {
    onMessage: (pid: string, message: Parameters<Master["receive"]>[0]) => {
      master.receive(message, of(pid).reply).catch((error: Error) => log("E", "master.cpp", error.message));
    },
    onClose: () => {
      for (const { reply, ids } of replies.values()) master.connectionLost(reply, ids);
    },
  };
}

/** The coordination has its registry only once it was started. */
function lazyRegistry(coordination: Coordination): Registry {
  return {
    recover: () => coordination.registry.recover(),
    apply: (operation) => coordination.registry.apply(operation),
    get state() {
      return coordination.registry.state;
    },
  };
}
